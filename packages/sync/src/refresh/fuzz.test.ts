import type { CrossmarkClient, EventPage, PlannedEvent } from '@scheduler/crossmark';
import { events, refreshRuns, schedules } from '@scheduler/db';
import { createTestDatabase, type TestDatabase } from '@scheduler/db/testing';
import { currentInstant } from '@scheduler/runtime/clock';
import {
  addDays,
  CONDITIONS,
  type Instant,
  instantAt,
  type WorkDate,
  workDateOf,
} from '@scheduler/scheduling';
import { eq, isNull } from 'drizzle-orm';
import fc from 'fast-check';
import { pino } from 'pino';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { addEmployee, addStore, clearTables, jobOf, NO_DOWNLOADS, need, STORE } from '../../test/fixture.ts';
import { DEFAULT_RETRY_POLICY } from '../attempts/retry-policy.ts';
import type { SyncContext } from '../context.ts';
import { requestRefresh } from '../queue/enqueue.ts';
import { refresh } from './refresh.ts';

/** Rows in all; `FUZZ_INPUTS=100000` for the long mode. */
const INPUTS = Number(process.env.FUZZ_INPUTS ?? 1_000);
const ROWS_A_LIST = 100;

const today: WorkDate = workDateOf(currentInstant(), 'UTC');
const at1045: Instant = instantAt(addDays(today, 5), '10:45', STORE.timeZone);

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
  const storeId = await addStore(database.db);
  await addEmployee(database.db, { storeId, name: 'Ada Example', repId: '100001' });
});
afterAll(() => database.close());

const good = (n: number, isBooked: boolean) =>
  ({
    mplanId: String(41_000_000 + n),
    storeId: STORE.crossmarkStoreId,
    storeName: STORE.name,
    name: `Event ${n} - Freeosk`,
    startsOn: addDays(today, 1),
    dueOn: addDays(today, 14),
    condition: isBooked ? 'Scheduled' : 'Unstaffed',
    staffedReps: isBooked ? ['Ada Example'] : [],
    repId: isBooked ? '100001' : null,
    bookingId: isBooked ? String(51_000_000 + n) : null,
    startsAt: isBooked ? at1045 : null,
    instructionsUrl: null,
  }) as unknown as PlannedEvent;

const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.constantFrom(
    '',
    '\u0000',
    'a\u0000b',
    '\ud800',
    '\udc00x',
    'x{y',
    'x"y',
    '\\',
    "'",
    '{}',
    'NULL',
    '%',
    '\u202e',
  ),
  fc.integer({ min: 1, max: 20_000 }).map((length) => 'x'.repeat(length)),
);
const orText = <T>(value: fc.Arbitrary<T>) => fc.oneof({ weight: 3, arbitrary: value }, text);
const day = orText(
  fc.constantFrom(
    '9999-12-31',
    '0000-01-01',
    '2026-02-31',
    '-4713-01-01',
    addDays(today, -400),
    addDays(today, 90),
  ),
);
const instant = orText(
  fc.constantFrom(
    '9999-12-31T23:59:00.000Z',
    '+275760-09-13T00:00:00.000Z',
    '0000-01-01T00:00:00.000Z',
    at1045,
  ),
);
const number = orText(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n }).map(String));

/** A good row in which some fields say anything at all, as no client of ours would let pass. */
const hostile = fc.record(
  {
    mplanId: number,
    storeId: number,
    storeName: text,
    name: text,
    startsOn: day,
    dueOn: day,
    condition: orText(fc.constantFrom(...CONDITIONS)),
    staffedReps: fc.array(text, { maxLength: 5 }),
    repId: orText(fc.constantFrom('100001', null)),
    bookingId: orText(fc.constantFrom('59000001', null)),
    startsAt: fc.oneof(instant, fc.constant(null)),
    instructionsUrl: fc.oneof(text, fc.constant(null)),
  },
  { requiredKeys: [] },
) as unknown as fc.Arbitrary<Partial<PlannedEvent>>;

const row = fc.record({
  isBooked: fc.boolean(),
  /** Null for a row that is as it should be. */
  wrong: fc.oneof({ weight: 4, arbitrary: fc.constant(null) }, { weight: 1, arbitrary: hostile }),
});
const bad: fc.Arbitrary<EventPage['bad'][number]> = fc.record({
  mplanId: fc.option(number),
  storeId: fc.option(number),
  reason: text,
});
const list = fc.record({
  rows: fc.array(row, { minLength: ROWS_A_LIST, maxLength: ROWS_A_LIST }),
  bad: fc.array(bad, { maxLength: 3 }),
  pageSize: fc.integer({ min: 10, max: ROWS_A_LIST }),
});

test('whatever rows a list holds: every reading ends, lists what it refused, and loses nothing of another row', async () => {
  await fc.assert(
    fc.asyncProperty(list, async (drawn) => {
      await clearTables(database, 'events, refresh_runs, sync_attempts, audit_log');
      const rows = drawn.rows.map(({ isBooked, wrong }, n) => ({ ...good(n, isBooked), ...wrong }));
      const right = drawn.rows.flatMap(({ isBooked, wrong }, n) =>
        wrong === null ? [good(n, isBooked)] : [],
      );
      const ctx = listing(rows, drawn.bad, drawn.pageSize);
      for (const reading of [1, 2]) {
        const { ended, run } = await read(ctx);
        expect(ended).toMatchObject({ outcome: 'done' });
        expect(run).toMatchObject({ state: 'done', drifted: 0, gone: 0 });
        const told = run.created + run.updated + run.unchanged + run.badRows.length;
        // A plan may be listed twice if its number is wrong too.
        expect(told).toBeLessThanOrEqual(rows.length + drawn.bad.length);
        if (reading === 1) expect(run.created).toBeGreaterThanOrEqual(right.length);
        else expect(run.unchanged).toBeGreaterThanOrEqual(right.length);
        await everyRightRowIsHere(right);
      }
    }),
    { numRuns: Math.ceil(INPUTS / ROWS_A_LIST) },
  );
}, 600_000);

async function everyRightRowIsHere(right: readonly PlannedEvent[]): Promise<void> {
  const stored = await database.db
    .select({ mplanId: events.mplanId, name: events.name, startsAt: schedules.startsAt })
    .from(events)
    .leftJoin(schedules, eq(schedules.eventId, events.id))
    .where(isNull(events.goneSince));
  const here = new Map(stored.map((event) => [event.mplanId, event]));
  for (const { mplanId, name, startsAt } of right)
    expect(here.get(mplanId)).toEqual({ mplanId, name, startsAt });
}

function listing(rows: readonly PlannedEvent[], bad: EventPage['bad'], pageSize: number): SyncContext {
  const total = rows.length + bad.length;
  const crossmark: Pick<CrossmarkClient, 'listEvents' | 'instructions'> = {
    async *listEvents({ conditions }) {
      if (conditions) return;
      for (let at = 0; at < rows.length; at += pageSize) {
        const page = rows.slice(at, at + pageSize);
        yield { rows: page, bad: at === 0 ? bad : [], read: at + page.length, total };
      }
    },
    instructions: async () => [],
  };
  return {
    db: database.db,
    crossmark: crossmark as CrossmarkClient,
    downloads: NO_DOWNLOADS,
    log: pino({ level: 'silent' }),
    settings: { retry: DEFAULT_RETRY_POLICY, leaseMs: 60_000, confirmAfterMs: 0 },
  };
}

async function read(ctx: SyncContext) {
  const runId = await database.db.transaction((tx) => requestRefresh(tx, { requestedBy: 'u1' }));
  const ended = await refresh(ctx, runId, jobOf('refresh_events'));
  const run = need(await database.db.query.refreshRuns.findFirst({ where: eq(refreshRuns.id, runId) }));
  return { ended, run };
}
