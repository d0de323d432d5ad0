import {
  type CrossmarkClient,
  type EventPage,
  type MplanId,
  type PlannedEvent,
  type RepId,
  storeId as storeIdOf,
} from '@scheduler/crossmark';
import { eventSyncs, events, refreshRuns, schedules } from '@scheduler/db';
import { createTestDatabase, type TestDatabase } from '@scheduler/db/testing';
import { currentInstant } from '@scheduler/runtime/clock';
import { addDays, type Instant, instantAt, type WorkDate, workDateOf } from '@scheduler/scheduling';
import { eq, sql } from 'drizzle-orm';
import { pino } from 'pino';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import {
  addEmployee,
  addStore,
  clearTables,
  jobOf,
  NO_DOWNLOADS,
  need,
  queuedJobs,
  STORE,
} from '../../test/fixture.ts';
import { DEFAULT_RETRY_POLICY } from '../attempts/retry-policy.ts';
import type { SyncContext } from '../context.ts';
import { requestRefresh } from '../queue/enqueue.ts';
import { refresh, refreshOnTick } from './refresh.ts';

const today: WorkDate = workDateOf(currentInstant(), 'UTC');
const at1045: Instant = instantAt(addDays(today, 5), '10:45', STORE.timeZone);

let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase();
  const storeId = await addStore(database.db);
  await addEmployee(database.db, { storeId, name: 'Ada Example', repId: '100001' });
});
afterAll(() => database.close());
beforeEach(async () => {
  await clearTables(database, 'events, refresh_runs, sync_attempts, audit_log');
});

const row = (n: number, more: Partial<PlannedEvent> = {}): PlannedEvent => ({
  mplanId: String(41_000_000 + n) as MplanId,
  storeId: storeIdOf(STORE.crossmarkStoreId),
  storeName: STORE.name,
  name: `61234${n}-Acme-Oat Bars (260105123456)  - V2-CORE`,
  startsOn: addDays(today, 1),
  dueOn: addDays(today, 14),
  condition: 'Unstaffed',
  staffedReps: [],
  repId: null,
  bookingId: null,
  startsAt: null,
  instructionsUrl: null,
  ...more,
});
const booked = (n: number, more: Partial<PlannedEvent> = {}) =>
  row(n, {
    condition: 'Scheduled',
    staffedReps: ['Ada Example'],
    repId: '100001' as RepId,
    startsAt: at1045,
    bookingId: String(51_000_000 + n) as PlannedEvent['bookingId'],
    ...more,
  });

/** A context whose client lists these pages, as a Crossmark client that lets everything pass. */
function listing(pages: readonly PlannedEvent[][], bad: EventPage['bad'] = []): SyncContext {
  const total = pages.flat().length + bad.length;
  const crossmark: Pick<CrossmarkClient, 'listEvents'> = {
    async *listEvents({ conditions }) {
      if (conditions) return;
      let read = bad.length;
      for (const rows of pages) {
        read += rows.length;
        yield { rows, bad: rows === pages[0] ? bad : [], read, total };
      }
    },
  };
  return {
    db: database.db,
    crossmark: crossmark as CrossmarkClient,
    downloads: NO_DOWNLOADS,
    log: pino({ level: 'silent' }),
    settings: { retry: DEFAULT_RETRY_POLICY, leaseMs: 60_000, confirmAfterMs: 0 },
  };
}
const job = jobOf('refresh_events');
async function read(ctx: SyncContext) {
  const runId = await database.db.transaction((tx) => requestRefresh(tx, { requestedBy: 'u1' }));
  const ended = await refresh(ctx, runId, job);
  const run = need(await database.db.query.refreshRuns.findFirst({ where: eq(refreshRuns.id, runId) }));
  return { ended, run };
}
const names = async () =>
  (await database.db.select({ name: events.name }).from(events).orderBy(events.name)).map(({ name }) => name);

/** What Crossmark may say in one row that our database refuses or our own code can't work with. */
const HOSTILE: [string, PlannedEvent][] = [
  ['U+0000 in the name', row(5, { name: 'Acme\u0000Oat' })],
  ['U+0000 in the names of who is booked', booked(5, { staffedReps: ['Ada\u0000Example'] })],
  ['half a surrogate pair in the name', booked(5, { name: 'Acme \ud800 Oat\u0000' })],
  ['an end before its start', row(5, { startsOn: addDays(today, 14), dueOn: addDays(today, 1) })],
  ['a day that doesn’t exist', row(5, { dueOn: '2026-02-31' })],
  ['the year 9999', booked(5, { startsAt: '9999-12-31T23:00:00.000Z' })],
  ['a time that is none', booked(5, { startsAt: 'soon' })],
  ['U+0000 in the plan’s number', row(5, { mplanId: '4100\u0000' as MplanId })],
];

describe('one bad row', () => {
  test.each(HOSTILE)('%s: is listed, and everything else of its page arrives', async (_what, bad) => {
    const others = [row(1), booked(2), row(3), booked(4), row(6)];
    const first = await read(listing([[...others.slice(0, 4), bad, ...others.slice(4)], [row(7)]]));
    expect(first.ended).toMatchObject({ outcome: 'done' });
    expect(first.run).toMatchObject({ state: 'done', read: 7, created: 6, drifted: 0, unchanged: 0 });
    expect(first.run.badRows).toHaveLength(1);
    const [listed] = first.run.badRows;
    expect(listed?.mplanId).toBe(bad.mplanId.replace('\u0000', ''));
    expect(listed?.reason).toMatch(/refused|can’t be/i);
    expect(await names()).toEqual([...others, row(7)].map(({ name }) => name).sort());
    const second = await read(listing([[...others, bad, row(7)]]));
    expect(second.run).toMatchObject({ state: 'done', created: 0, unchanged: 6, gone: 0, unconfirmed: 0 });
  });

  test('of an event that is known changes nothing of it, and the event isn’t missing', async () => {
    await read(listing([[row(1), booked(5)]]));
    for (let n = 0; n < 2; n++) {
      const { run } = await read(listing([[row(1), booked(5, { name: 'Acme\u0000Oat' })]]));
      expect(run).toMatchObject({
        state: 'done',
        gone: 0,
        unconfirmed: 0,
        badRows: [{ mplanId: '41000005' }],
      });
    }
    expect(await names()).toEqual([row(1).name, row(5).name]);
  });

  test.each([
    ['U+0000 in a store’s name', row(5, { storeId: storeIdOf('399999'), storeName: 'No\u0000where' })],
    [
      'half a surrogate pair in a store’s name',
      row(5, { storeId: storeIdOf('399999'), storeName: '\ud800' }),
    ],
  ])('%s that isn’t set up here: is listed, and the reading ends', async (_what, bad) => {
    const { run } = await read(listing([[row(1), bad]]));
    expect(run).toMatchObject({ state: 'done', created: 1, badRows: [{ mplanId: bad.mplanId }] });
  });

  test.each(['x{y', 'x"y', 'x\\y', '{', '","', 'NULL', 'x\u0000y', '\ud800'])(
    'that couldn’t be read and whose plan is called %j ends no reading, and may be any event that is missing',
    async (mplanId) => {
      await read(listing([[row(1), row(2)]]));
      const bad = [{ mplanId, storeId: null, reason: `name: is\u0000empty \ud800` }];
      for (let n = 0; n < 3; n++) {
        const { run } = await read(listing([[row(1)]], bad));
        expect(run).toMatchObject({ state: 'done', unchanged: 1, unconfirmed: 0, gone: 0 });
        expect(run.badRows).toHaveLength(1);
      }
    },
  );

  /** A row with the booking number of event `other`. */
  const crossed = (n: number, other: number) =>
    booked(n, { bookingId: booked(other).bookingId, repId: '100001' as RepId });
  const bookings = async () =>
    new Map(
      (
        await database.db
          .select({ plan: events.mplanId, booking: eventSyncs.bookingId })
          .from(eventSyncs)
          .innerJoin(events, eq(events.id, eventSyncs.eventId))
      ).map(({ plan, booking }) => [plan, booking]),
    );

  test('with the number of another event’s booking is listed, and changes nothing of its event or the other one', async () => {
    await read(listing([[booked(1), row(2), booked(3)]]));
    const before = await bookings();
    for (let n = 0; n < 2; n++) {
      const pages = [[booked(1), crossed(2, 1), crossed(3, 1), crossed(4, 1)]];
      const { run } = await read(listing(pages));
      expect(run).toMatchObject({ state: 'done', created: 0, updated: 0, drifted: 0, unchanged: 1, gone: 0 });
      expect(run.badRows.map(({ mplanId }) => mplanId)).toEqual(['41000002', '41000003', '41000004']);
      expect(run.badRows[0]?.reason).toBe(
        'it has booking 51000001, which belongs to another event here (plan 41000001)',
      );
      expect(await bookings()).toEqual(before);
      expect(await database.db.$count(schedules)).toBe(2);
    }
    const { run } = await read(listing([[booked(1), booked(2), booked(3), booked(4)]]));
    expect(run).toMatchObject({ created: 1, updated: 1, unchanged: 2, badRows: [] });
  });

  test('with the number of another event’s booking is a bad row if neither was known, because nobody can say which one is wrong', async () => {
    const { run } = await read(listing([[booked(1), crossed(2, 1), booked(3)]]));
    expect(run.badRows.map(({ mplanId }) => mplanId)).toEqual(['41000001', '41000002']);
    expect([...(await bookings()).keys()]).toEqual(['41000003']);
  });

  test('with a number that an event had which is gone is none', async () => {
    await read(listing([[booked(1), row(2)]]));
    await database.db
      .update(events)
      .set({ goneSince: sql`app_now()` })
      .where(eq(events.name, row(1).name));
    const { run } = await read(listing([[crossed(2, 1)]]));
    expect(run).toMatchObject({ badRows: [], updated: 1 });
  });

  test('many of them cost no other row', async () => {
    const good = Array.from({ length: 200 }, (_, n) => row(n));
    const bad = Array.from({ length: 50 }, (_, n) => row(1_000 + n, { name: '\u0000' }));
    const mixed = [...bad, ...good].sort((a, b) => Number(a.mplanId.at(-1)) - Number(b.mplanId.at(-1)));
    const { run } = await read(listing([mixed]));
    expect(run).toMatchObject({ state: 'done', created: 200, read: 250 });
    expect(run.badRows).toHaveLength(50);
  });
});

describe('a run', () => {
  test('that fails for a reason of the data or of our own code ends as failed, and the next tick runs', async () => {
    const tickAt = (await database.sql`select app_now() + interval '1 minute' as next`)[0]?.next;
    const failing = listing([[row(1)]]);
    for (const thrown of [
      new TypeError('x is not a function'),
      Object.assign(
        new Error('Failed query', {
          cause: Object.assign(new Error('no "x"'), { severity: 'ERROR', code: '22P05' }),
        }),
      ),
    ]) {
      const { ended, run } = await read({
        ...failing,
        crossmark: {
          ...failing.crossmark,
          // biome-ignore lint/correctness/useYield: it breaks off before the first page.
          async *listEvents() {
            throw thrown;
          },
        },
      });
      expect(ended).toMatchObject({ outcome: 'dead' });
      expect(run).toMatchObject({ state: 'failed', failureReason: expect.stringContaining('our side') });
      expect(run.finishedAt).not.toBeNull();
    }
    expect(await refreshOnTick(failing, need(tickAt))).toMatchObject({ outcome: 'done' });
    const [next] = await database.db.select().from(refreshRuns).where(eq(refreshRuns.state, 'queued'));
    expect(await refresh(failing, need(next).id, job)).toMatchObject({ outcome: 'done' });
  });

  test('that our own database breaks off for a while is retried, and given up when the next one is due', async () => {
    const failing = listing([[row(1)]]);
    const busy: SyncContext = {
      ...failing,
      crossmark: {
        ...failing.crossmark,
        // biome-ignore lint/correctness/useYield: it breaks off before the first page.
        async *listEvents() {
          throw Object.assign(new Error('deadlock detected'), { severity: 'ERROR', code: '40P01' });
        },
      },
    };
    const { ended, run } = await read(busy);
    expect(ended).toMatchObject({ outcome: 'retry' });
    expect(run.state).toBe('queued');
    expect(await queuedJobs(database.db)).toContainEqual(
      expect.objectContaining({ key: `refresh:${run.id}` }),
    );
    await database.db.update(refreshRuns).set({ requestedAt: sql`app_now() - interval '1 hour'` });
    expect(await refresh(busy, run.id, job)).toMatchObject({ outcome: 'dead' });
    expect(await database.db.select().from(refreshRuns)).toMatchObject([{ state: 'failed' }]);
  });
});
