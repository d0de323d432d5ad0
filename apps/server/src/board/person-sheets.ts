import { type Db, employees, events, schedules, stores, type Tx } from '@scheduler/db';
import { loadHolidays, loadPeople, peopleWith, replacedWork, workBetween } from '@scheduler/db/facts';
import { absencesOn, addDays, holidayOn, type WorkDate, weekStart } from '@scheduler/scheduling';
import { and, between, eq, inArray, isNull } from 'drizzle-orm';
import { notFound } from '../core/errors.ts';
import { covers, type StoreScope } from '../core/store-access.ts';
import type { PersonSheets } from '../employees/types.ts';
import { boardStore, findStore, todayAt } from '../stores/stores.ts';
import { toldOf } from './person-week.ts';
import { byRoleAndName, hoursOff } from './week.ts';

/** Whose sheets: one person's, or everybody's of a store (by default of the first one). */
interface SheetsQuery {
  employeeId?: number | undefined;
  storeId?: number | undefined;
  /** Any day of the first week; by default today. */
  weekOf?: WorkDate | undefined;
  weeks: number;
}

/**
 * The work of people in one week or several, Sunday first, in one snapshot. Work at other stores is
 * included; of work in a store that is not within `scope`, time and kind. Throws a {@link Refusal}
 * if there is no such person or store.
 */
export async function personSheets(db: Db, query: SheetsQuery, scope: StoreScope): Promise<PersonSheets> {
  return db.transaction(
    async (tx) => {
      const { people: peopleAndGuests, store, today, days } = await whoseSheets(tx, query);
      // A sheet lists all work of one person, so a guest's sheet is made only for users who may see the
      // guest's own store.
      const people = peopleAndGuests.filter(({ storeId }) => covers(scope, storeId));
      const [holidays, work] = await Promise.all([loadHolidays(tx), workOf(tx, people, days)]);
      const workBy = Map.groupBy(work, ({ schedule }) => schedule.employeeId);
      return {
        store: boardStore(store),
        days,
        today,
        holidays: days.flatMap((day) => {
          const holiday = holidayOn(day, holidays);
          return holiday ? [{ day, name: holiday.name }] : [];
        }),
        people: people.map((person) => ({
          id: person.id,
          name: person.name,
          role: person.role,
          off: days.flatMap((day) => {
            const [absence] = absencesOn(person, day);
            return absence ? [{ day, reason: absence.reason }] : [];
          }),
          hoursOff: days.flatMap((day) => hoursOff(person, day)),
          schedules: (workBy.get(person.id) ?? []).map(({ event, schedule, at }) => {
            const { eventName, eventNumber, isElsewhere } = toldOf(event, scope);
            return {
              scheduleId: schedule.id,
              eventId: event.id,
              eventName,
              eventNumber,
              type: event.type,
              startsAt: schedule.startsAt,
              endsAt: schedule.endsAt,
              workDate: schedule.workDate,
              timeZone: at.timeZone,
              slotTimes: isElsewhere ? {} : at.slotTimes,
              otherStore: isElsewhere || at.id === store.id ? null : { name: at.name, number: at.number },
            };
          }),
        })),
      };
    },
    { isolationLevel: 'repeatable read', accessMode: 'read only' },
  );
}

/** The people of a query, in the order of the board, their store, and the days. */
async function whoseSheets(tx: Tx, { employeeId, storeId, weekOf, weeks }: SheetsQuery) {
  const [person] = employeeId === undefined ? [] : await loadPeople(tx, { ids: [employeeId] });
  if (employeeId !== undefined && !person) throw notFound('person', employeeId);
  const store = await findStore(tx, person?.storeId ?? storeId);
  const today = todayAt(store.timeZone);
  const sunday = weekStart(weekOf ?? today);
  const days = Array.from({ length: weeks * 7 }, (_, index) => addDays(sunday, index));
  if (person) return { people: [person], store, today, days };
  const rows = await workBetween(tx, store.id, sunday, addDays(sunday, days.length - 1));
  const atWork = new Set(rows.map(({ schedule }) => schedule.employeeId));
  const people = (await peopleWith(tx, store.id, rows))
    .filter(({ id, terminatedOn }) => terminatedOn === null || terminatedOn >= sunday || atWork.has(id))
    .sort(byRoleAndName);
  return { people, store, today, days };
}

/**
 * The work of people on these days and on the day before, from which work may last into them: what is
 * scheduled, and what was done and then reissued.
 */
async function workOf(tx: Tx, people: readonly { id: number }[], days: readonly WorkDate[]) {
  const [first = '', last = first] = [days[0], days.at(-1)];
  const dayBefore = addDays(first, -1);
  const ids = people.map(({ id }) => id);
  const [places, live, replaced] = await Promise.all([
    tx.select().from(stores),
    // Relies on the index schedules_live_by_day.
    tx
      .select({ event: events, schedule: schedules })
      .from(schedules)
      .innerJoin(events, eq(events.id, schedules.eventId))
      .where(
        and(
          isNull(schedules.endedAt),
          between(schedules.workDate, dayBefore, last),
          inArray(schedules.employeeId, ids),
        ),
      ),
    replacedWork(tx, dayBefore, last, inArray(employees.id, ids)),
  ]);
  const storeOf = new Map(places.map((place) => [place.id, place]));
  return [...live, ...replaced]
    .flatMap((row) => {
      const at = storeOf.get(row.event.storeId);
      return at ? [{ ...row, at }] : [];
    })
    .sort((a, b) => a.schedule.startsAt.localeCompare(b.schedule.startsAt) || a.schedule.id - b.schedule.id);
}
