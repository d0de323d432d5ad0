import type { Change } from '@scheduler/db';
import { currentTimeMs } from '@scheduler/runtime/clock';
import { tracked } from '@trpc/server';
import { z } from 'zod';
import { RETRYABLE_KINDS, type RetryTarget, retryMany } from '../activity/attention.ts';
import { Refusal } from '../core/errors.ts';
import { covers, type StoreScope } from '../core/store-access.ts';
import {
  adminProcedure,
  dispatcherProcedure,
  everyStoreProcedure,
  router,
  viewerProcedure,
} from '../trpc/procedures.ts';
import { id, searchTerm, shownInstant } from '../trpc/schemas.ts';
import { resolveSync, retrySync, syncDetail } from './detail.ts';
import { markMissingGone, refreshNow, refreshQuestion, refreshRun, refreshRunList } from './refreshes.ts';
import { syncSummary } from './summary.ts';
import type { LiveChange } from './types.ts';

/** Kinds of changes that belong to a store. */
const OF_A_STORE: readonly Change['kind'][] = ['event', 'employee', 'attendance', 'note', 'proposal'];

/** Whether a change belongs to one of some stores, or to none. */
function concerns({ kind, id, storeId }: Change, scope: StoreScope): boolean {
  if (scope === null) return true;
  if (storeId) return covers(scope, storeId);
  // Crossmark's rep list was read.
  const isOfNoStore = kind === 'employee' && id === 0;
  return isOfNoStore || !OF_A_STORE.includes(kind);
}

export const syncRouter = router({
  /** The wanted and the held booking of an event, its attempts and the next one. */
  get: viewerProcedure
    .input(z.strictObject({ eventId: id }))
    .query(({ ctx, input }) => syncDetail(ctx.backend.db, input.eventId, ctx.user.storeIds)),

  /** Retries a waiting or failed event at once. */
  retry: dispatcherProcedure
    .input(z.strictObject({ eventId: id }))
    .mutation(({ ctx, input }) => retrySync(ctx.backend.db, ctx.actor, input.eventId)),

  /**
   * Retries many events at once: the listed ones, or all of one kind, optionally with one failure
   * reason.
   */
  retryMany: dispatcherProcedure
    .input(
      z
        .strictObject({
          eventIds: z.array(id).min(1, 'must name an event').max(1000).optional(),
          storeId: id.optional(),
          kind: z.enum(RETRYABLE_KINDS).optional(),
          reason: searchTerm(2000).optional(),
        })
        .transform(({ eventIds, kind, ...rest }, ctx): RetryTarget => {
          if (eventIds && !kind) return { eventIds };
          if (kind && !eventIds) return { ...rest, kind };
          ctx.addIssue({ code: 'custom', message: 'must name either events or a kind' });
          return z.NEVER;
        }),
    )
    .mutation(({ ctx, input }) => retryMany(ctx.backend.db, ctx.actor, input)),

  /**
   * Resolves a conflict: keeps the board's schedule or adopts Crossmark's booking. `seenAt` is the
   * time of the conflict that was displayed.
   */
  resolve: dispatcherProcedure
    .input(z.strictObject({ eventId: id, choice: z.enum(['mine', 'theirs']), seenAt: shownInstant }))
    .mutation(({ ctx, input }) => resolveSync(ctx.backend.db, ctx.actor, input)),

  summary: viewerProcedure.query(({ ctx }) => syncSummary(ctx.backend.db, ctx.user.storeIds)),

  /** Queues a refresh, or returns the one in progress. */
  refreshNow: everyStoreProcedure.mutation(({ ctx }) => refreshNow(ctx.backend.db, ctx.actor)),

  refreshRun: viewerProcedure
    .input(z.strictObject({ runId: id }))
    .query(({ ctx, input }) => refreshRun(ctx.backend.db, input.runId, ctx.user.storeIds)),

  /** The latest refreshes, newest first. */
  refreshRuns: viewerProcedure
    .input(z.strictObject({ limit: z.int().min(1).max(100).default(20) }))
    .query(({ ctx, input }) => refreshRunList(ctx.backend.db, input.limit, ctx.user.storeIds)),

  /**
   * The events that are missing from Crossmark's list, if they are so many that an admin has to
   * decide; otherwise null.
   */
  refreshQuestion: viewerProcedure.query(({ ctx }) => refreshQuestion(ctx.backend.db, ctx.user.storeIds)),

  /** Marks the events of a displayed list as gone. */
  markMissingGone: adminProcedure
    .input(z.strictObject({ runId: id, digest: z.string().regex(/^[0-9a-f]{64}$/, 'must name a list') }))
    .mutation(({ ctx, input }) => markMissingGone(ctx.backend.db, ctx.actor, input)),

  /**
   * Streams every committed change of events, schedules, sync states, people and refreshes that
   * belongs to no store or to one of the user's. When their stores change, it goes on with the new
   * ones.
   */
  onChange: viewerProcedure
    .input(z.strictObject({ lastEventId: z.string().max(100).nullish() }).optional())
    .subscription(async function* ({ ctx, input, signal }) {
      const changes = ctx.backend.changes.since(input?.lastEventId ?? null, signal);
      let { sessionEndsAtMs, storeIds } = ctx.user;
      for await (const { position, change } of changes) {
        const { kind, id: changedId, userIds } = change;
        // Only the users in the change have to reload their session.
        if (kind === 'access' && userIds?.includes(ctx.user.id) === false) continue;
        // The database sends no notification when a session expires.
        if (kind === 'access' || kind === 'all' || sessionEndsAtMs <= currentTimeMs()) {
          const user = await ctx.whoNow().catch((error: unknown) => {
            if (!signal?.aborted) throw error;
          });
          // If the client has disconnected, nobody would handle this error and it would end the
          // process.
          if (signal?.aborted) return;
          if (!user) throw new Refusal('Your session has ended. Sign in again.', { code: 'signed_out' });
          ({ sessionEndsAtMs, storeIds } = user);
        }
        if (!concerns(change, storeIds)) continue;
        yield tracked(position, { kind, id: changedId } satisfies LiveChange);
      }
    }),
});
