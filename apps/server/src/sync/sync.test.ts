import type { BookingId, RepId } from '@scheduler/crossmark';
import {
  auditLog,
  CHANGES_CHANNEL,
  crossmarkBreakers,
  employees,
  eventSyncs,
  events,
  refreshRuns,
  syncAttempts,
  syncSteps,
  workers,
} from '@scheduler/db';
import { pauseTasks, resumeTasks } from '@scheduler/sync';
import { eq, isNotNull, sql } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import {
  addEvent,
  addPerson,
  addStore,
  type Client,
  empty,
  jobs,
  refusalOf,
  startTestServer,
  type TestServer,
} from '../../test/fixture.ts';

let server: TestServer;
let api: Client;
let storeId: number;
let eventId: number;
let scheduleId: number;

beforeAll(async () => {
  server = await startTestServer();
  api = await server.as('dispatcher');
});
afterAll(() => server.close());
beforeEach(async () => {
  await empty(server.database);
  const { db } = server.database;
  storeId = await addStore(db);
  eventId = await addEvent(db, { storeId });
  const employeeId = await addPerson(db, { storeId, name: 'Ada Example' });
  ({ scheduleId } = await api.schedules.create.mutate({
    eventId,
    employeeId,
    startsAt: '2026-01-05T15:45:00.000Z',
  }));
});

describe('the sync state of an event', () => {
  test('says what is wanted, what is held, what was tried and what comes next, newest first', async () => {
    const { db } = server.database;
    const nextAttemptAt = '2026-01-02T15:01:00.000Z';
    await db.update(eventSyncs).set({
      state: 'waiting',
      attempts: 1,
      nextAttemptAt,
      failureKind: 'transient',
      failureReason: 'Crossmark did not answer.',
      bookingId: '4711' as BookingId,
      bookedRepId: '100001' as RepId,
      bookedRepNames: 'BEN SAMPLE',
      bookedStartsAt: '2026-01-06T15:45:00.000Z',
    });
    for (const [number, outcome] of [
      [1, 'retry'],
      [2, 'done'],
    ] as const) {
      await db.insert(syncAttempts).values({
        task: 'sync_schedule',
        jobId: '1',
        workerId: 'w1',
        eventId,
        scheduleId,
        number,
        outcome,
      });
    }
    await db.insert(syncSteps).values({ eventId, kind: 'create', state: 'unknown' });
    expect(await api.sync.get.query({ eventId })).toMatchObject({
      state: 'waiting',
      reason: 'Crossmark did not answer.',
      nextAttemptAt,
      wanted: 'Ada Example on Mon Jan 5, 10:45 AM.',
      held: 'BEN SAMPLE on Tue Jan 6, 10:45 AM (booking 4711).',
      next: 'Attempt 2 is on Fri Jan 2, 10:01 AM.',
      attempts: [
        { number: 2, outcome: 'done' },
        { number: 1, outcome: 'retry' },
      ],
      steps: [{ kind: 'create', state: 'unknown' }],
    });
    expect((await api.board.week.query({ weekOf: '2026-01-05' })).schedules[0]?.event.sync).toEqual({
      state: 'waiting',
      reason: 'Crossmark did not answer.',
      nextAttemptAt,
      attemptCount: 1,
    });
  });

  test('of one that nothing was ever wanted of is settled', async () => {
    const other = await addEvent(server.database.db, { storeId: 1 });
    expect(await api.sync.get.query({ eventId: other })).toMatchObject({
      state: 'synced',
      wanted: 'Nobody: the event is not scheduled.',
      attempts: [],
    });
  });

  test('a dead letter that is retried has its job at once; a synced one has nothing to retry', async () => {
    const { db, sql } = server.database;
    await sql`delete from graphile_worker._private_jobs`;
    await db.update(eventSyncs).set({ state: 'failed', failureReason: 'no RepID' });
    expect(await api.sync.retry.mutate({ eventId })).toEqual({ retrying: true });
    expect(await jobs(db)).toEqual([`sync_schedule_update event:${eventId}`]);
    await db.update(eventSyncs).set({ state: 'synced' });
    expect(await api.sync.retry.mutate({ eventId })).toEqual({ retrying: false });
  });
});

describe('a conflict', () => {
  const seenAt = '2026-01-02T15:00:00.000Z';

  /** Crossmark has Ben on Tuesday, the board has Ada on Monday. */
  const conflict = (readAt = seenAt) =>
    server.database.db.update(eventSyncs).set({
      state: 'conflict',
      bookingId: '4711' as BookingId,
      bookedRepId: '100002' as RepId,
      bookedRepNames: 'BEN SAMPLE',
      bookedStartsAt: '2026-01-06T15:45:00.000Z',
      conflict: {
        bookingId: '4711',
        repId: '100002',
        repNames: 'BEN SAMPLE',
        startsAt: '2026-01-06T15:45:00.000Z',
        seenAt: readAt,
      },
    });

  test('tells what was changed on Crossmark’s side', async () => {
    await conflict();
    expect(await api.sync.get.query({ eventId })).toMatchObject({
      conflict:
        'Crossmark’s side was changed to BEN SAMPLE on Tue Jan 6, 10:45 AM (read on Fri Jan 2, 10:00 AM).',
      conflictSeenAt: seenAt,
    });
    expect((await api.activity.attention.query({})).rows).toMatchObject([{ conflictSeenAt: seenAt }]);
  });

  test('tells which rules Crossmark’s side breaks here, as when somebody is booked twice', async () => {
    await conflict();
    expect((await api.sync.get.query({ eventId })).theirsBreaks).toEqual([]);
    const { db } = server.database;
    const ben = await addPerson(db, { storeId, name: 'Ben Sample' });
    await db
      .update(employees)
      .set({ repId: '100002' as RepId })
      .where(eq(employees.id, ben));
    expect((await api.sync.get.query({ eventId })).theirsBreaks).toEqual([]);
    const other = await addEvent(db, { storeId });
    await api.schedules.create.mutate({
      eventId: other,
      employeeId: ben,
      startsAt: '2026-01-06T15:45:00.000Z',
    });
    expect((await api.sync.get.query({ eventId })).theirsBreaks).toMatchObject([
      { code: 'second_core', severity: 'soft' },
      { code: 'long_overlap', severity: 'soft' },
    ]);
  });

  test('ends with what the board has: it is sent again', async () => {
    await conflict();
    await api.sync.resolve.mutate({ eventId, choice: 'mine', seenAt });
    expect(await api.sync.get.query({ eventId })).toMatchObject({ state: 'pending', conflict: null });
    expect(await jobs(server.database.db)).toEqual([`sync_schedule_update event:${eventId}`]);
  });

  test('ends with what Crossmark has: the board follows, and the audit log says who chose', async () => {
    await conflict();
    await api.sync.resolve.mutate({ eventId, choice: 'theirs', seenAt });
    // Nobody here is linked to that rep: the event is shown as booked by somebody unknown.
    const board = await api.board.week.query({ weekOf: '2026-01-05' });
    expect(board.schedules).toEqual([]);
    expect(board.tray).toMatchObject([{ eventId, bookedElsewhere: 'BEN SAMPLE' }]);
    const rows = await server.database.db.select().from(auditLog).orderBy(auditLog.id);
    expect(rows.at(-1)).toMatchObject({
      action: 'sync.keep_theirs',
      actorName: 'Dispatcher Person',
      subjectType: 'schedule',
      subjectId: String(scheduleId),
      after: { ended: true },
    });
  });

  test.each(['mine', 'theirs'] as const)(
    'is not ended by a choice of %s that was made of an older reading of Crossmark’s side: nothing changes',
    async (choice) => {
      await conflict('2026-01-02T16:00:00.000Z');
      const [before] = await server.database.db.select().from(eventSyncs);
      const queued = await jobs(server.database.db);
      const audited = await server.database.db.$count(auditLog);
      const refused = await refusalOf(api.sync.resolve.mutate({ eventId, choice, seenAt }));
      expect(refused.message).toContain('has changed since it was shown, so nothing was done');
      expect(await server.database.db.select().from(eventSyncs)).toEqual([before]);
      expect(await server.database.db.$count(auditLog)).toBe(audited);
      expect(await jobs(server.database.db)).toEqual(queued);
      await api.sync.resolve.mutate({ eventId, choice, seenAt: '2026-01-02T16:00:00.000Z' });
      expect(await api.sync.get.query({ eventId })).toMatchObject({ conflict: null, conflictSeenAt: null });
    },
  );

  test('that has ended already can’t be ended', async () => {
    const refused = await refusalOf(api.sync.resolve.mutate({ eventId, choice: 'mine', seenAt }));
    expect(refused.message).toContain('no conflict any more');
  });
});

describe('the summary', () => {
  test('counts states, says what most wait for and how many workers there are', async () => {
    const { db } = server.database;
    await db.update(eventSyncs).set({ state: 'waiting', failureReason: 'Crossmark did not answer.' });
    await db.insert(workers).values({ id: 'w1', host: 'h', pid: 1, concurrency: 10 });
    await db
      .insert(workers)
      .values({ id: 'w2', host: 'h', pid: 2, concurrency: 10, seenAt: '2026-01-01T00:00:00.000Z' });
    expect(await api.sync.summary.query()).toEqual({
      counts: { pending: 0, waiting: 1, synced: 0, failed: 0, conflict: 0 },
      waitingBecause: 'Crossmark did not answer.',
      workers: 1,
      heldBack: null,
      crossmark: { state: 'reachable', since: null, waiting: 0 },
      lastDone: null,
      lastRefresh: null,
    });
  });

  test('says since when Crossmark can’t be reached and how many changes wait, and its end is told to open pages', async () => {
    const { db } = server.database;
    const since = '2026-01-05T15:42:00.000Z';
    const host = 'https://crossmark.example.test';
    await db.update(eventSyncs).set({ state: 'waiting', failureKind: 'transient' });
    const probeAt = '2026-01-05T15:50:00.000Z';
    await db.insert(crossmarkBreakers).values({ host, state: 'open', failingSince: since, probeAt });
    // One that was in use before.
    const earlier = { host: 'https://old.example.test', updatedAt: '2026-01-01T00:00:00.000Z' };
    await db.insert(crossmarkBreakers).values(earlier);
    expect(await api.sync.summary.query()).toMatchObject({
      heldBack: null,
      crossmark: { state: 'unreachable', since, waiting: 1 },
    });
    const heard: unknown[] = [];
    const listening = await server.database.sql.listen(CHANGES_CHANNEL, (told) =>
      heard.push(JSON.parse(told)),
    );
    await db.update(crossmarkBreakers).set({ windowCalls: 2 });
    await db.update(crossmarkBreakers).set({ state: 'closed' }).where(eq(crossmarkBreakers.host, host));
    await vi.waitFor(() => expect(heard).toEqual([{ kind: 'crossmark', id: expect.any(Number) }]));
    await listening.unlisten();
    expect(await api.sync.summary.query()).toMatchObject({ crossmark: { state: 'reachable', since: null } });
  });

  test('says since when an admin holds back all calls, or the sync of schedules', async () => {
    const { db } = server.database;
    const since = '2026-01-05T15:42:00.000Z';
    await db
      .insert(crossmarkBreakers)
      .values({ host: 'https://crossmark.example.test', state: 'open', openedAt: since });
    expect((await api.sync.summary.query()).heldBack).toEqual({ since });
    await db.update(crossmarkBreakers).set({ state: 'closed' });
    expect((await api.sync.summary.query()).heldBack).toBeNull();

    const heard: unknown[] = [];
    const listening = await server.database.sql.listen(CHANGES_CHANNEL, (told) =>
      heard.push(JSON.parse(told)),
    );
    await db.transaction((tx) => pauseTasks(tx, ['refresh_events'], 'Ada'));
    expect((await api.sync.summary.query()).heldBack).toBeNull();
    await db.transaction((tx) => pauseTasks(tx, ['sync_schedule'], 'Ada'));
    expect((await api.sync.summary.query()).heldBack).toEqual({ since: expect.any(String) });
    await db.transaction((tx) => resumeTasks(tx, ['sync_schedule', 'refresh_events']));
    expect((await api.sync.summary.query()).heldBack).toBeNull();
    // Each is news to open pages.
    await vi.waitFor(() => expect(heard).toEqual([1, 2, 3].map(() => ({ kind: 'crossmark', id: 0 }))));
    await listening.unlisten();
  });

  test('a refresh that is asked for twice is one, and its progress can be followed', async () => {
    const [first, second] = await Promise.all([api.sync.refreshNow.mutate(), api.sync.refreshNow.mutate()]);
    expect(second).toEqual(first);
    expect(await api.sync.refreshRun.query(first)).toMatchObject({
      state: 'queued',
      requestedBy: 'Dispatcher Person',
    });
    const { db } = server.database;
    await db
      .update(refreshRuns)
      .set({ state: 'done', read: 3, total: 3 })
      .where(eq(refreshRuns.id, first.runId));
    const { lastDone, lastRefresh } = await api.sync.summary.query();
    expect(lastDone).toMatchObject({ runId: first.runId, read: 3 });
    expect(lastRefresh).toEqual(lastDone);
  });
});

describe('events that a list lacks in a great number', () => {
  const ask = async () => {
    const { db } = server.database;
    const others: number[] = [];
    for (let n = 0; n < 3; n++) others.push(await addEvent(db, { storeId: 1, name: `Event ${n}` }));
    const missing = [eventId, ...others].sort((a, b) => a - b);
    const [run] = await db
      .insert(refreshRuns)
      .values({ requestedBy: 'schedule', state: 'needs_decision', finishedAt: sql`app_now()`, missing })
      .returning();
    return { runId: run?.id ?? 0, missing };
  };

  test('are shown to everybody, those with a schedule first, and edits go on', async () => {
    expect(await api.sync.refreshQuestion.query()).toBeNull();
    const { runId, missing } = await ask();
    const viewer = await server.as('viewer');
    expect(await viewer.sync.refreshQuestion.query()).toMatchObject({
      runId,
      count: missing.length,
      digest: expect.stringMatching(/^[0-9a-f]{64}$/),
      events: [{ eventId, schedule: { employeeName: 'Ada Example', workDate: '2026-01-05' } }, {}, {}, {}],
    });
    await api.schedules.reschedule.mutate({ scheduleId, version: 1, startsAt: '2026-01-06T15:45:00.000Z' });
  });

  test('are marked as gone by an admin alone, by the list that was shown, and that is audited', async () => {
    const { runId, missing } = await ask();
    const admin = await server.as('admin');
    const question = await admin.sync.refreshQuestion.query();
    const list = { runId, digest: question?.digest ?? '' };
    expect((await refusalOf(api.sync.markMissingGone.mutate(list))).code).toBe('FORBIDDEN');
    const { db } = server.database;
    await db
      .update(events)
      .set({ goneSince: sql`app_now()` })
      .where(eq(events.id, missing[0] ?? 0));
    expect((await refusalOf(admin.sync.markMissingGone.mutate(list))).message).toMatch(/has changed since/);
    expect(await db.$count(events, isNotNull(events.goneSince))).toBe(1);

    const again = await admin.sync.refreshQuestion.query();
    expect(again?.count).toBe(missing.length - 1);
    const answer = { runId, digest: again?.digest ?? '' };
    expect(await admin.sync.markMissingGone.mutate(answer)).toEqual({ gone: missing.length - 1 });
    expect(await db.$count(events, isNotNull(events.goneSince))).toBe(missing.length);
    expect(await db.select().from(auditLog).where(eq(auditLog.action, 'refresh.mark_gone'))).toMatchObject([
      { actorName: 'Admin Person', subjectId: String(runId), after: { gone: 3, eventIds: missing.slice(1) } },
    ]);
    expect(await api.sync.refreshQuestion.query()).toBeNull();
    expect(await api.sync.refreshRun.query({ runId })).toMatchObject({ state: 'done', gone: 3 });
  });
});

describe('lists of events', () => {
  test('are filtered by text, state and days, page by page, and take no text for a pattern', async () => {
    const { db } = server.database;
    for (let i = 0; i < 5; i++)
      await addEvent(db, { storeId: 1, name: `70000${i}-Acme-50%_Off (1)  - V2-CORE` });
    const list = (filter: Parameters<typeof api.events.list.query>[0]) => api.events.list.query(filter);
    expect((await list({})).total).toBe(6);
    expect((await list({ text: '50%_off' })).total).toBe(5);
    expect((await list({ text: '%' })).total).toBe(5);
    expect((await list({ text: '700003' })).rows.map((row) => row.event.eventNumber)).toEqual(['700003']);
    expect((await list({ scheduled: true })).rows).toMatchObject([
      { schedule: { scheduleId, employeeName: 'Ada Example' } },
    ]);
    const page = await list({ limit: 2, offset: 4 });
    expect(page).toMatchObject({ total: 6 });
    expect(page.rows).toHaveLength(2);
    expect((await list({ from: '2026-01-15' })).total).toBe(0);
    expect((await list({ types: ['Supervisor'] })).total).toBe(0);
  });
});
