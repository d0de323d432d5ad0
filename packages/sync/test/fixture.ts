import {
  type CrossmarkClient,
  createCrossmarkClient,
  type EmployeeNumber,
  mplanId,
  repId,
  storeId,
} from '@scheduler/crossmark';
import { DEMO_USER, type SettingsPatch } from '@scheduler/crossmark/simulator';
import {
  type Db,
  type Executor,
  employees,
  eventSyncs,
  events,
  schedules,
  stores,
  type Tx,
} from '@scheduler/db';
import type { TestDatabase } from '@scheduler/db/testing';
import { seededRandom } from '@scheduler/runtime/random';
import { EVENT_RULES_VERSION, type Instant } from '@scheduler/scheduling';
import { eq, sql } from 'drizzle-orm';
import { pino } from 'pino';
import { DEFAULT_RETRY_POLICY } from '../src/attempts/retry-policy.ts';
import type { JobInfo, SyncContext, SyncSettings } from '../src/context.ts';
import { createDownloads } from '../src/instructions/download.ts';
import type { TaskName } from '../src/queue/contracts.ts';
import { type ConflictChoice, resolveConflict } from '../src/refresh/adopt.ts';

/**
 * The store, people and events that this package's tests start from; ids match the simulator's
 * state of each test.
 */
export const STORE = {
  crossmarkStoreId: '310042',
  number: '8135',
  name: 'Club Eight',
  timeZone: 'America/Indiana/Indianapolis',
};

/** Adds a store. */
export async function addStore(db: Executor, values: Partial<typeof STORE> = {}): Promise<number> {
  const store = { ...STORE, ...values };
  const [row] = await db
    .insert(stores)
    .values({ ...store, crossmarkStoreId: storeId(store.crossmarkStoreId) })
    .returning({ id: stores.id });
  return need(row).id;
}

/** Adds a person, linked to a rep unless `repId` is null. */
export async function addEmployee(
  db: Executor,
  person: {
    storeId: number;
    name: string;
    repId: string | null;
    employeeNumber?: string;
    terminatedOn?: string;
  },
): Promise<number> {
  const [row] = await db
    .insert(employees)
    .values({
      storeId: person.storeId,
      name: person.name,
      repId: person.repId === null ? null : repId(person.repId),
      linkState: person.repId === null ? 'unchecked' : 'linked',
      employeeNumber: (person.employeeNumber ?? null) as EmployeeNumber | null,
      terminatedOn: person.terminatedOn ?? null,
    })
    .returning({ id: employees.id });
  return need(row).id;
}

/** Adds a Core event; `mplanId` null is one known from a CSV file alone. */
export async function addEvent(
  db: Executor,
  event: {
    storeId: number;
    mplanId: string | null;
    name?: string;
    eventNumber?: string;
    startsOn?: string;
    dueOn?: string;
    durationMinutes?: number;
  },
): Promise<number> {
  const [row] = await db
    .insert(events)
    .values({
      storeId: event.storeId,
      mplanId: event.mplanId === null ? null : mplanId(event.mplanId),
      name: event.name ?? '612345-Acme-Oat Bars (260105123456)  - V2-CORE',
      eventNumber: event.eventNumber ?? '612345',
      type: 'Core',
      startsOn: event.startsOn ?? '2026-01-01',
      dueOn: event.dueOn ?? '2026-01-15',
      durationMinutes: event.durationMinutes ?? 390,
      rulesVersion: EVENT_RULES_VERSION,
    })
    .returning({ id: events.id });
  return need(row).id;
}

/** Adds a live schedule of 390 minutes, without enqueueing anything. */
export async function addSchedule(
  tx: Tx,
  schedule: { eventId: number; employeeId: number; startsAt: Instant; minutes?: number },
): Promise<number> {
  const endsAt = new Date(Date.parse(schedule.startsAt) + (schedule.minutes ?? 390) * 60_000).toISOString();
  const [row] = await tx
    .insert(schedules)
    .values({
      eventId: schedule.eventId,
      employeeId: schedule.employeeId,
      startsAt: schedule.startsAt,
      endsAt,
      workDate: schedule.startsAt.slice(0, 10),
    })
    .returning({ id: schedules.id });
  return need(row).id;
}

/**
 * Every way in which Crossmark may take a second booking of an event, and the booking that follows
 * a reissue, as settings of the simulator: `describe.each(BOOKING_HABITS)('where $way', ({ habits
 * }) => …)`.
 */
export const BOOKING_HABITS: { way: string; habits: SettingsPatch; keepsReopened: boolean }[] = [
  {
    way: 'a second booking edits the first, after a reissue too',
    habits: { secondBooking: 'inPlace', reissueKeepsId: true },
    keepsReopened: false,
  },
  {
    way: 'a second booking edits the first, but not after a reissue',
    habits: { secondBooking: 'inPlace', reissueKeepsId: false },
    keepsReopened: true,
  },
  { way: 'a second booking replaces the first', habits: { secondBooking: 'replace' }, keepsReopened: false },
  { way: 'a second booking is kept', habits: { secondBooking: 'duplicate' }, keepsReopened: true },
];

/**
 * Returns so many seeds, beginning with the first one, each with every way in which Crossmark may
 * handle a second booking.
 */
export const storiesOf = (first: number, seeds: number) =>
  Array.from({ length: seeds }, (_, index) => first + index).flatMap((seed) =>
    BOOKING_HABITS.map(({ way, habits }) => ({ seed, way, habits })),
  );

/** A person's choice in a conflict, as it is shown now. */
export async function chooseSide(tx: Tx, eventId: number, choice: ConflictChoice['choice']) {
  const [sync] = await tx
    .select({ conflict: eventSyncs.conflict })
    .from(eventSyncs)
    .where(eq(eventSyncs.eventId, eventId));
  return resolveConflict(tx, eventId, { choice, seenAt: sync?.conflict?.seenAt ?? '' });
}

/** A job as the queue holds it. */
export interface QueuedJob {
  id: string;
  task: string;
  key: string | null;
  payload: Record<string, unknown>;
  runAt: Instant;
  attempts: number;
  maxAttempts: number;
  lastError: string | null;
  lockedBy: string | null;
}

/** Every job in the queue, oldest first. */
export async function queuedJobs(db: Executor): Promise<QueuedJob[]> {
  const rows = await db.execute<Record<string, unknown>>(sql`
    select jobs.id::text, tasks.identifier as task, jobs.key, jobs.payload, jobs.run_at + app_clock_offset() as "runAt", jobs.attempts,
      jobs.max_attempts as "maxAttempts", jobs.last_error as "lastError", jobs.locked_by as "lockedBy"
    from graphile_worker._private_jobs jobs
    join graphile_worker._private_tasks tasks on tasks.id = jobs.task_id
    order by jobs.id`);
  return rows.map((row) => ({
    ...(row as unknown as QueuedJob),
    runAt: new Date(String(row.runAt)).toISOString(),
  }));
}

/** The value, or an error where there is none. */
export function need<T>(value: T | null | undefined): T {
  if (value === null || value === undefined) throw new Error('Expected a value.');
  return value;
}

/** Decisions that the same seed repeats: numbers from 0 to below 1, and things out of lists. */
export function decisions(seed: number) {
  const next = seededRandom(seed * 2_654_435_761);
  return { next, pick: <T>(list: readonly T[]): T => need(list[Math.floor(next() * list.length)]) };
}

/** Deletes all jobs, and all rows of these tables and of those that refer to them. */
export async function clearTables({ sql }: TestDatabase, tables: string): Promise<void> {
  await sql`delete from graphile_worker._private_jobs`;
  await sql.unsafe(`truncate ${tables} cascade`);
}

/** A client of the simulator at `baseUrl`. */
export const clientOf = (
  baseUrl: string,
  options: Partial<Parameters<typeof createCrossmarkClient>[0]> = {},
): CrossmarkClient =>
  createCrossmarkClient({
    baseUrl,
    ...DEMO_USER,
    ...options,
  });

/** What tasks work with: the retries of production, no log, and refreshes that confirm each other at once. */
export const contextOf = (
  db: Db,
  crossmark: CrossmarkClient,
  settings: Partial<SyncSettings> = {},
): SyncContext => ({
  db,
  crossmark,
  downloads: createDownloads(crossmark, { allowedHosts: [] }),
  log: pino({ level: 'silent' }),
  settings: { retry: DEFAULT_RETRY_POLICY, leaseMs: 60_000, confirmAfterMs: 0, ...settings },
});

/** For tests that fetch no files. */
export const NO_DOWNLOADS: SyncContext['downloads'] = {
  read: () => Promise.reject(new Error('This test fetches no files.')),
  close: async () => {},
};

/** A job as a task gets it. */
export const jobOf = (task: TaskName = 'sync_schedule', values: Partial<JobInfo> = {}): JobInfo => ({
  id: '1',
  task,
  workerId: 'test-worker',
  signal: new AbortController().signal,
  ...values,
});
