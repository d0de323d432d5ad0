import { currentTimeMs } from '@scheduler/runtime/clock';
import { tracked } from '@trpc/server';
import { z } from 'zod';
import { RETRYABLE_KINDS, type RetryTarget, retryMany } from '../activity/attention.ts';
import { Refusal } from '../core/errors.ts';
import { adminProcedure, dispatcherProcedure, router, viewerProcedure } from '../trpc/procedures.ts';
import { id, searchTerm, shownInstant } from '../trpc/schemas.ts';
import { resolveSync, retrySync, syncDetail } from './detail.ts';
import { markMissingGone, refreshNow, refreshQuestion, refreshRun, refreshRunList } from './refreshes.ts';
import { syncSummary } from './summary.ts';
import type { LiveChange } from './types.ts';

export const syncRouter = router({
  /** What is wanted for an event, what Crossmark holds, each try and the next one. */
  get: viewerProcedure
    .input(z.strictObject({ eventId: id }))
    .query(({ ctx, input }) => syncDetail(ctx.backend.db, input.eventId)),

  /** Tries again at once what waits or has failed for good. */
  retry: dispatcherProcedure
    .input(z.strictObject({ eventId: id }))
    .mutation(({ ctx, input }) => retrySync(ctx.backend.db, ctx.actor, input.eventId)),

  /** Tries many again at once: the named events, or all of a kind, narrowed to one reason. */
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

  /** Ends a conflict: keep what the board has, or take what Crossmark has. `seenAt` is the conflict's own, as it was shown. */
  resolve: dispatcherProcedure
    .input(z.strictObject({ eventId: id, choice: z.enum(['mine', 'theirs']), seenAt: shownInstant }))
    .mutation(({ ctx, input }) => resolveSync(ctx.backend.db, ctx.actor, input)),

  summary: viewerProcedure.query(({ ctx }) => syncSummary(ctx.backend.db)),

  /** Asks for a reading of Crossmark's whole list; one that is under way already is the answer. */
  refreshNow: dispatcherProcedure.mutation(({ ctx }) => refreshNow(ctx.backend.db, ctx.actor)),

  refreshRun: viewerProcedure
    .input(z.strictObject({ runId: id }))
    .query(({ ctx, input }) => refreshRun(ctx.backend.db, input.runId)),

  /** The latest refreshes, newest first. */
  refreshRuns: viewerProcedure
    .input(z.strictObject({ limit: z.int().min(1).max(100).default(20) }))
    .query(({ ctx, input }) => refreshRunList(ctx.backend.db, input.limit)),

  /** Events that are missing from Crossmark's list in such a number that an admin has to decide; null where none are. */
  refreshQuestion: viewerProcedure.query(({ ctx }) => refreshQuestion(ctx.backend.db)),

  /** Takes the events of a shown list for gone. */
  markMissingGone: adminProcedure
    .input(z.strictObject({ runId: id, digest: z.string().regex(/^[0-9a-f]{64}$/, 'must name a list') }))
    .mutation(({ ctx, input }) => markMissingGone(ctx.backend.db, ctx.actor, input)),

  /** Every change of events, schedules, sync states, people and refreshes as it is committed, whoever made it. */
  onChange: viewerProcedure
    .input(z.strictObject({ lastEventId: z.string().max(100).nullish() }).optional())
    .subscription(async function* ({ ctx, input, signal }) {
      const changes = ctx.backend.changes.since(input?.lastEventId ?? null, signal);
      let { sessionEndsAtMs } = ctx.user;
      for await (const { position, change } of changes) {
        const { kind, id: changedId, userIds } = change;
        // Only the users whom the change names have to ask again who they are.
        if (kind === 'access' && userIds?.includes(ctx.user.id) === false) continue;
        // A session whose time is over ends without a word from the database.
        if (kind === 'access' || kind === 'all' || sessionEndsAtMs <= currentTimeMs()) {
          const user = await ctx.whoNow().catch((error: unknown) => {
            if (!signal?.aborted) throw error;
          });
          // Who left meanwhile hears nothing any more: thrown now, it would be nobody's error and end the process.
          if (signal?.aborted) return;
          if (!user) throw new Refusal('Your session has ended. Sign in again.', { code: 'signed_out' });
          sessionEndsAtMs = user.sessionEndsAtMs;
        }
        yield tracked(position, { kind, id: changedId } satisfies LiveChange);
      }
    }),
});
