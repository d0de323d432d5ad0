import { auditLog, type Db, events, type Tx } from '@scheduler/db';
import { type EventRecord, eventLabel } from '@scheduler/db/facts';
import { detectEventType, durationAs, type EventType } from '@scheduler/scheduling';
import { and, desc, eq, sql } from 'drizzle-orm';
import { audit } from '../core/audit.ts';
import { notFound, Refusal } from '../core/errors.ts';
import { save } from '../core/transaction.ts';
import { findStore } from '../stores/stores.ts';
import type { Actor } from '../trpc/context.ts';
import type { ChosenType } from './types.ts';

const ACTION = 'event.type';

/**
 * Sets the type of an event; null restores the type that its name implies. Neither a refresh nor
 * newer rules change a type that a person chose. The duration follows the type unless a file set
 * it. A schedule keeps its times.
 * @param input.seen the type that the user saw; the choice is refused if the type has changed since
 */
export async function chooseEventType(
  db: Db,
  actor: Actor,
  input: { eventId: number; type: EventType | null; seen: EventType },
): Promise<ChosenType> {
  return save(db, async (tx) => {
    const [event] = await tx.select().from(events).where(eq(events.id, input.eventId)).for('no key update');
    if (!event) throw notFound('event', input.eventId);
    if (event.type !== input.seen) throw await changedSince(tx, event);
    const { durations } = await findStore(tx, event.storeId);
    const type = input.type ?? detectEventType(event.name);
    const chosen = {
      type,
      typeByHand: input.type !== null,
      durationMinutes: durationAs(type, event, durations),
    };
    const [before, after] = [auditSnapshot(event), auditSnapshot(chosen)];
    if (JSON.stringify(before) !== JSON.stringify(after)) {
      await tx
        .update(events)
        .set({ ...chosen, updatedAt: sql`app_now()` })
        .where(eq(events.id, event.id));
      await audit(tx, actor, [{ action: ACTION, subjectType: 'event', subjectId: event.id, before, after }]);
    }
    return { eventId: event.id, ...chosen };
  });
}

const auditSnapshot = ({ type, typeByHand, durationMinutes }: Omit<ChosenType, 'eventId'>) => ({
  type,
  toldBy: typeByHand ? 'a person' : 'its name',
  durationMinutes,
});

async function changedSince(tx: Tx, event: EventRecord): Promise<Refusal> {
  // Relies on the index audit_log_subject.
  const [last] = await tx
    .select()
    .from(auditLog)
    .where(
      and(
        eq(auditLog.subjectType, 'event'),
        eq(auditLog.subjectId, String(event.id)),
        eq(auditLog.action, ACTION),
      ),
    )
    .orderBy(desc(auditLog.id))
    .limit(1);
  const byPerson = last?.after?.type === event.type;
  const what = `made it ${event.type}`;
  const said = byPerson ? `${last.actorName} ${what}` : `its name tells ${event.type} now`;
  return new Refusal(
    `${eventLabel(event)} was changed after you opened it: ${said}. Nothing of yours was saved; look at it again and repeat your change if it still fits.`,
    { code: 'stale', changes: byPerson ? [{ at: last.at, by: last.actorName, what }] : [] },
  );
}
