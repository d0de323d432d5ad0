import { accessLinks, type Db, signInTries, userSessions, userVerifications } from '@scheduler/db';
import { lt, type SQL, sql } from 'drizzle-orm';
import { deleteDeadLettersSql } from '../queue/graphile.ts';

/** How many days records are kept; 0 keeps them for ever. */
export interface Retention {
  /**
   * Attempts, readings of Crossmark's lists, journalled writes and dead letters that nothing
   * depends on any more.
   */
  recordsDays: number;
  /** 30 at least: the database refuses less. */
  auditDays: number;
}

/** Rows taken at once: few enough that nobody waits for them. */
const BATCH = 5_000;

/**
 * Removes what is older than it is to be kept, in short statements. Any worker may do it at any
 * time. Never removed: a reissue's step (work opened once isn't opened again), the journal of an
 * event that holds a booking or isn't settled, and what is under way. A used link is gone by being
 * used; a session that idles ends where its limit is known, with the next sign-in. Returns how many
 * rows went, by table.
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
    ['dead_letters', records, deadLetters],
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

const older = (days: number) => (days === 0 ? null : sql`app_now() - ${days} * interval '1 day'`);

/** Goes on while as many rows went as may go at once. */
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

/** By a function of the database: the app's role may not delete there. */
async function audit(db: Db, days: number): Promise<number> {
  const [row] = await db.execute<{ removed: number }>(
    sql`select prune_audit_log(${days}, ${BATCH}) as removed`,
  );
  return row?.removed ?? 0;
}

/**
 * The whole journal of an event or nothing of it: a create without its delete would be taken for a
 * booking that is still there. The sync row's lock keeps reconciliation and saves out meanwhile.
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

/** The last whole reading stays: it says how fresh the board is. */
const refreshRuns = (cutoff: SQL) => sql`
  delete from refresh_runs where id in (
    select id from refresh_runs
    where requested_at < ${cutoff} and state in ('done', 'failed', 'superseded')
      and id <> coalesce((select max(id) from refresh_runs where state = 'done'), 0)
    order by id limit ${BATCH}
  ) returning id`;

/** The newest stays, and the last that was read: pages tell of both. */
const repReadings = (cutoff: SQL) => sql`
  delete from rep_readings where id in (
    select id from rep_readings
    where requested_at < ${cutoff} and state <> 'queued'
      and id < (select max(id) from rep_readings)
      and id <> coalesce((select max(id) from rep_readings where state = 'done'), 0)
    order by id limit ${BATCH}
  ) returning id`;

/** With their lines. One that people still review stays. */
const proposals = (cutoff: SQL) => sql`
  delete from proposals where id in (
    select id from proposals where created_at < ${cutoff} and state not in ('running', 'ready')
    order by id limit ${BATCH}
  ) returning id`;

/**
 * Dead letters whose event arrived by other ways since; one whose event still failed waits for a
 * person.
 */
const deadLetters = (cutoff: SQL) =>
  deleteDeadLettersSql(
    cutoff,
    BATCH,
    sql`exists (select from event_syncs sync where sync.state = 'failed' and jobs.key = 'event:' || sync.event_id)`,
  );
