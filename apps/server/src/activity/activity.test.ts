import type { BookingId, RepId } from '@scheduler/crossmark';
import { auditLog, eventSyncs, syncAttempts } from '@scheduler/db';
import { currentTimeMs } from '@scheduler/runtime/clock';
import { eq, inArray, sql } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import {
  addEvent,
  addPerson,
  addStore,
  type Client,
  coreName,
  empty,
  everything,
  jobs,
  startTestServer,
  type TestServer,
} from '../../test/fixture.ts';

let server: TestServer;
let api: Client;
let storeId: number;
let ada: number;
let ben: number;

beforeAll(async () => {
  server = await startTestServer();
  api = await server.as('dispatcher');
});
afterAll(() => server.close());
beforeEach(async () => {
  const { db } = server.database;
  await empty(server.database);
  storeId = await addStore(db);
  ada = await addPerson(db, { storeId, name: 'Ada Example' });
  ben = await addPerson(db, { storeId, name: 'Ben Sample' });
});

/** Schedules events for Ada, one a day from 5 January, and gives each the sync row that a test wants. */
async function scheduled(rows: Partial<typeof eventSyncs.$inferInsert>[]): Promise<number[]> {
  const { db } = server.database;
  const ids: number[] = [];
  for (const [index, row] of rows.entries()) {
    const eventId = await addEvent(db, { storeId, name: coreName(612_000 + index), dueOn: '2026-03-01' });
    await api.schedules.create.mutate({
      eventId,
      employeeId: ada,
      startsAt: new Date(Date.parse('2026-01-05T15:45:00.000Z') + index * 86_400_000).toISOString(),
      overrideReason: 'Agreed with Ada',
    });
    await db.update(eventSyncs).set(row).where(eq(eventSyncs.eventId, eventId));
    ids.push(eventId);
  }
  await db.execute(sql`delete from graphile_worker._private_jobs`);
  return ids;
}

const hoursAgo = (hours: number) => new Date(currentTimeMs() - hours * 3_600_000).toISOString();

describe('what needs attention', () => {
  test('comes in the order in which it needs a person, each counted, with both sides in words', async () => {
    const { db } = server.database;
    const [pending, waiting, long, conflict, failed] = await scheduled([
      { state: 'pending' },
      { state: 'waiting' },
      { state: 'waiting', wantedAt: hoursAgo(2) },
      {
        state: 'conflict',
        bookedRepNames: 'BEN SAMPLE',
        bookedStartsAt: '2026-01-09T16:15:00.000Z',
        bookingId: '4711' as BookingId,
      },
      { state: 'failed', failureReason: 'Crossmark refused it.' },
      { state: 'synced' },
    ]);
    const theirs = await addEvent(db, { storeId, name: coreName(613_000), dueOn: '2026-03-01' });
    await db
      .insert(eventSyncs)
      .values({ eventId: theirs, bookedRepId: '999' as RepId, bookedRepNames: 'CY' });

    const answer = await api.activity.attention.query({});
    expect(answer.rows.map(({ event, kind }) => [event.eventId, kind])).toEqual([
      [failed, 'failed'],
      [conflict, 'conflict'],
      [long, 'long_waiting'],
      [theirs, 'unknown_rep'],
      [waiting, 'waiting'],
      [pending, 'pending'],
    ]);
    expect(answer.counts).toEqual({
      failed: 1,
      conflict: 1,
      long_waiting: 1,
      unknown_rep: 1,
      waiting: 1,
      pending: 1,
    });
    expect(answer.rows[1]).toMatchObject({
      wanted: 'Ada Example on Thu Jan 8, 10:45 AM.',
      held: 'BEN SAMPLE on Fri Jan 9, 11:15 AM (booking 4711).',
    });
    const long_waiting = await api.activity.attention.query({ kind: 'long_waiting' });
    expect(long_waiting).toMatchObject({ total: 1, rows: [{ event: { eventId: long } }] });
  });

  test('is a store’s own, as are the people who can’t be told to Crossmark', async () => {
    const { db } = server.database;
    const other = await addStore(db, '9000');
    const stranger = await addPerson(db, { storeId, name: 'Cy Stranger', linked: false });
    await scheduled([{ state: 'failed', failureReason: 'No.' }]);
    // Nobody plans for somebody who isn't linked; a file or Crossmark may.
    await db.execute(sql`update schedules set employee_id = ${stranger}, work_date = '2099-01-05'`);
    const mine = await api.activity.attention.query({ storeId });
    expect(mine.total).toBe(1);
    expect(mine.people).toEqual([
      {
        employeeId: stranger,
        name: 'Cy Stranger',
        linkState: 'unchecked',
        linkReason: null,
        schedules: 1,
        nextOn: '2099-01-05',
      },
    ]);
    expect(await api.activity.attention.query({ storeId: other })).toMatchObject({ total: 0, people: [] });
  });
});

describe('retrying many', () => {
  const states = async (ids: readonly number[]) => {
    const rows = await server.database.db
      .select()
      .from(eventSyncs)
      .where(inArray(eventSyncs.eventId, [...ids]))
      .orderBy(eventSyncs.eventId);
    return rows.map(({ state }) => state);
  };

  test('of a kind and a reason sets exactly those going, each with its job, and says how many', async () => {
    const dead = { state: 'failed', failureKind: 'rejected', attempts: 9 } as const;
    const ids = await scheduled([
      { ...dead, failureReason: 'Crossmark refused it.' },
      { ...dead, failureReason: 'Crossmark refused it.' },
      { ...dead, failureReason: 'Another reason.' },
      { state: 'conflict' },
      { state: 'waiting' },
    ]);
    expect((await api.activity.attention.query({ kind: 'failed' })).failures).toEqual([
      { reason: 'Crossmark refused it.', count: 2 },
      { reason: 'Another reason.', count: 1 },
    ]);
    const retried = await api.sync.retryMany.mutate({ kind: 'failed', reason: 'Crossmark refused it.' });
    expect(retried).toEqual({ retrying: 2, left: 0 });
    expect(await states(ids)).toEqual(['pending', 'pending', 'failed', 'conflict', 'waiting']);
    expect(await jobs(server.database.db)).toEqual(
      ids.slice(0, 2).map((id) => `sync_schedule_update event:${id}`),
    );
    expect(await api.sync.retryMany.mutate({ kind: 'failed' })).toEqual({ retrying: 1, left: 0 });
    expect(await api.sync.retryMany.mutate({ kind: 'failed' })).toEqual({ retrying: 0, left: 0 });
  });

  test('named ones leaves what is settled or waits for a choice as it is', async () => {
    const ids = await scheduled([{ state: 'failed' }, { state: 'synced' }, { state: 'conflict' }]);
    expect(await api.sync.retryMany.mutate({ eventIds: ids })).toEqual({ retrying: 1, left: 0 });
    expect(await states(ids)).toEqual(['pending', 'synced', 'conflict']);
  });

  test('twice at the same time retries each once', async () => {
    const ids = await scheduled(Array.from({ length: 6 }, () => ({ state: 'failed' as const })));
    const answers = await Promise.all([
      api.sync.retryMany.mutate({ kind: 'failed' }),
      api.sync.retryMany.mutate({ eventIds: ids }),
    ]);
    expect(answers.every(({ retrying }) => retrying <= 6)).toBe(true);
    expect(await states(ids)).toEqual(ids.map(() => 'pending'));
    expect(await jobs(server.database.db)).toHaveLength(6);
  });
});

describe('history', () => {
  test('says who did what to which schedule, from what to what, and how the sync ended', async () => {
    const { db } = server.database;
    const eventId = await addEvent(db, { storeId });
    const { scheduleId } = await api.schedules.create.mutate({
      eventId,
      employeeId: ada,
      startsAt: '2026-01-05T15:45:00.000Z',
    });
    const moved = await api.schedules.reschedule.mutate({
      scheduleId,
      version: 1,
      employeeId: ben,
      startsAt: '2026-01-06T16:15:00.000Z',
    });
    await db.insert(syncAttempts).values({
      task: 'sync_schedule',
      jobId: '1',
      workerId: 'w1',
      eventId,
      scheduleId,
      outcome: 'dead',
      failureReason: 'Crossmark refused it.',
      finishedAt: sql`app_now()`,
    });
    await api.schedules.unschedule.mutate({ scheduleId, version: moved.version });
    const { entries, next } = await api.activity.history.query({});
    expect(entries.map(({ by, what, problem }) => [by, what, problem])).toEqual([
      ['Dispatcher Person', 'unscheduled it', false],
      ['Sync', 'gave up: Crossmark refused it.', true],
      [
        'Dispatcher Person',
        'moved it from Mon Jan 5, 10:45 AM to Tue Jan 6, 11:15 AM and gave it from Ada Example to Ben Sample',
        false,
      ],
      ['Dispatcher Person', 'scheduled it for Ada Example on Mon Jan 5, 10:45 AM', false],
    ]);
    expect(entries.every(({ event }) => event?.eventId === eventId)).toBe(true);
    expect(next).toBeNull();
  });

  test('is read page by page without a gap or a double, however the two logs lie', async () => {
    const { db } = server.database;
    const eventId = await addEvent(db, { storeId });
    const at = (minute: number) =>
      new Date(Date.parse('2026-01-05T15:00:00.000Z') + minute * 60_000).toISOString();
    for (let n = 0; n < 25; n++) {
      if (n % 3 === 0) {
        const action = `note.${n}`;
        // An entry of a longer transaction: written later, begun earlier.
        const begun = at(n % 2 === 0 ? n : n - 5);
        await db.insert(auditLog).values({
          at: begun,
          actorId: 'u',
          actorName: 'U',
          action,
          subjectType: 'event',
          subjectId: String(eventId),
        });
      } else {
        await db.insert(syncAttempts).values({
          task: 'sync_schedule',
          jobId: '1',
          workerId: 'w1',
          eventId,
          outcome: 'done',
          summary: `note.${n}`,
          finishedAt: at(n),
        });
      }
    }
    const all: string[] = [];
    for (let cursor: string | null | undefined; cursor !== null; ) {
      const page = await api.activity.history.query({ limit: 4, ...(cursor && { cursor }) });
      all.push(...page.entries.map(({ id }) => id));
      cursor = page.next;
    }
    expect(all).toHaveLength(25);
    expect(new Set(all).size).toBe(25);
  });

  test('is narrowed down by person, by who did it, by kind and by the store’s day', async () => {
    const { db } = server.database;
    const other = await addStore(db, '9000');
    const entry = (values: Partial<typeof auditLog.$inferInsert>) =>
      db.insert(auditLog).values({
        actorId: 'somebody',
        actorName: 'Somebody',
        action: 'schedule.create',
        subjectType: 'schedule',
        subjectId: '1',
        ...values,
      });
    // Half past eleven at night in the club, the next day in UTC.
    await entry({ at: '2026-01-06T04:30:00.000Z', after: { employeeId: ada } });
    await entry({ at: '2026-01-06T05:30:00.000Z', before: { employeeId: ben }, actorId: 'system' });
    await entry({ at: '2026-01-06T06:00:00.000Z', action: 'refresh.request', subjectType: 'refresh' });
    const foreign = await addEvent(db, { storeId: other });
    await entry({ action: 'event.import', subjectType: 'event', subjectId: String(foreign) });

    const count = async (query: Parameters<typeof api.activity.history.query>[0]) =>
      (await api.activity.history.query({ storeId, ...query })).entries.length;
    expect(await count({})).toBe(3);
    expect(await count({ day: '2026-01-05' })).toBe(1);
    expect(await count({ day: '2026-01-06' })).toBe(2);
    expect(await count({ employeeId: ada })).toBe(1);
    expect(await count({ employeeId: ben })).toBe(1);
    expect(await count({ actorId: 'system' })).toBe(1);
    expect(await count({ kind: 'plan' })).toBe(2);
    expect(await count({ kind: 'refresh' })).toBe(1);
    expect(await count({ storeId: other, kind: 'import' })).toBe(1);
  });

  test('tells nobody who was invited or given another role: that is the audit log’s', async () => {
    const entry = {
      actorId: 'a',
      actorName: 'Admin',
      subjectId: '1',
      after: { email: 'cy@company.example' },
    };
    await server.database.db.insert(auditLog).values([
      { ...entry, action: 'user.invite', subjectType: 'user' },
      { ...entry, action: 'store.settings', subjectType: 'store', after: { name: 'Club' } },
    ]);
    const { entries } = await api.activity.history.query({});
    expect(entries.map(({ what }) => what)).toEqual(['set name Club']);
  });

  test('changes nothing by being read', async () => {
    await scheduled([{ state: 'failed' }]);
    const before = await everything(server.database.db);
    await api.activity.attention.query({});
    await api.activity.history.query({});
    await api.sync.refreshRuns.query({});
    expect(await everything(server.database.db)).toEqual(before);
  });
});
