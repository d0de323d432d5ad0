import type { Db, FailureKind, SyncState } from '@scheduler/db';
import { eventTitle } from '@scheduler/scheduling';
import { causeIdSql, causeWordsSql } from '@scheduler/sync';
import { sql } from 'drizzle-orm';
import { redact } from './redact.ts';

/** An event that shows what a cause is about. */
interface Example {
  title: string;
  store: string;
}

/** Changes that something stands in the way of, by cause. Instants are ISO text in UTC. */
export interface Cause {
  /** The fingerprint: of the kind of failure and of what its sentence says of no schedule alone. */
  id: string;
  state: Exclude<SyncState, 'synced' | 'pending'>;
  kind: FailureKind | null;
  /** In words that name no person. */
  words: string;
  count: number;
  /** When the first of them failed, and when the last one did. */
  since: string;
  last: string;
  nextAttemptAt: string | null;
  /** Two of them at most. */
  examples: Example[];
}

/** Failures of the last day that ended by themselves: the changes are in Crossmark now. */
export interface EndedCause {
  id: string;
  kind: FailureKind | null;
  words: string;
  count: number;
  from: string;
  until: string;
  longestMs: number;
}

const CAUSES_SHOWN = 50;
const ENDED_SHOWN = 5;
/** The most failed attempts of a day that are looked at, the latest first. */
const ATTEMPTS_READ = 10_000;

const iso = (value: string) => new Date(value).toISOString();

/** Reads what stands in the way now, the dead letters first. Relies on event_syncs_unsettled. */
export async function readCauses(db: Db): Promise<Cause[]> {
  // Reduced to words once for each different reason, because most failures of an outage say the same.
  const rows = await db.execute<{
    id: string;
    state: Cause['state'];
    kind: FailureKind | null;
    words: string;
    count: number;
    since: string;
    last: string;
    next_attempt_at: string | null;
    examples: Example[];
  }>(sql`
    with reasons as (
      select state, failure_kind as kind, failure_reason as reason, count(*)::int as count,
        min(coalesce(failing_since, updated_at)) as since, max(updated_at) as last,
        min(next_try_at) as next_attempt_at, min(event_id) as first_event, max(event_id) as last_event
      from event_syncs where state in ('failed', 'conflict', 'waiting')
      group by state, failure_kind, failure_reason
    ), worded as (
      select reasons.*, ${causeWordsSql(sql`reason`)} as words from reasons
    ), causes as (
      select state, kind, words, sum(count)::int as count, min(since) as since, max(last) as last,
        min(next_attempt_at) as next_attempt_at, min(first_event) as first_event, max(last_event) as last_event
      from worded group by state, kind, words
      order by array_position(array['failed', 'conflict', 'waiting'], state::text), sum(count) desc, words
      limit ${CAUSES_SHOWN}
    )
    select ${causeIdSql(sql`kind`, sql`words`)} as id, state, kind, words, count, since::text, last::text,
      next_attempt_at::text, coalesce((
        select json_agg(json_build_object('title', events.name, 'store', stores.name) order by events.id)
        from events join stores on stores.id = events.store_id
        where events.id in (first_event, last_event)), '[]'::json) as examples
    from causes
    order by array_position(array['failed', 'conflict', 'waiting'], state::text), count desc, words`);
  return rows.map(({ next_attempt_at: next, ...row }) =>
    redact({
      ...row,
      since: iso(row.since),
      last: iso(row.last),
      nextAttemptAt: next === null ? null : iso(next),
      examples: row.examples.map(({ title, store }) => ({ title: eventTitle(title), store })),
    }),
  );
}

/**
 * Reads what failed within a day and ended by itself, the latest first. Relies on the indexes
 * sync_attempts_failed and sync_attempts_event.
 */
export async function readEndedCauses(db: Db): Promise<EndedCause[]> {
  const rows = await db.execute<{
    id: string;
    kind: FailureKind | null;
    words: string;
    count: number;
    from: string;
    until: string;
    longest_ms: number;
  }>(sql`
    with failed as (
      select id, event_id, failure_kind as kind, failure_reason as reason, started_at
      from sync_attempts
      where outcome in ('retry', 'waiting') and started_at > app_now() - interval '24 hours'
        and event_id is not null
      order by started_at desc limit ${ATTEMPTS_READ}
    ), worded as (
      select failed.*, ${causeWordsSql(sql`reason`)} as words from failed
    ), waits as (
      select event_id, kind, words, min(started_at) as began_at, max(id) as last_id
      from worded group by event_id, kind, words
    ), over as (
      select waits.*, ended.finished_at
      from waits
      join event_syncs sync on sync.event_id = waits.event_id and sync.state = 'synced'
      cross join lateral (
        -- A dead letter, and a conflict, was ended by a person.
        select outcome, finished_at from sync_attempts attempt
        where attempt.event_id = waits.event_id and attempt.id > waits.last_id
          and outcome in ('done', 'nothing', 'dead', 'conflict')
        order by attempt.id limit 1
      ) ended
      where ended.outcome in ('done', 'nothing')
    )
    select ${causeIdSql(sql`kind`, sql`words`)} as id, kind, words, count(*)::int as count,
      min(began_at)::text as "from", max(finished_at)::text as until,
      (extract(epoch from max(finished_at - began_at)) * 1000)::float8 as longest_ms
    from over group by kind, words order by max(finished_at) desc limit ${ENDED_SHOWN}`);
  return rows.map(({ longest_ms: longestMs, ...row }) =>
    redact({ ...row, from: iso(row.from), until: iso(row.until), longestMs }),
  );
}
