import { type Db, eventSyncs, events, schedules, stores } from '@scheduler/db';
import {
  bookedElsewhere,
  type EventRecord,
  eventFacts,
  eventLabel,
  eventSelection,
  joinSync,
  liveSchedule,
  loadHolidays,
  loadPeople,
  loadPlanned,
  type SyncRecord,
} from '@scheduler/db/facts';
import {
  addDays,
  CLOSED_CONDITIONS,
  evaluate,
  instantAt,
  type Reason,
  slotsFor,
  supervisorEventFor,
  supervisorPlan,
  timeOf,
  type WorkDate,
} from '@scheduler/scheduling';
import { and, eq, isNull } from 'drizzle-orm';
import { notFound, Refusal } from '../core/errors.ts';
import { boardEvent } from '../events/board-event.ts';
import { todayAt } from '../stores/stores.ts';
import type { ScheduleOptions } from './types.ts';

/**
 * Returns the usual slots of an event on a day and, for each, the reasons against each person of
 * the store, from the same rules that decide a save. For a change of a schedule (`scheduleId`), its
 * own time is among the slots, and so is `time` (HH:mm) if given. The default day is the
 * schedule's, otherwise the first day from today that the window allows. With `expiresOn` the
 * answer is for a reissue: that day replaces the window, and finished work blocks nobody.
 */
export async function scheduleOptions(
  db: Db,
  query: {
    eventId: number;
    day?: WorkDate | undefined;
    time?: string | undefined;
    scheduleId?: number | undefined;
    /** Reissue only: the first day on which it can no longer be worked. */
    expiresOn?: WorkDate | undefined;
  },
): Promise<ScheduleOptions> {
  const [row] = await db
    .select({ ...eventSelection, store: stores })
    .from(events)
    .innerJoin(stores, eq(stores.id, events.storeId))
    .leftJoin(schedules, liveSchedule)
    .leftJoin(eventSyncs, joinSync)
    .where(eq(events.id, query.eventId));
  if (!row) throw notFound('event', query.eventId);
  const { event, schedule, sync, store } = row;
  const { timeZone } = store;
  if (query.scheduleId !== undefined && schedule?.id !== query.scheduleId) {
    throw new Refusal(
      `Schedule ${query.scheduleId} is not the one of ${eventLabel(event)} any more. Reload and try again.`,
      { code: 'not_found' },
    );
  }
  const changing = query.scheduleId === undefined ? null : schedule;
  const today = todayAt(timeZone);
  const { expiresOn } = query;
  const replaced = expiresOn ? schedule : changing;
  const windowEndsOn = expiresOn ?? changing?.reissueExpiresOn;
  const day = query.day ?? changing?.workDate ?? (expiresOn ? today : firstDay(event, today));

  const [people, holidays, supervisorRow] = await Promise.all([
    loadPeople(db, { storeId: event.storeId }),
    loadHolidays(db),
    changing || expiresOn ? null : openSupervisorEvent(db, event),
  ]);
  const working = people.filter((person) => person.terminatedOn === null || person.terminatedOn >= day);
  const planned = await loadPlanned(db, { employeeIds: working.map((person) => person.id), days: [day] });
  const plannedBy = Map.groupBy(planned, (work) => work.employeeId);

  const times: string[] = [...slotsFor(event.type, store.slots)];
  if (changing) times.push(timeOf(changing.startsAt, timeZone));
  if (query.time !== undefined) times.push(query.time);
  const slots = [...new Set(times)]
    .sort()
    .map((time) => ({ time, startsAt: instantAt(day, time, timeZone) }));

  const noonCheckBy = (coreOf: number) => {
    if (!supervisorRow) return null;
    const { person } = supervisorPlan({
      supervisorEvent: eventFacts(supervisorRow.event, null, supervisorRow.sync),
      core: { employeeId: coreOf, workDate: day },
      people: working,
      planned,
      holidays,
      store,
    });
    return person && { employeeId: person.id, name: person.name };
  };
  const byNoLead = noonCheckBy(0);
  const facts = eventFacts(event, schedule, sync);
  const judged = working.map((person) => {
    const reasonsOf = (startsAt: string): Reason[] =>
      evaluate({
        event: facts,
        person,
        startsAt,
        store,
        planned: plannedBy.get(person.id) ?? [],
        holidays,
        ignoreScheduleIds: replaced ? [replaced.id] : [],
        ...(windowEndsOn && { windowEndsOn }),
      });
    return {
      employeeId: person.id,
      name: person.name,
      role: person.role,
      reasonsBySlot: Object.fromEntries(slots.map((slot) => [slot.time, reasonsOf(slot.startsAt)])),
      // Only a Lead's own Core changes who does the noon check.
      noonCheckBy: person.role === 'Lead Event Specialist' ? noonCheckBy(person.id) : byNoLead,
    };
  });
  return {
    event: boardEvent(event, schedule, sync),
    day,
    lastDay: addDays(windowEndsOn ?? event.dueOn, -1),
    timeZone,
    slots,
    people: judged.sort(
      (a, b) => obstacle(a.reasonsBySlot) - obstacle(b.reasonsBySlot) || a.name.localeCompare(b.name, 'en'),
    ),
    supervisorEvent: supervisorRow && boardEvent(supervisorRow.event, null, supervisorRow.sync),
    noonCheckBy: store.noonCheckBy,
  };
}

function firstDay(event: EventRecord, today: WorkDate): WorkDate {
  const last = addDays(event.dueOn, -1);
  if (today <= event.startsOn) return event.startsOn;
  return today <= last ? today : last;
}

/** The severity at a person's best slot: 0 none, 1 soft, 2 hard. */
function obstacle(reasonsBySlot: Record<string, Reason[]>): number {
  const worst = (reasons: Reason[]) => {
    if (reasons.some((reason) => reason.severity === 'hard')) return 2;
    return reasons.some((reason) => reason.severity === 'soft') ? 1 : 0;
  };
  return Math.min(2, ...Object.values(reasonsBySlot).map(worst));
}

async function openSupervisorEvent(
  db: Db,
  core: EventRecord,
): Promise<{ event: EventRecord; sync: SyncRecord | null } | null> {
  if (core.type !== 'Core' || core.eventNumber === null) return null;
  // Relies on the index events_number.
  const rows = await db
    .select(eventSelection)
    .from(events)
    .leftJoin(schedules, liveSchedule)
    .leftJoin(eventSyncs, joinSync)
    .where(
      and(
        eq(events.storeId, core.storeId),
        eq(events.eventNumber, core.eventNumber),
        eq(events.type, 'Supervisor'),
        isNull(events.goneSince),
        isNull(schedules.id),
      ),
    );
  const open = rows.filter(
    (row) => !CLOSED_CONDITIONS.includes(row.event.condition) && bookedElsewhere(null, row.sync) === null,
  );
  const pair = supervisorEventFor(
    core,
    open.map((row) => row.event),
  );
  return open.find((one) => one.event.id === pair?.id) ?? null;
}
