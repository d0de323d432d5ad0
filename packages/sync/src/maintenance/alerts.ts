import {
  type Db,
  eventSyncs,
  type RefreshRunState,
  refreshRuns,
  type SyncState,
  workers,
} from '@scheduler/db';
import { desc, inArray, ne, notInArray, sql } from 'drizzle-orm';
import { readReachability } from '../breaker/reachability.ts';
import { JOBS } from '../queue/graphile.ts';
import { readQuestion } from '../refresh/missing.ts';
import { SILENT_AFTER_SECONDS } from './heartbeat.ts';
import { OVERDUE_SECONDS, UNSYNCED_SINCE } from './levels.ts';

/** The conditions that people are told of. docs/runbooks.md has a section of the same name for each. */
export const ALERTS = ['oldest-change', 'needs-a-person', 'calls-held-back', 'refresh', 'no-worker'] as const;
export type AlertName = (typeof ALERTS)[number];

/**
 * What to do first about each alert, and the page of the admin app that shows it. The server's messages, the rules
 * for Prometheus (deploy/monitoring/rules.yml) and docs/runbooks.md say the same.
 */
export const FIRST_STEPS: Record<AlertName, { page: string; words: string }> = {
  'oldest-change': {
    page: '#changes?state=waiting',
    words:
      'If another alert holds too, follow that one. Otherwise read under Changes what the change waits for.',
  },
  'needs-a-person': {
    page: '#changes?state=failed',
    words:
      'Read the reasons under Changes, remove the cause, then try again. A conflict is decided on the Activity page or the board.',
  },
  'calls-held-back': {
    page: '#overview',
    words: 'Read whether an admin holds calls back, or how the last call to Crossmark failed.',
  },
  refresh: {
    page: '#refreshes',
    words: 'Read under Refreshes why the last one failed, or decide about the missing events.',
  },
  'no-worker': {
    page: '#overview',
    words: 'Look at the worker’s process and its last lines of log, then start it.',
  },
};

/**
 * Refreshes run every hour. After two missed ones the board may be out of date.
 */
export const REFRESH_LATE_SECONDS = 2 * 3_600 + 600;

/** What the alerts are derived from. Instants are ISO text in UTC. */
export interface Situation {
  /** The database's time. */
  at: string;
  /** When the oldest change was made that is still sent automatically and is not in Crossmark; null if there is none. */
  oldestMoving: string | null;
  /** The number of events in each state, and when the oldest one entered it. */
  states: { state: SyncState; count: number; since: string | null }[];
  /** Dead letters that belong to no event, the latest first, as far as they were read. */
  failedJobs: { total: number; rows: { since: string }[] };
  crossmark: { state: 'reachable' | 'unreachable'; since: string | null };
  refresh: {
    /** The refresh that was requested and has not ended. */
    current: { requestedAt: string } | null;
    /** The last refresh that ended. */
    last: { state: RefreshRunState; finishedAt: string | null } | null;
    /** Missing events that wait for a person's decision. */
    question: { askedAt: string } | null;
  };
  /** The workers of the last day, the one that was heard last first. */
  workers: { alive: boolean; startedAt: string; seenAt: string }[];
}

const earliest = (moments: readonly string[]): string | null => [...moments].sort()[0] ?? null;

/**
 * Since when Crossmark's list has not been read: since the last refresh ended. If none ever ended, since one was
 * requested, and if none was ever requested, since the workers are there that should request it. Null if there
 * is no worker either.
 */
export function unreadSince({
  refresh,
  workers: known,
}: Pick<Situation, 'refresh' | 'workers'>): string | null {
  const { last, current } = refresh;
  const started = known.filter(({ alive }) => alive).map(({ startedAt }) => startedAt);
  return last?.finishedAt ?? current?.requestedAt ?? earliest(started);
}

/** Returns the alerts that hold, each with the moment when its condition began; null if that is not known. */
export function findAlerts(situation: Situation): Map<AlertName, string | null> {
  const { at, oldestMoving, states, failedJobs, crossmark, refresh, workers: known } = situation;
  const now = Date.parse(at);
  const isOlder = (moment: string | null, seconds: number) =>
    moment !== null && now - Date.parse(moment) > seconds * 1_000;
  const person = states.filter(
    ({ state, count }) => count > 0 && (state === 'failed' || state === 'conflict'),
  );
  const { last, question } = refresh;
  const unread = unreadSince(situation);
  const alerts = new Map<AlertName, string | null>();
  if (isOlder(oldestMoving, OVERDUE_SECONDS)) alerts.set('oldest-change', oldestMoving);
  if (person.length > 0 || failedJobs.total > 0) {
    const moments = [...person, ...failedJobs.rows].flatMap(({ since }) => since ?? []);
    alerts.set('needs-a-person', earliest(moments));
  }
  if (crossmark.state === 'unreachable') alerts.set('calls-held-back', crossmark.since);
  if (last?.state === 'failed' || question !== null || isOlder(unread, REFRESH_LATE_SECONDS))
    alerts.set('refresh', question?.askedAt ?? unread);
  if (!known.some(({ alive }) => alive)) alerts.set('no-worker', known[0]?.seenAt ?? null);
  return alerts;
}

const iso = (value: string) => new Date(value).toISOString();

/** Reads the {@link Situation} in one snapshot, with statements that take no locks. */
export function readSituation(database: Db): Promise<Situation> {
  return database.transaction(
    async (tx) => {
      // The functions for a database also accept a transaction.
      const db = tx as unknown as Db;
      const [clock] = await db.execute<{ at: string }>(sql`select app_now()::text as at`);
      // Relies on the index event_syncs_unsettled.
      const rows = await db
        .select({
          state: eventSyncs.state,
          count: sql<number>`count(*)::int`,
          since: sql<string>`min(${UNSYNCED_SINCE})::text`,
        })
        .from(eventSyncs)
        .where(ne(eventSyncs.state, 'synced'))
        .groupBy(eventSyncs.state);
      const states = rows.map((row) => ({ ...row, since: iso(row.since) }));
      // Relies on the index jobs_unavailable.
      const [failed] = await db.execute<{ total: number; since: string | null }>(sql`
        select count(*)::int as total, (min(updated_at) + app_clock_offset())::text as since
        from ${JOBS}
        where is_available = false and locked_at is null and coalesce(key, '') not like 'event:%'`);
      const [last = null] = await db
        .select({ state: refreshRuns.state, finishedAt: refreshRuns.finishedAt })
        .from(refreshRuns)
        .where(notInArray(refreshRuns.state, ['queued', 'running']))
        .orderBy(desc(refreshRuns.id))
        .limit(1);
      const [current = null] = await db
        .select({ requestedAt: refreshRuns.requestedAt })
        .from(refreshRuns)
        .where(inArray(refreshRuns.state, ['queued', 'running']))
        .orderBy(desc(refreshRuns.id))
        .limit(1);
      const question = await readQuestion(db);
      const heard = await db
        .select({
          startedAt: workers.startedAt,
          seenAt: workers.seenAt,
          alive: sql<boolean>`${workers.seenAt} > app_now() - make_interval(secs => ${SILENT_AFTER_SECONDS})`,
        })
        .from(workers)
        .where(sql`${workers.seenAt} > app_now() - interval '1 day'`)
        .orderBy(desc(workers.seenAt))
        .limit(50);
      const moving = states.filter(({ state }) => state === 'pending' || state === 'waiting');
      return {
        at: iso(clock?.at ?? ''),
        oldestMoving: earliest(moving.map(({ since }) => since)),
        states,
        failedJobs: {
          total: failed?.total ?? 0,
          rows: failed?.since ? [{ since: iso(failed.since) }] : [],
        },
        crossmark: await readReachability(db),
        refresh: { current, last, question: question && question.eventIds.length > 0 ? question : null },
        workers: heard,
      };
    },
    { isolationLevel: 'repeatable read', accessMode: 'read only' },
  );
}
