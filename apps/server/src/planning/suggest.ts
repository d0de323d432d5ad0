import { type Db, events, schedules } from '@scheduler/db';
import {
  daysToRank,
  type Fairness,
  fairnessOf,
  fourWeeksTo,
  rank,
  type Suggestions,
} from '@scheduler/planner';
import { addDays, type WorkDate, weekStart } from '@scheduler/scheduling';
import { and, eq, isNull } from 'drizzle-orm';
import { notFound } from '../core/errors.ts';
import { loadPeople, loadPlanned } from '../schedules/rule-inputs.ts';
import { findStore, todayAt } from '../stores/stores.ts';
import { loadPlanInput } from './plan-input.ts';

/** Ranks people and times for an event, or for its live schedule that would move. */
export async function suggest(
  db: Db,
  query: { eventId: number; day?: WorkDate | undefined; time?: string | undefined },
): Promise<Suggestions> {
  return db.transaction(
    async (tx) => {
      const [row] = await tx
        .select({ event: events, schedule: schedules })
        .from(events)
        .leftJoin(schedules, and(eq(schedules.eventId, events.id), isNull(schedules.endedAt)))
        .where(eq(events.id, query.eventId));
      if (!row) throw notFound('event', query.eventId);
      const store = await findStore(tx, row.event.storeId);
      const today = todayAt(store.timeZone);
      const days = query.day ? [query.day] : daysToRank(row.event, today);
      const ofSchedule = row.schedule?.workDate ?? today;
      const sorted = [...days, ...(row.schedule ? [ofSchedule] : [])].sort();
      const [fromDay = today, toDay = today] = [sorted[0], sorted.at(-1)];
      const { versions: _, ...input } = await loadPlanInput(tx, store, { fromDay, toDay });
      const moving = input.scheduled.find(({ event }) => event.id === query.eventId);
      const event = moving?.event ?? input.open.find(({ id }) => id === query.eventId);
      const { condition, durationMinutes, id, name, startsOn, dueOn, type } = row.event;
      const facts = event ?? {
        condition,
        durationMinutes,
        id,
        name,
        startsOn,
        dueOn,
        type,
        scheduled: false,
      };
      // Reissued work may be done on any day up to its expiry.
      const due = moving?.windowEndsOn ? { startsOn: '2000-01-01', dueOn: moving.windowEndsOn } : {};
      return rank(input, {
        event: { ...facts, ...due },
        ...(query.day !== undefined && { day: query.day }),
        ...(query.time !== undefined && { time: query.time }),
        ...(moving && { moving }),
      });
    },
    { isolationLevel: 'repeatable read', accessMode: 'read only' },
  );
}

/**
 * How work is spread over the people of a store: in the week of a day, and in the four weeks that
 * end with it.
 */
export async function fairnessIn(
  db: Db,
  query: { storeId?: number | undefined; weekOf?: WorkDate | undefined },
): Promise<{ weekOf: WorkDate; week: Fairness[]; fourWeeks: Fairness[] }> {
  const store = await findStore(db, query.storeId);
  const sunday = weekStart(query.weekOf ?? todayAt(store.timeZone));
  const saturday = addDays(sunday, 6);
  const from = fourWeeksTo(sunday);
  const people = (await loadPeople(db, { storeId: store.id })).filter(
    ({ terminatedOn }) => terminatedOn === null || terminatedOn >= from,
  );
  const work = await loadPlanned(db, { employeeIds: people.map(({ id }) => id), days: [from, saturday] });
  return {
    weekOf: sunday,
    week: fairnessOf(people, work, sunday, saturday),
    fourWeeks: fairnessOf(people, work, from, saturday),
  };
}
