import { AsyncLocalStorage } from 'node:async_hooks';
import type { BaseAdapter } from '@bull-board/api/dist/queueAdapters/base.js';
import { type Database, events, syncAttempts, workers } from '@scheduler/db';
import { countOf, type HistoryPoint, type MetricsReader, merge, quantileOf } from '@scheduler/metrics';
import { clockOffsetMs } from '@scheduler/runtime/clock';
import { eventTitle } from '@scheduler/scheduling';
import {
  CRONTAB,
  pauseTasks,
  readPaused,
  resumeTasks,
  SILENT_AFTER_SECONDS,
  TASKS,
  type TaskName,
  taskFlag,
} from '@scheduler/sync';
import {
  createGraphileQueues,
  createHistoryProvider,
  type History,
  type HistoryBucket,
  type JobAttempt,
  type JobReference,
  type PauseStore,
} from 'bull-board-graphile';
import { and, count, desc, eq, inArray, sql } from 'drizzle-orm';
import pLimit from 'p-limit';
import { TASK_NAMES } from './words.ts';

/** Tasks whose jobs can't be recreated from other rows. */
export const KEEPS_JOBS =
  'Purged look-ups of people would not be queued again, so this queue can’t be purged. Remove single jobs on the queue’s own page.';

const KEEPS_FILES =
  'Purged files would not be queued again before their links change, so this queue can’t be purged. Remove single jobs on the queue’s own page.';

const WORDS: Record<TaskName, { description: string; keepsJobs?: string }> = {
  sync_schedule: { description: 'Books a new schedule in Crossmark.' },
  sync_schedule_update: {
    description: 'Brings a moved, traded or handed-over schedule to Crossmark.',
  },
  sync_schedule_deletion: {
    description: 'Removes the booking of an ended schedule from Crossmark.',
  },
  sync_employee: {
    description:
      'Finds a person in Crossmark’s rep list and brings their schedules up to date, or reads that list for an import.',
    keepsJobs: KEEPS_JOBS,
  },
  refresh_events: {
    description: 'Reads Crossmark’s whole list of events.',
  },
  propose_plan: {
    description:
      'Makes a plan after an import or at night, where a store’s settings say so, and leaves it to people to review.',
  },
  fetch_instructions: {
    description: 'Fetches the PDF files of events’ instructions, for packets.',
    keepsJobs: KEEPS_FILES,
  },
};

/**
 * The most completed jobs that can be paged through. Counting those of a whole year would be slow
 * and of no use.
 */
const MOST_COMPLETED = 10_000;
const MOST_ATTEMPTS = 200;
/**
 * The most concurrent statements of all queue pages. One page runs several for each queue, and
 * other pages need connections too.
 */
const MOST_STATEMENTS = 6;

/**
 * The seven tasks as queues of a board, with their past from sync_attempts and their workers from
 * heartbeats.
 */
export function createBoardQueues(database: Database, metrics: MetricsReader): BaseAdapter[] {
  const { db, sql: driver } = database;
  const takeTurn = pLimit(MOST_STATEMENTS);
  return createGraphileQueues({
    query: (text, parameters) => takeTurn(async () => driver.unsafe(text, parameters)),
    tasks: TASKS.map((name) => ({
      name,
      displayName: TASK_NAMES[name],
      flags: [taskFlag(name)],
      ...WORDS[name],
    })),
    cron: CRONTAB,
    history: historyOf(db),
    jobTitles: (jobs) => titlesOf(db, jobs),
    pauseStore: pauseStoreOf(db),
    workers: async () => {
      const alive = await db
        .select()
        .from(workers)
        .where(sql`${workers.seenAt} > app_now() - make_interval(secs => ${SILENT_AFTER_SECONDS})`);
      return alive.map((worker) => ({
        id: worker.id,
        address: `${worker.host}:${worker.pid}`,
        startedAt: worker.startedAt,
      }));
    },
    jobsPerMinute: async (task, outcome) => {
      const series = await metrics.series({ range: '1h' });
      const points = series?.tasks[task]?.points ?? [];
      return points.map((point) => sumOf(point.outcomes, OUTCOMES[outcome])).reverse();
    },
  });
}

/** Jobs by what they are about: the title of an event, and of others no person. */
async function titlesOf(db: Database['db'], jobs: readonly JobReference[]): Promise<Map<string, string>> {
  const eventIdOf = ({ payload }: JobReference) => {
    const { eventId } = (payload ?? {}) as { eventId?: unknown };
    return isRowId(eventId) ? eventId : undefined;
  };
  const eventIds = jobs.map(eventIdOf).filter((eventId) => eventId !== undefined);
  const rows =
    eventIds.length === 0
      ? []
      : await db
          .select({ id: events.id, name: events.name })
          .from(events)
          .where(inArray(events.id, eventIds));
  const names = new Map(rows.map(({ id, name }) => [id, name]));
  return new Map(
    jobs.map((job) => {
      const name = names.get(eventIdOf(job) ?? 0);
      return [job.id, name === undefined ? titleWithoutEvent(job) : eventTitle(name)];
    }),
  );
}

function titleWithoutEvent({ task, payload }: JobReference): string {
  if (task === ('refresh_events' satisfies TaskName)) return 'Crossmark’s list of events';
  if (task !== ('sync_employee' satisfies TaskName)) return task;
  return payload && typeof payload === 'object' && 'readingId' in payload
    ? 'Crossmark’s list of reps'
    : 'A person’s link to Crossmark';
}

const OUTCOMES = { completed: ['done', 'nothing'], failed: ['retry', 'dead'] };
const sumOf = (outcomes: Record<string, number>, names: readonly string[]) =>
  names.reduce((sum, name) => sum + (outcomes[name] ?? 0), 0);

/** The board's charts over days, from the workers' figures in Redis; empty without Redis. */
export const historyProviderOf = (metrics: MetricsReader) =>
  createHistoryProvider(async ({ granularity, ...span }) => {
    const hourly = granularity === 'range' && span.toMs - span.fromMs <= WEEK_MS;
    const rangeGranularity = hourly ? 'hour' : 'day';
    const points =
      (await metrics.history({
        ...span,
        granularity: granularity === 'range' ? rangeGranularity : granularity,
      })) ?? [];
    return (granularity === 'range' ? mergePoints(points, span.fromMs) : points).map(toBucket);
  });

/** Hourly figures are kept for a week, daily ones for a month. */
const WEEK_MS = 7 * 86_400_000;

const toBucket = ({ startMs, outcomes, duration }: HistoryPoint): HistoryBucket => ({
  startMs,
  completed: sumOf(outcomes, OUTCOMES.completed),
  failed: sumOf(outcomes, OUTCOMES.failed),
  measured: countOf(duration),
  quantile: (part) => quantileOf(duration, part),
});

function mergePoints(points: readonly HistoryPoint[], startMs: number): HistoryPoint[] {
  const all: HistoryPoint = { startMs, outcomes: {}, duration: new Map() };
  for (const { outcomes, duration } of points) {
    for (const [name, n] of Object.entries(outcomes)) all.outcomes[name] = (all.outcomes[name] ?? 0) + n;
    merge(all.duration, duration);
  }
  return [all];
}

/**
 * The user of the running request to the board, because bull-board doesn't pass it to its adapters.
 */
export const boardActor = new AsyncLocalStorage<string>();

/** Serves the board's own pause buttons; the board's routes write the audit log. */
function pauseStoreOf(db: Database['db']): PauseStore {
  return {
    isPaused: async (task) => (await readPaused(db)).some((paused) => paused.task === task),
    pause: async (task) => {
      await db.transaction((tx) => pauseTasks(tx, [task as TaskName], boardActor.getStore() ?? 'Somebody'));
    },
    resume: async (task) => {
      await db.transaction((tx) => resumeTasks(tx, [task as TaskName]));
    },
  };
}

function historyOf(db: Database['db']): History {
  // Relies on the index sync_attempts_task (task, id).
  const completed = (task: string) =>
    and(eq(syncAttempts.task, task), inArray(syncAttempts.outcome, ['done', 'nothing']));
  type Row = typeof syncAttempts.$inferSelect;
  const asCompleted = (row: Row) => ({
    id: row.jobId,
    payload: {
      ...(row.eventId !== null && { eventId: row.eventId }),
      ...(row.eventId === null && row.employeeId !== null && { employeeId: row.employeeId }),
    },
    attempts: row.number,
    startedAt: row.startedAt,
    finishedAt: row.finishedAt ?? row.startedAt,
    result: row.summary,
    worker: row.workerId,
  });
  const asAttempt = (row: Row): JobAttempt => ({
    startedAt: row.startedAt,
    finishedAt: row.finishedAt,
    outcome: row.outcome ?? 'running',
    detail: row.failureReason ?? row.summary,
    worker: row.workerId,
  });
  return {
    countCompleted: async (task) => {
      const some = db
        .select({ id: syncAttempts.id })
        .from(syncAttempts)
        .where(completed(task))
        .limit(MOST_COMPLETED)
        .as('some');
      const [row] = await db.select({ n: count() }).from(some);
      return row?.n ?? 0;
    },
    listCompleted: async (task, start, end) => {
      const rows = await db
        .select()
        .from(syncAttempts)
        .where(completed(task))
        .orderBy(desc(syncAttempts.id))
        .offset(start)
        .limit(end - start + 1);
      return rows.map(asCompleted);
    },
    getCompleted: async (task, jobId) => {
      const [row] = await db
        .select()
        .from(syncAttempts)
        .where(and(eq(syncAttempts.jobId, jobId), completed(task)))
        .orderBy(desc(syncAttempts.id))
        .limit(1);
      return row ? asCompleted(row) : null;
    },
    attemptsOf: async (job) => {
      // Each retry is a new job of the same event: the event's attempts tell its history.
      const { eventId, employeeId } = (job.payload ?? {}) as { eventId?: unknown; employeeId?: unknown };
      const ofSubject = () => {
        if (isRowId(eventId)) return eq(syncAttempts.eventId, eventId);
        if (isRowId(employeeId)) return eq(syncAttempts.employeeId, employeeId);
        return eq(syncAttempts.jobId, job.id);
      };
      const rows = await db
        .select()
        .from(syncAttempts)
        .where(ofSubject())
        .orderBy(desc(syncAttempts.id))
        .limit(MOST_ATTEMPTS);
      return rows.reverse().map(asAttempt);
    },
  };
}

/** Whether a job's payload, whose content is not trusted, can contain a row's id. */
const isRowId = (id: unknown): id is number => Number.isInteger(id) && Math.abs(Number(id)) < 2 ** 31;

/** The next scheduled refresh, ISO text in UTC; null if there is none. */
export async function nextRefreshAt(queues: readonly BaseAdapter[]): Promise<string | null> {
  const queue = queues.find((candidate) => candidate.getName() === ('refresh_events' satisfies TaskName));
  const runs = (await queue?.getJobSchedulers()) ?? [];
  const next = runs.flatMap((run) => run.next ?? []).sort((a, b) => a - b)[0];
  // The board uses graphile-worker's clock.
  return next === undefined ? null : new Date(next + clockOffsetMs).toISOString();
}
