import { type Db, events } from '@scheduler/db';
import { eventLabel } from '@scheduler/db/facts';
import { eq, sql } from 'drizzle-orm';
import { audit } from '../core/audit.ts';
import { notFound, Refusal } from '../core/errors.ts';
import { save } from '../core/transaction.ts';
import type { Actor } from '../trpc/context.ts';

/**
 * Marks an event as never to be planned automatically, or removes the mark. Plans leave out a
 * marked event; people can schedule it like any other.
 * @param input.seen the state that the user saw; the change is refused if another user has changed
 * it since
 */
export async function setNeverPlan(
  db: Db,
  actor: Actor,
  input: { eventId: number; neverPlan: boolean; seen: boolean },
): Promise<{ eventId: number; neverPlan: boolean }> {
  const { eventId, neverPlan, seen } = input;
  return save(db, async (tx) => {
    const [event] = await tx.select().from(events).where(eq(events.id, eventId)).for('no key update');
    if (!event) throw notFound('event', eventId);
    if (event.neverPlan !== seen) {
      const now = event.neverPlan ? 'is left out of plans' : 'is planned with the others';
      throw new Refusal(
        `Somebody changed this after you opened ${eventLabel(event)}: it ${now} by now. Nothing of yours was saved; look again and repeat your change if it still fits.`,
        { code: 'stale', changes: [] },
      );
    }
    if (event.neverPlan !== neverPlan) {
      await tx.update(events).set({ neverPlan, updatedAt: sql`app_now()` }).where(eq(events.id, eventId));
      await audit(tx, actor, [
        {
          action: 'event.never_plan',
          subjectType: 'event',
          subjectId: eventId,
          before: { neverPlan: event.neverPlan },
          after: { neverPlan },
        },
      ]);
    }
    return { eventId, neverPlan };
  });
}
