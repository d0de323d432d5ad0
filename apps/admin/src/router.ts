import type { Db } from '@scheduler/db';
import { type MetricsReader, type MetricsStatus, RANGES, type Range, type Series } from '@scheduler/metrics';
import { cleanText, inScope, internalErrorMessage, traced } from '@scheduler/runtime';
import { TASKS } from '@scheduler/sync';
import { initTRPC, TRPCError } from '@trpc/server';
import { ZodError, z } from 'zod';
import { type Alert, alertsOf } from './alerts.ts';
import { type Attempt, type ChangesQuery, changeFilter, FIRST_QUERY, listAttempts } from './changes.ts';
import {
  markMissingGone,
  pause,
  purgeQueue,
  redrive,
  refreshNow,
  release,
  resume,
  retryJobs,
  switchBreaker,
} from './control.ts';
import { type Moment, readMoment } from './overview.ts';
import { staleWhileRevalidate, staleWhileRevalidateEach } from './stale-while-revalidate.ts';
import { type Trend, toTrend } from './trend.ts';
import { healthVerdict, type Verdict } from './verdict.ts';
import type { Viewer } from './viewer.ts';

/** The context of one request. */
export interface Context {
  viewer: Viewer | null;
  requestId: string;
  /**
   * Runs work when it is the caller's turn. Refuses it if too many of the caller's requests wait
   * already. See `Shares`.
   */
  inTurn<T>(work: () => Promise<T>): Promise<T>;
  services: Services;
}

/** The services that all requests share. */
export interface Services {
  db: Db;
  metrics: MetricsReader;
  /** What pages show, read at most once a second for any number of pages with the same content. */
  moments: ReturnType<typeof staleWhileRevalidateEach<OverviewQuery, Shown>>;
}

/** A request for the content of the page: a page of changes, and the range of its charts. */
interface OverviewQuery extends ChangesQuery {
  range: Range;
}

/** What the page shows of one moment. */
interface Shown extends Moment {
  /** The last 24 hours, and the range that was asked for; null while Redis can't be read. */
  day: Trend | null;
  trend: Trend | null;
}

/**
 * The overview's answer: facts, verdict, alerts and a page of changes from one snapshot, and the
 * workers' figures as they were then.
 */
export interface Overview extends Shown {
  verdict: Verdict;
  alerts: Alert[];
  redis: MetricsStatus;
}

const FIRST_OVERVIEW: OverviewQuery = { ...FIRST_QUERY, range: '24h' };

/**
 * Figures for the charts, of one task or all; `series` is null while Redis can't be read, and
 * `status` says why.
 */
export interface Charts {
  status: MetricsStatus;
  series: Pick<Series, 'range' | 'bucketSeconds' | 'starts' | 'knownSince'> | null;
  work: Series['allTasks'] | null;
  tasks: Record<string, Series['allTasks']['total']>;
  calls: Series['allCalls'] | null;
  callsByName: Record<string, Series['allCalls']['total']>;
}

/**
 * The services over a database and a metrics reader. The caller must stop `moments` when the app
 * closes.
 */
export function createServices(
  db: Db,
  metrics: MetricsReader,
  nextRefreshAt: () => Promise<string | null>,
): Services {
  const readTrend = async (range: Range) => {
    const series = await metrics.series({ range });
    return series && toTrend(series);
  };
  // Pages that show other changes show the same figures.
  const trends = new Map(
    RANGES.map((range) => [range, staleWhileRevalidate(() => readTrend(range), { ahead: false })]),
  );
  const trendOf = async (range: Range) => (await trends.get(range)?.get()) ?? null;
  const readShown = async (query: OverviewQuery): Promise<Shown> => {
    const [moment, day, trend] = await Promise.all([
      readMoment(db, nextRefreshAt, query),
      trendOf('24h'),
      trendOf(query.range),
    ]);
    return { ...moment, day, trend };
  };
  return { db, metrics, moments: staleWhileRevalidateEach(FIRST_OVERVIEW, readShown) };
}

const eventId = z.int().positive().max(2_147_483_647);
const tasks = z.array(z.enum(TASKS)).min(1).max(TASKS.length);

const t = initTRPC.context<Context>().create({
  errorFormatter: ({ shape, error, ctx }) => {
    const { stack: _, ...data } = shape.data;
    return { ...shape, message: sentenceOf(error, ctx?.requestId), data };
  },
});

/** The most invalid fields and unknown names in an answer; a request may have any number. */
const MOST_NAMED = 10;

/**
 * Converts an error to the answer for the caller. The cause of an unexpected error stays in the
 * log, because it may contain SQL.
 */
function sentenceOf(error: TRPCError, requestId: string | undefined): string {
  if (error.cause instanceof ZodError) {
    const issues = error.cause.issues.slice(0, MOST_NAMED).map((issue) => {
      const field = cleanText(issue.path.join('.'), 200) || 'The input';
      if (issue.code !== 'unrecognized_keys') return `${field}: ${cleanText(issue.message)}`;
      const names = issue.keys.slice(0, MOST_NAMED).map((key) => cleanText(key, 40));
      return `${field}: has unknown fields, such as ${names.join(', ')}`;
    });
    return `${issues.join('; ')}.`;
  }
  if (error.code !== 'INTERNAL_SERVER_ERROR') return error.message;
  return internalErrorMessage(requestId);
}

const viewerProcedure = t.procedure.use(({ ctx, next, path, type }) => {
  if (!ctx.viewer) {
    throw new TRPCError({ code: 'UNAUTHORIZED', message: 'Sign in to see this.' });
  }
  const { requestId, viewer } = ctx;
  const span = { name: `${type} ${path}`, kind: 'request', attributes: { requestId } } as const;
  const run = () =>
    traced({ ...span, failed: (result) => !result.ok }, () => next({ ctx: { ...ctx, viewer } }));
  return ctx.inTurn(() => inScope({ requestId }, run));
});

const adminProcedure = viewerProcedure.use(async ({ ctx, next }) => {
  if (ctx.viewer.role !== 'admin') {
    throw new TRPCError({
      code: 'FORBIDDEN',
      message: `Your role (${ctx.viewer.role}) can see everything here and change nothing. Ask an admin.`,
    });
  }
  const done = await next({ ctx });
  ctx.services.moments.forget();
  return done;
});

/** The admin page's procedures: every user reads, an admin acts. */
export const router = t.router({
  me: viewerProcedure.query(({ ctx }): Viewer => ctx.viewer),

  /**
   * The content of the page: facts, verdict, and a page of the events in one sync state that match
   * a filter.
   */
  overview: viewerProcedure
    .input(
      z
        .strictObject({
          filter: changeFilter,
          offset: z.int().min(0).max(1_000_000).default(0),
          range: z.enum(RANGES).default('24h'),
        })
        .default(FIRST_OVERVIEW),
    )
    .query(async ({ ctx, input }): Promise<Overview> => {
      const { moments, metrics } = ctx.services;
      const [moment, redis] = await Promise.all([moments.get(input), metrics.status()]);
      return {
        ...moment,
        verdict: healthVerdict(moment.facts),
        alerts: alertsOf(moment.facts, moment.day),
        redis,
      };
    }),

  charts: viewerProcedure
    .input(z.strictObject({ range: z.enum(RANGES), task: z.enum(TASKS).optional() }))
    .query(async ({ ctx, input }): Promise<Charts> => {
      const { metrics } = ctx.services;
      const [status, series] = await Promise.all([metrics.status(), metrics.series({ range: input.range })]);
      if (!series) return { status, series: null, work: null, tasks: {}, calls: null, callsByName: {} };
      const totals = <Figures>(rows: Record<string, { total: Figures }>) =>
        Object.fromEntries(Object.entries(rows).map(([name, row]) => [name, row.total]));
      return {
        status,
        series: {
          range: series.range,
          bucketSeconds: series.bucketSeconds,
          starts: series.starts,
          knownSince: series.knownSince,
        },
        work: input.task ? (series.tasks[input.task] ?? null) : series.allTasks,
        tasks: totals(series.tasks),
        calls: series.allCalls,
        callsByName: totals(series.calls),
      };
    }),

  attempts: viewerProcedure
    .input(z.strictObject({ eventId }))
    .query(({ ctx, input }): Promise<Attempt[]> => listAttempts(ctx.services.db, input.eventId)),

  redrive: adminProcedure
    .input(
      z.union([
        z.strictObject({ eventIds: z.array(eventId).min(1).max(1_000) }),
        z.strictObject({ filter: changeFilter, shownAt: z.iso.datetime().optional() }),
      ]),
    )
    .mutation(({ ctx, input }) => redrive(ctx.services.db, ctx, input)),

  retryJobs: adminProcedure
    .input(
      z.strictObject({
        jobIds: z
          .array(z.string().regex(/^\d{1,18}$/, { error: 'is not the number of a job' }))
          .min(1)
          .max(1_000),
      }),
    )
    .mutation(({ ctx, input }) => retryJobs(ctx.services.db, ctx, input.jobIds)),

  markMissingGone: adminProcedure
    .input(
      z.strictObject({
        runId: z.int().positive().max(2_147_483_647),
        digest: z.string().regex(/^[0-9a-f]{64}$/, { error: 'names no list' }),
      }),
    )
    .mutation(({ ctx, input }) => markMissingGone(ctx.services.db, ctx, input)),

  refreshNow: adminProcedure.mutation(({ ctx }) => refreshNow(ctx.services.db, ctx)),

  pause: adminProcedure
    .input(z.strictObject({ tasks }))
    .mutation(({ ctx, input }) => pause(ctx.services.db, ctx, input.tasks)),

  resume: adminProcedure
    .input(z.strictObject({ tasks }))
    .mutation(({ ctx, input }) => resume(ctx.services.db, ctx, input.tasks)),

  switchBreaker: adminProcedure
    .input(z.strictObject({ calls: z.enum(['hold', 'pass']) }))
    .mutation(({ ctx, input }) => switchBreaker(ctx.services.db, ctx, input.calls)),

  releaseWorker: adminProcedure
    .input(
      z.strictObject({
        workerId: z
          .string()
          .max(200)
          .regex(/^[\w.:-]+$/, { error: 'is not the id of a worker' }),
      }),
    )
    .mutation(({ ctx, input }) => release(ctx.services.db, ctx, input.workerId)),

  purge: adminProcedure
    .input(z.strictObject({ task: z.enum(TASKS), confirm: z.string().max(100) }))
    .mutation(({ ctx, input }) => purgeQueue(ctx.services.db, ctx, input)),
});

/** The type of the page's client. */
export type AdminRouter = typeof router;
