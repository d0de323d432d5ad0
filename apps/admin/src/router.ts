import { auditLog, type Db, eventSyncs } from '@scheduler/db';
import type { MetricsReader, MetricsStatus, Series } from '@scheduler/metrics';
import { RANGES } from '@scheduler/metrics';
import { inScope, traced } from '@scheduler/runtime';
import { requestRefresh, retryAllNow, retryNow, TASKS } from '@scheduler/sync';
import { initTRPC, TRPCError } from '@trpc/server';
import { eq } from 'drizzle-orm';
import { ZodError, z } from 'zod';
import { type Facts, readFacts } from './overview.ts';
import { judge, type Verdict } from './verdict.ts';
import type { Viewer } from './viewer.ts';

/** What a request's procedures work with. */
export interface Context {
  viewer: Viewer | null;
  requestId: string;
  services: Services;
}

/** What all requests share. */
export interface Services {
  db: Db;
  metrics: MetricsReader;
  /** {@link readFacts}, not older than a second or so: however many pages are open, Postgres is asked once. */
  facts(): Promise<Facts>;
  /** After a change, which the next facts are to show. */
  forgetFacts(): void;
}

/** The overview's answer: facts and what they mean. */
export interface Overview {
  facts: Facts;
  verdict: Verdict;
  redis: MetricsStatus;
}

/** Figures for the charts, of one task or all; `series` is null while Redis can't be read, and `status` says why. */
export interface Charts {
  status: MetricsStatus;
  series: Pick<Series, 'range' | 'bucketSeconds' | 'starts'> | null;
  work: Series['allTasks'] | null;
  tasks: Record<string, Series['allTasks']['total']>;
  calls: Series['allCalls'] | null;
  callsByName: Record<string, Series['allCalls']['total']>;
}

/** Facts are kept this long, and at least ten times as long as it took to get them. */
const FACTS_FOR_MS = 1000;

/** The services over a database and a metrics reader. */
export function createServices(
  db: Db,
  metrics: MetricsReader,
  nextRefreshAt: () => Promise<string | null>,
): Services {
  let kept: { facts: Promise<Facts>; until: number } | undefined;
  return {
    db,
    metrics,
    facts() {
      if (kept && performance.now() < kept.until) return kept.facts;
      const askedAt = performance.now();
      const asked = { facts: readFacts(db, nextRefreshAt), until: Number.POSITIVE_INFINITY };
      kept = asked;
      asked.facts.then(
        () => {
          asked.until = performance.now() + Math.max(FACTS_FOR_MS, 10 * (performance.now() - askedAt));
        },
        () => {
          asked.until = 0;
        },
      );
      return asked.facts;
    },
    forgetFacts() {
      kept = undefined;
    },
  };
}

const t = initTRPC.context<Context>().create({
  errorFormatter: ({ shape, error, ctx }) => {
    const { stack: _, ...data } = shape.data;
    return { ...shape, message: sentenceOf(error, ctx?.requestId), data };
  },
});

/** What a caller is told. The cause of anything unexpected stays in the log: it may hold SQL. */
function sentenceOf(error: TRPCError, requestId: string | undefined): string {
  if (error.cause instanceof ZodError) {
    const issues = error.cause.issues.map(
      ({ path, message }) => `${path.join('.') || 'The input'}: ${message}`,
    );
    return `${issues.join('; ')}.`;
  }
  if (error.code !== 'INTERNAL_SERVER_ERROR') return error.message;
  return wentWrong(requestId);
}

/** For what is nobody's fault who asked. */
export function wentWrong(requestId: string | undefined): string {
  const where = requestId ? ` It is in the log as request ${requestId}.` : '';
  return `Something went wrong here.${where} Try again in a moment.`;
}

const viewerProcedure = t.procedure.use(({ ctx, next, path, type }) => {
  if (!ctx.viewer) {
    throw new TRPCError({ code: 'UNAUTHORIZED', message: 'Sign in to see this.' });
  }
  const { requestId, viewer } = ctx;
  const span = { name: `${type} ${path}`, kind: 'request', attributes: { requestId } } as const;
  const run = () =>
    traced({ ...span, failed: (result) => !result.ok }, () => next({ ctx: { ...ctx, viewer } }));
  return inScope({ requestId }, run);
});

const adminProcedure = viewerProcedure.use(async ({ ctx, next }) => {
  if (ctx.viewer.role !== 'admin') {
    throw new TRPCError({
      code: 'FORBIDDEN',
      message: `Your role (${ctx.viewer.role}) can see everything here and change nothing. Ask an admin.`,
    });
  }
  const done = await next({ ctx });
  ctx.services.forgetFacts();
  return done;
});

/** The admin page's procedures: a signed-in person reads, an admin acts. */
export const router = t.router({
  me: viewerProcedure.query(({ ctx }): Viewer => ctx.viewer),

  overview: viewerProcedure.query(async ({ ctx }): Promise<Overview> => {
    const [facts, redis] = await Promise.all([ctx.services.facts(), ctx.services.metrics.status()]);
    return { facts, verdict: judge(facts), redis };
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
        series: { range: series.range, bucketSeconds: series.bucketSeconds, starts: series.starts },
        work: input.task ? (series.tasks[input.task] ?? null) : series.allTasks,
        tasks: totals(series.tasks),
        calls: series.allCalls,
        callsByName: totals(series.calls),
      };
    }),

  /** Tries a dead letter or a waiting change again at once. */
  retry: adminProcedure
    .input(z.strictObject({ eventId: z.int().positive().max(2_147_483_647) }))
    .mutation(async ({ ctx, input }): Promise<{ retried: number }> => {
      const { db } = ctx.services;
      return db.transaction(async (tx) => {
        const before = await tx.query.eventSyncs.findFirst({ where: eq(eventSyncs.eventId, input.eventId) });
        if (!before) {
          throw new TRPCError({ code: 'NOT_FOUND', message: `There is no event ${input.eventId} to sync.` });
        }
        const retried = await retryNow(tx, input.eventId);
        if (!retried) {
          throw new TRPCError({
            code: 'CONFLICT',
            message:
              before.state === 'conflict'
                ? 'A dispatcher has to choose a side on the board first.'
                : 'It is synced by now: there is nothing to try again.',
          });
        }
        await tx.insert(auditLog).values({
          ...actorOf(ctx),
          action: 'sync.retry',
          subjectType: 'event',
          subjectId: String(input.eventId),
          before: { state: before.state, tries: before.tries, failureReason: before.failureReason },
          after: { state: 'pending' },
        });
        return { retried: 1 };
      });
    }),

  /** Tries every dead letter of an event again. */
  retryAll: adminProcedure.mutation(async ({ ctx }): Promise<{ retried: number }> => {
    const { db } = ctx.services;
    return db.transaction(async (tx) => {
      const failed = await tx
        .select({ eventId: eventSyncs.eventId })
        .from(eventSyncs)
        .where(eq(eventSyncs.state, 'failed'));
      const eventIds = failed.map((row) => row.eventId);
      const retried = await retryAllNow(tx, eventIds);
      if (retried > 0) {
        await tx.insert(auditLog).values({
          ...actorOf(ctx),
          action: 'sync.retryAll',
          subjectType: 'queue',
          subjectId: 'dead letters',
          before: { state: 'failed', eventIds },
          after: { state: 'pending', retried },
        });
      }
      return { retried };
    });
  }),

  /** Reads Crossmark's list now, or joins the reading that is under way. */
  refreshNow: adminProcedure.mutation(async ({ ctx }): Promise<{ runId: number }> => {
    const { db } = ctx.services;
    return db.transaction(async (tx) => {
      const runId = await requestRefresh(tx, { requestedBy: ctx.viewer.id });
      await tx.insert(auditLog).values({
        ...actorOf(ctx),
        action: 'refresh.request',
        subjectType: 'refresh',
        subjectId: String(runId),
      });
      return { runId };
    });
  }),
});

/** For the page's typed client. */
export type AdminRouter = typeof router;

const actorOf = (ctx: { viewer: Viewer; requestId: string }) => ({
  actorId: ctx.viewer.id,
  actorName: ctx.viewer.name,
  requestId: ctx.requestId,
});
