import { type Db, events, stores } from '@scheduler/db';
import { EVENT_RULES_VERSION, ruledAgain } from '@scheduler/scheduling';
import { and, asc, eq, gt, lt, sql } from 'drizzle-orm';

/** How many events one short transaction takes. */
const BATCH = 1_000;

/**
 * Computes the types of events anew if older rules computed them, and their durations too unless a
 * file gave them. What a person chose stays, and so do the times of schedules. Events for which a
 * newer version of this product did this are left alone. Returns how many events there were.
 */
export async function applyEventRules(db: Db, signal: AbortSignal): Promise<number> {
  let judged = 0;
  let afterId = 0;
  while (!signal.aborted) {
    const last = await db.transaction(async (tx) => {
      const old = await tx
        .select({ event: events, durations: stores.durations })
        .from(events)
        .innerJoin(stores, eq(stores.id, events.storeId))
        .where(and(gt(events.id, afterId), lt(events.rulesVersion, EVENT_RULES_VERSION)))
        .orderBy(asc(events.id))
        .limit(BATCH)
        .for('no key update', { of: events });
      if (old.length === 0) return undefined;
      const rows = old.map(({ event, durations }) => {
        const ruled = ruledAgain(event, durations);
        return { id: event.id, type: ruled.type, number: ruled.eventNumber, minutes: ruled.durationMinutes };
      });
      await tx.execute(sql`
        update events set type = new.type, event_number = new.number, duration_minutes = new.minutes,
          rules_version = ${EVENT_RULES_VERSION}
        from json_to_recordset(${JSON.stringify(rows)}::json) as new(id int, type event_type, number text, minutes int)
        where events.id = new.id`);
      judged += old.length;
      return old.at(-1)?.event.id;
    });
    if (last === undefined) break;
    afterId = last;
  }
  return judged;
}
