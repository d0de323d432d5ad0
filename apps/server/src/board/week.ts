import { type Db, events, schedules, type Tx } from '@scheduler/db';
import {
  type EventRecord,
  eventFacts,
  isOpenAt,
  type LiveRow,
  liveSchedule,
  loadHolidays,
  loadPlanned,
  openEvents,
  type Person,
  peopleWith,
  workBetween,
} from '@scheduler/db/facts';
import {
  type AvailabilityFacts,
  absencesOn,
  addDays,
  byUrgency,
  evaluate,
  type Holiday,
  holidayOn,
  hoursOffOn,
  type PersonFacts,
  type PlannedWork,
  type Reason,
  ROLES,
  type StoreRules,
  type WorkDate,
  weekStart,
} from '@scheduler/scheduling';
import { withoutReasons } from '@scheduler/verification';
import { and, between, gt, lte, or, sql } from 'drizzle-orm';
import { covers, type StoreScope } from '../core/store-access.ts';
import { boardEvent } from '../events/board-event.ts';
import { boardStore, findStore, todayAt } from '../stores/stores.ts';
import type { BoardSchedule, HoursOffThatDay, WeekBoard } from './types.ts';

/**
 * One week of a store in one snapshot. `weekOf` may be any day of the week. The week omits people
 * who left before it, unless they have work in it.
 */
export async function weekBoard(
  db: Db,
  query: { storeId?: number | undefined; weekOf?: WorkDate | undefined },
  scope: StoreScope,
): Promise<WeekBoard> {
  // In one snapshot an event is in the tray or on the board, never in both.
  return db.transaction(
    async (tx) => {
      const store = await findStore(tx, query.storeId);
      const today = todayAt(store.timeZone);
      const sunday = weekStart(query.weekOf ?? today);
      const days = Array.from({ length: 7 }, (_, index) => addDays(sunday, index));
      const saturday = addDays(sunday, 6);
      // Saturday's work may last into this day, so the rules need it.
      const sundayAfter = addDays(sunday, 7);
      const [allHolidays, rows, openRows, openElsewhere] = await Promise.all([
        loadHolidays(tx),
        workBetween(tx, store.id, sunday, saturday),
        openEvents(tx, store.id, gt(events.dueOn, sunday), lte(events.startsOn, saturday)),
        countOpenBesides(tx, store.id, sunday, saturday),
      ]);
      const people = (await peopleWith(tx, store.id, rows)).map((person) => forUserOf(scope, person));
      const planned = await loadPlanned(tx, { employeeIds: people.map((person) => person.id), days });

      const atWork = new Set(rows.map((row) => row.schedule.employeeId));
      const displayedPeople = people
        .filter(
          (person) => person.terminatedOn === null || person.terminatedOn >= sunday || atWork.has(person.id),
        )
        .sort(byRoleAndName);

      return {
        store: boardStore(store),
        weekOf: sunday,
        days,
        today,
        holidays: [...days, sundayAfter].flatMap((day) => {
          const holiday = holidayOn(day, allHolidays);
          return holiday ? [{ day, name: holiday.name }] : [];
        }),
        people: displayedPeople.map((person) => ({
          ...(person.storeId === store.id ? factsWithin(person, sunday, sundayAfter) : factsOfGuest(person)),
          isGuest: person.storeId !== store.id,
          mayOpen: covers(scope, person.storeId),
          linkState: person.linkState,
          off: days.flatMap((day) => {
            const [absence] = absencesOn(person, day);
            return absence ? [{ day, reason: absence.title }] : [];
          }),
          hoursOff: days.flatMap((day) => hoursOff(person, day)),
        })),
        schedules: boardSchedules(rows, { people, planned, holidays: allHolidays, store }),
        besides: workBesides(
          planned,
          rows,
          people.flatMap(({ id, storeId }) => (storeId === store.id ? [] : [id])),
        ),
        tray: openRows
          .sort((a, b) => byUrgency(a.event, b.event))
          .map((row) => boardEvent(row.event, null, row.sync)),
        openElsewhere,
      };
    },
    { isolationLevel: 'repeatable read', accessMode: 'read only' },
  );
}

/** The numbers of open events whose whole window is before a week, and after it. */
async function countOpenBesides(
  tx: Tx,
  storeId: number,
  sunday: WorkDate,
  saturday: WorkDate,
): Promise<WeekBoard['openElsewhere']> {
  const earlier = lte(events.dueOn, sunday);
  const [counts] = await tx
    .select({
      earlier: sql<number>`count(*) filter (where ${earlier})::int`,
      next: sql<number>`count(*) filter (where ${between(events.startsOn, addDays(saturday, 1), addDays(saturday, 7))})::int`,
      all: sql<number>`count(*)::int`,
    })
    .from(events)
    .leftJoin(schedules, liveSchedule)
    .where(and(isOpenAt(storeId), or(earlier, gt(events.startsOn, saturday))));
  const { earlier: before = 0, next = 0, all = 0 } = counts ?? {};
  return { earlier: before, later: all - before, next };
}

type Ranked = Pick<PersonFacts, 'role' | 'name'>;

/** The display order of people. */
export const byRoleAndName = (a: Ranked, b: Ranked): number =>
  ROLES.indexOf(a.role) - ROLES.indexOf(b.role) || a.name.localeCompare(b.name, 'en');

/** The facts of a person that the rules need, limited to some days. */
function factsWithin(person: PersonFacts, from: WorkDate, to: WorkDate): PersonFacts {
  const touches = (days: { startsOn: WorkDate; endsOn: WorkDate }) =>
    days.startsOn <= to && days.endsOn >= from;
  const { id, name, role, repId, terminatedOn, pattern, patternHours = null } = person;
  return {
    id,
    name,
    role,
    repId,
    terminatedOn,
    pattern,
    patternHours,
    ranges: person.ranges
      .filter(touches)
      .map(({ startsOn, endsOn, available, reason }) => ({ startsOn, endsOn, available, reason })),
    dates: person.dates
      .filter(({ day }) => from <= day && day <= to)
      .map(({ day, available, reason }) => ({ day, available, reason })),
    timeOff: person.timeOff
      .filter(touches)
      .map(({ startsOn, endsOn, reason, fromTime = null, untilTime = null }) => ({
        startsOn,
        endsOn,
        reason,
        fromTime,
        untilTime,
      })),
  };
}

/** The facts about a guest on the board: the name and the role. Guests are not offered its work. */
const factsOfGuest = ({ id, name, role }: PersonFacts): PersonFacts => ({
  id,
  name,
  role,
  repId: null,
  terminatedOn: null,
  pattern: null,
  ranges: [],
  dates: [],
  timeOff: [],
});

/**
 * Returns a person as a user limited to some stores may see them: without the reasons why they are
 * away, if they belong to another store.
 */
export function forUserOf(scope: StoreScope, person: Person): Person {
  return covers(scope, person.storeId) ? person : withoutReasons(person);
}

/** The hours of a day in which a person doesn't work, for pages. */
export function hoursOff(person: AvailabilityFacts, day: WorkDate): HoursOffThatDay[] {
  return hoursOffOn(person, day).map(({ cause, fromTime, untilTime, title }) => ({
    day,
    fromTime,
    untilTime,
    reason: title,
    isUsual: cause === 'pattern_unavailable',
  }));
}

function workBesides(
  planned: Awaited<ReturnType<typeof loadPlanned>>,
  rows: readonly LiveRow[],
  guestIds: readonly number[],
): PlannedWork[] {
  const displayedIds = new Set(rows.map((row) => row.schedule.id));
  return planned
    .filter((work) => !displayedIds.has(work.scheduleId) && !guestIds.includes(work.employeeId))
    .map(({ overrideReason: _, storeId: __, ...work }) => work);
}

/** Converts live schedules to their form on the board, each with the rules that it breaks now. */
export function boardSchedules(
  rows: readonly LiveRow[],
  facts: {
    people: readonly PersonFacts[];
    planned: readonly PlannedWork[];
    holidays: readonly Holiday[];
    store: StoreRules;
  },
): BoardSchedule[] {
  const personBy = new Map(facts.people.map((person) => [person.id, person]));
  const plannedBy = Map.groupBy(facts.planned, (work) => work.employeeId);
  return rows.map(({ event, schedule, sync }) => {
    const person = personBy.get(schedule.employeeId);
    return {
      scheduleId: schedule.id,
      version: schedule.version,
      event: boardEvent(event, schedule, sync),
      employeeId: schedule.employeeId,
      startsAt: schedule.startsAt,
      endsAt: schedule.endsAt,
      workDate: schedule.workDate,
      source: schedule.source,
      overrideReason: schedule.overrideReason,
      windowEndsOn: schedule.reissueExpiresOn,
      flags: person
        ? flagsOf(
            evaluate({
              event: eventFacts(event, schedule, sync),
              person,
              startsAt: schedule.startsAt,
              store: facts.store,
              planned: plannedBy.get(person.id) ?? [],
              holidays: facts.holidays,
              ignoreScheduleIds: [schedule.id],
              ...(schedule.reissueExpiresOn ? { windowEndsOn: schedule.reissueExpiresOn } : {}),
            }),
            event,
          )
        : [],
    };
  });
}

/**
 * The reasons that the board marks. Hints are left out, and so is the rule that finished work takes
 * no booking.
 */
export function flagsOf(reasons: readonly Reason[], event: Pick<EventRecord, 'condition'>): Reason[] {
  return reasons.filter(
    (reason) =>
      reason.severity !== 'hint' && !(reason.code === 'not_schedulable' && event.condition === 'Submitted'),
  );
}
