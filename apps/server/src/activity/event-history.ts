import { auditLog, type Db, events, schedules, stores } from '@scheduler/db';
import { and, desc, eq, lt, or, sql } from 'drizzle-orm';
import { notFound } from '../core/errors.ts';
import { actionInWords } from './describe-action.ts';
import type { EventHistory } from './types.ts';

/**
 * Returns what was done to an event and its schedules, newest first: who, when, from what to what,
 * and why. `cursor` is the `next` of the previous page.
 */
export async function eventHistory(
  db: Db,
  query: { eventId: number; cursor?: number | undefined; limit: number },
): Promise<EventHistory> {
  const { eventId, cursor, limit } = query;
  const [event] = await db
    .select({ timeZone: stores.timeZone })
    .from(events)
    .innerJoin(stores, eq(stores.id, events.storeId))
    .where(eq(events.id, eventId));
  if (!event) throw notFound('event', eventId);
  const its = db
    .select({ id: sql`${schedules.id}::text` })
    .from(schedules)
    .where(eq(schedules.eventId, eventId));
  // Relies on the index audit_log_subject: an event has few schedules.
  const rows = await db
    .select()
    .from(auditLog)
    .where(
      and(
        or(
          and(eq(auditLog.subjectType, 'event'), eq(auditLog.subjectId, String(eventId))),
          and(eq(auditLog.subjectType, 'schedule'), sql`${auditLog.subjectId} in ${its}`),
        ),
        cursor === undefined ? undefined : lt(auditLog.id, cursor),
      ),
    )
    .orderBy(desc(auditLog.id))
    .limit(limit + 1);
  const page = rows.slice(0, limit);
  return {
    timeZone: event.timeZone,
    entries: page.map(({ id, at, actorName, action, before, after }) => ({
      id,
      at,
      by: actorName,
      what: actionInWords(action, before, after, event.timeZone),
      reason: typeof after?.overrideReason === 'string' ? after.overrideReason : null,
    })),
    next: rows.length > limit ? (page.at(-1)?.id ?? null) : null,
  };
}
