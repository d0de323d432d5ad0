import {
  accessLinks,
  attendanceRecords,
  auditLog,
  eventSyncs,
  refreshRuns,
  repReadings,
  signInTries,
  syncAttempts,
  syncSteps,
  userSessions,
  users,
} from '@scheduler/db';
import { createTestDatabase, type TestDatabase } from '@scheduler/db/testing';
import { currentTimeMs } from '@scheduler/runtime/clock';
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { addEmployee, addEvent, addSchedule, addStore, clearTables } from '../../test/fixture.ts';
import { prune } from './prune.ts';

const KEEP = { recordsDays: 90, auditDays: 365, attendanceDays: 200 };
const ago = (days: number) => new Date(currentTimeMs() - days * 86_400_000).toISOString();

let database: TestDatabase;
let storeId: number;
let nextPlan = 40_000_000;

beforeAll(async () => {
  database = await createTestDatabase();
  storeId = await addStore(database.db);
});
afterAll(() => database.close());
beforeEach(async () => {
  await clearTables(
    database,
    'events, employees, audit_log, refresh_runs, rep_readings, users, access_links, sign_in_tries',
  );
});

/** Adds an event of long ago whose booking was made and removed again. */
async function settledEvent(): Promise<number> {
  const eventId = await addEvent(database.db, { storeId, mplanId: String(nextPlan++) });
  await database.db.insert(eventSyncs).values({ eventId, state: 'synced' });
  const bookingId = sql<never>`'7001'`;
  await database.db.insert(syncSteps).values([
    { eventId, kind: 'create', state: 'done', bookingId, sentAt: ago(120) },
    { eventId, kind: 'delete', state: 'done', bookingId, sentAt: ago(119) },
  ]);
  return eventId;
}
const journal = async () =>
  (await database.db.select({ kind: syncSteps.kind, eventId: syncSteps.eventId }).from(syncSteps)).map(
    ({ kind, eventId }) => `${eventId} ${kind}`,
  );

test('records older than they are kept go, newer ones and the last whole reading stay', async () => {
  const attempt = { task: 'sync_schedule', jobId: '1', workerId: 'w' };
  await database.db.insert(syncAttempts).values([
    { ...attempt, startedAt: ago(91) },
    { ...attempt, startedAt: ago(89) },
  ]);
  const entry = { actorId: 'u', actorName: 'U', action: 'x', subjectType: 'event', subjectId: '1' };
  await database.db.insert(auditLog).values([
    { ...entry, at: ago(366) },
    { ...entry, at: ago(364) },
  ]);
  const run = { requestedBy: 'schedule' };
  await database.db.insert(refreshRuns).values([
    { ...run, state: 'done', requestedAt: ago(99) },
    { ...run, state: 'done', requestedAt: ago(98) },
    { ...run, state: 'failed', requestedAt: ago(97) },
    { ...run, state: 'queued', requestedAt: ago(96) },
  ]);
  expect(await prune(database.app.db, KEEP)).toEqual({ sync_attempts: 1, audit_log: 1, refresh_runs: 2 });
  expect(await database.db.select({ state: refreshRuns.state }).from(refreshRuns)).toEqual([
    { state: 'done' },
    { state: 'queued' },
  ]);
  expect(await prune(database.db, KEEP)).toEqual({});
});

test('readings of the rep list go, but for the newest, the last that was read, and one that is asked for', async () => {
  await database.db.insert(repReadings).values(
    (['done', 'failed', 'queued', 'done', 'failed', 'failed'] as const).map((state, n) => ({
      requestedBy: 'u',
      state,
      requestedAt: ago(99 - n),
    })),
  );
  expect(await prune(database.db, KEEP)).toEqual({ rep_readings: 3 });
  const left = await database.db
    .select({ state: repReadings.state })
    .from(repReadings)
    .orderBy(repReadings.id);
  expect(left.map(({ state }) => state)).toEqual(['queued', 'done', 'failed']);
  expect(await prune(database.db, KEEP)).toEqual({});
});

test('0 days keep everything for ever', async () => {
  await settledEvent();
  expect(await prune(database.db, { recordsDays: 0, auditDays: 0, attendanceDays: 0 })).toEqual({});
});

test('the journal of an event that is settled and holds nothing goes as a whole', async () => {
  await settledEvent();
  expect(await prune(database.db, KEEP)).toEqual({ sync_steps: 2 });
});

test('a reissue’s step stays: work opened once isn’t opened again', async () => {
  const eventId = await settledEvent();
  await database.db.insert(syncSteps).values({ eventId, kind: 'reissue', state: 'done', sentAt: ago(118) });
  await prune(database.db, KEEP);
  expect(await journal()).toEqual([`${eventId} reissue`]);
});

test('what reconciliation may still need stays', async () => {
  const employeeId = await addEmployee(database.db, { storeId, name: 'Ada Example', repId: '100001' });
  const spoil: Record<string, (eventId: number) => Promise<unknown>> = {
    booked: (id) => database.sql`update event_syncs set booking_id = '7002' where event_id = ${id}`,
    unsettled: (id) => database.sql`update event_syncs set state = 'failed' where event_id = ${id}`,
    leased: (id) => database.sql`update event_syncs set lease_owner = 'w/1' where event_id = ${id}`,
    doubtful: (id) =>
      database.sql`update sync_steps set state = 'unknown' where event_id = ${id} and kind = 'delete'`,
    recent: (id) =>
      database.sql`update sync_steps set sent_at = app_now() where event_id = ${id} and kind = 'delete'`,
    scheduled: (eventId) =>
      database.db.transaction((tx) =>
        addSchedule(tx, { eventId, employeeId, startsAt: '2026-01-05T15:00:00.000Z' }),
      ),
  };
  for (const make of Object.values(spoil)) await make(await settledEvent());
  const before = await journal();
  expect(before).toHaveLength(12);
  expect(await prune(database.db, KEEP)).toEqual({});
  expect(await journal()).toEqual(before);
});

test('a dead letter whose event still failed stays in the queue, one without goes', async () => {
  const failed = await settledEvent();
  const arrived = await settledEvent();
  await database.sql`update event_syncs set state = 'failed' where event_id = ${failed}`;
  for (const id of [failed, arrived]) {
    await database.sql`select graphile_worker.add_job('sync_schedule', '{}', job_key => ${`event:${id}`})`;
  }
  await database.sql`update graphile_worker._private_jobs
    set attempts = max_attempts, updated_at = app_now() - app_clock_offset() - interval '91 days'`;
  expect(await prune(database.db, KEEP)).toMatchObject({ dead_letters: 1 });
  expect(await database.sql`select key from graphile_worker._private_jobs`).toEqual([
    { key: `event:${failed}` },
  ]);
});

test('attendance goes by the day it is about, also that of somebody who left', async () => {
  const employeeId = await addEmployee(database.db, { storeId, name: 'Ada Example', repId: '100001' });
  const record = (days: number) => ({
    employeeId,
    day: ago(days).slice(0, 10),
    status: 'late' as const,
    recordedBy: 'U',
  });
  await database.db.insert(attendanceRecords).values([record(202), record(198)]);
  await database.sql`update employees set terminated_on = app_now()::date - 199`;
  expect(await prune(database.app.db, KEEP)).toEqual({ attendance_records: 1 });
  expect(await database.db.select({ day: attendanceRecords.day }).from(attendanceRecords)).toEqual([
    { day: record(198).day },
  ]);
});

test('sign-ins that are over go, the others stay', async () => {
  await database.db.insert(users).values({ id: 'u', name: 'U', email: 'u@example.test' });
  const session = (id: string, expiresAt: string) => ({
    id,
    userId: 'u',
    token: id,
    expiresAt: new Date(expiresAt),
  });
  await database.db.insert(userSessions).values([session('over', ago(1)), session('open', ago(-1))]);
  expect(await prune(database.db, KEEP)).toEqual({ user_sessions: 1 });
});

test('links that have expired go, those that still open something stay', async () => {
  const link = (tokenHash: string, expiresAt: string) => ({
    kind: 'invite' as const,
    tokenHash,
    createdBy: 'U',
    expiresAt,
  });
  await database.db.insert(accessLinks).values([link('over', ago(0.01)), link('open', ago(-1))]);
  expect(await prune(database.db, KEEP)).toEqual({ access_links: 1 });
  expect(await database.db.select({ hash: accessLinks.tokenHash }).from(accessLinks)).toEqual([
    { hash: 'open' },
  ]);
});

test('sign-in attempts are forgotten after a day, not before', async () => {
  const attempt = (key: string, lastAt: string) => ({ key, attempts: 9, lastAt, waitUntil: lastAt });
  await database.db.insert(signInTries).values([attempt('old', ago(1.1)), attempt('new', ago(0.9))]);
  expect(await prune(database.db, KEEP)).toEqual({ sign_in_tries: 1 });
  expect(await database.db.select({ key: signInTries.key }).from(signInTries)).toEqual([{ key: 'new' }]);
});
