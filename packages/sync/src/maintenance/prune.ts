import { accessLinks, type Db, feedEnded, signInTries, userSessions, userVerifications } from '@scheduler/db';
import { lt, type SQL, sql } from 'drizzle-orm';
import { deleteDeadLettersSql } from '../queue/graphile.ts';

/** How many days records are kept; 0 keeps them for ever. */
export interface Retention {
  /**
   * Attempts, readings of Crossmark's lists, journalled writes and dead letters that nothing
   * depends on any more.
   */
  recordsDays: number;
  /** At least 30, because the database refuses less. */
  auditDays: number;
  /** Attendance of people, counted from the day that it is about. */
  attendanceDays: number;
}

/** How many rows one statement removes: few enough that nobody has to wait for it. */
const BATCH = 5_000;

/**
 * Removes records that are older than they have to be kept, in short statements. Any worker may do
 * it at any time. Some records are never removed: the steps of reissues (work that was opened again
 * once isn't opened again a second time), the journal of an event that holds a booking or isn't
 * settled, and everything that is under way. Access links are removed when they are used, and idle
 * sessions at the next sign-in, so they aren't looked for here. Returns how many rows were removed,
 * by table.
 */
export async function prune(db: Db, retention: Retention): Promise<Record<string, number>> {
  const records = older(retention.recordsDays);
  const removed: Record<string, number> = {};
  for (const [table, cutoff, statement] of [
    ['sync_attempts', records, attempts],
    ['sync_steps', records, steps],
    ['refresh_runs', records, refreshRuns],
    ['rep_readings', records, repReadings],
    ['proposals', records, proposals],
    ['event_instructions', records, instructions],
    ['dead_letters', records, deadLetters],
    ['digest_sends', records, digests],
    ['attendance_records', older(retention.attendanceDays), attendance],
  ] as const) {
    if (cutoff === null) continue;
    const rows = await batches(async () => (await db.execute(statement(cutoff))).length);
    if (rows > 0) removed[table] = rows;
  }
  if (retention.auditDays > 0) {
    const rows = await batches(() => audit(db, retention.auditDays));
    if (rows > 0) removed.audit_log = rows;
  }
  for (const [name, over] of [
    ['user_sessions', () => db.delete(userSessions).where(lt(userSessions.expiresAt, sql`app_now()`))],
    [
      'user_verifications',
      () => db.delete(userVerifications).where(lt(userVerifications.expiresAt, sql`app_now()`)),
    ],
    ['access_links', () => db.delete(accessLinks).where(lt(accessLinks.expiresAt, sql`app_now()`))],
    ['calendar_feeds', () => db.execute(endedFeeds)],
    ['instruction_files', () => db.execute(unusedFiles)],
    // Relies on the index sign_in_tries_last. No wait lasts as long.
    [
      'sign_in_tries',
      () => db.delete(signInTries).where(lt(signInTries.lastAt, sql`app_now() - interval '1 day'`)),
    ],
  ] as const) {
    const { count } = await over();
    if (count > 0) removed[name] = count;
  }
  return removed;
}

/**
 * The address of a calendar feed that ended doesn't work again when its person or its maker comes
 * back.
 */
const endedFeeds = sql`
  delete from calendar_feeds where id in (
    select calendar_feeds.id from calendar_feeds
    join users on users.id = calendar_feeds.user_id
    left join employees on employees.id = calendar_feeds.employee_id
    join stores on stores.id = coalesce(calendar_feeds.store_id, employees.store_id)
    where ${feedEnded})`;

/**
 * Removes files that no event refers to, because its link has changed or it is past. A worker may be
 * about to refer to one that it has just stored. Relies on the index event_instructions_of_file.
 */
const unusedFiles = sql`
  delete from instruction_files file
  where file.stored_at < app_now() - interval '1 hour' and not exists (
    select from event_instructions one where one.store_id = file.store_id and one.file_hash = file.hash)`;

const older = (days: number) => (days === 0 ? null : sql`app_now() - ${days} * interval '1 day'`);

/** Repeats a removal as long as it removes as many rows as it may at once. */
async function batches(next: () => Promise<number>): Promise<number> {
  for (let removed = 0; ; ) {
    const rows = await next();
    removed += rows;
    if (rows < BATCH) return removed;
  }
}

/**
 * Ids rise with time, so the oldest rows are found by primary key, without an index on their time.
 */
const attempts = (cutoff: SQL) => sql`
  delete from sync_attempts where id in (
    select id from (select id, started_at from sync_attempts order by id limit ${BATCH}) oldest
    where started_at < ${cutoff}
  ) returning id`;

/**
 * A function of the database does this, because the app's own role may not delete from the audit
 * log.
 */
async function audit(db: Db, days: number): Promise<number> {
  const [row] = await db.execute<{ removed: number }>(
    sql`select prune_audit_log(${days}, ${BATCH}) as removed`,
  );
  return row?.removed ?? 0;
}

/**
 * Removes the whole journal of an event, or nothing of it. A create whose delete was removed would
 * look like a booking that is still there. The sync row's lock keeps reconciliation and saves out
 * meanwhile.
 */
const steps = (cutoff: SQL) => sql`
  with settled as (
    select sync.event_id from event_syncs sync
    where sync.state = 'synced' and sync.lease_owner is null
      and num_nonnulls(sync.booking_id, sync.booked_rep_id, sync.booked_rep_names, sync.booked_starts_at) = 0
      and not exists (select from schedules where schedules.event_id = sync.event_id and schedules.ended_at is null)
      and exists (select from sync_steps where sync_steps.event_id = sync.event_id and kind <> 'reissue')
      and not exists (
        select from sync_steps where sync_steps.event_id = sync.event_id
          and (sent_at >= ${cutoff} or state in ('sent', 'unknown'))
      )
    order by sync.event_id limit ${BATCH} for update skip locked
  )
  delete from sync_steps using settled
  where sync_steps.event_id = settled.event_id and kind <> 'reissue' returning id`;

/** The last complete refresh stays, because it says how fresh the board is. */
const refreshRuns = (cutoff: SQL) => sql`
  delete from refresh_runs where id in (
    select id from refresh_runs
    where requested_at < ${cutoff} and state in ('done', 'failed', 'superseded')
      and id <> coalesce((select max(id) from refresh_runs where state = 'done'), 0)
    order by id limit ${BATCH}
  ) returning id`;

/** The newest one stays, and so does the last one that succeeded, because pages show both. */
const repReadings = (cutoff: SQL) => sql`
  delete from rep_readings where id in (
    select id from rep_readings
    where requested_at < ${cutoff} and state <> 'queued'
      and id < (select max(id) from rep_readings)
      and id <> coalesce((select max(id) from rep_readings where state = 'done'), 0)
    order by id limit ${BATCH}
  ) returning id`;

/** Removes proposals with their lines. A proposal that people still review stays. */
const proposals = (cutoff: SQL) => sql`
  delete from proposals where id in (
    select id from proposals where created_at < ${cutoff} and state not in ('running', 'ready')
    order by id limit ${BATCH}
  ) returning id`;

/** The instructions of past events. */
const instructions = (cutoff: SQL) => sql`
  delete from event_instructions where event_id in (
    select event_id from event_instructions join events on events.id = event_id
    where events.due_on < (${cutoff})::date order by event_id limit ${BATCH}
  ) returning event_id`;

/** Relies on the index digest_sends_day. */
const digests = (cutoff: SQL) => sql`
  delete from digest_sends where (user_id, store_id, day) in (
    select user_id, store_id, day from digest_sends where day < (${cutoff})::date order by day limit ${BATCH}
  ) returning user_id`;

/** Relies on the index attendance_records_day. */
const attendance = (cutoff: SQL) => sql`
  delete from attendance_records where id in (
    select id from attendance_records where day < (${cutoff})::date order by day limit ${BATCH}
  ) returning id`;

/**
 * Removes the dead letters of events that have been synced since. If an event is still failed, its
 * dead letter waits for a person.
 */
const deadLetters = (cutoff: SQL) =>
  deleteDeadLettersSql(
    cutoff,
    BATCH,
    sql`exists (select from event_syncs sync where sync.state = 'failed' and jobs.key = 'event:' || sync.event_id)`,
  );
