import { type Db, employees, eventSyncs, events, plannedDays, schedules, stores } from '@scheduler/db';
import {
  joinSync,
  liveSchedule,
  type ScheduleRecord,
  type SyncRecord,
  wasReplacedWhenOver,
} from '@scheduler/db/facts';
import { currentInstant } from '@scheduler/runtime/clock';
import { addDays, type WorkDate } from '@scheduler/scheduling';
import { and, asc, desc, eq, gte, inArray, lte, max, type SQL, sum } from 'drizzle-orm';
import { plannedIn, type WeekQuery, whoseWeek } from '../board/person-week.ts';
import { covers, type StoreScope, WORK_ELSEWHERE } from '../core/store-access.ts';
import { syncBadge } from '../events/board-event.ts';
import { todayAt } from '../stores/stores.ts';
import type { Store } from '../stores/types.ts';
import type { Calendar, CalendarEntry } from './types.ts';

/**
 * A feed lists the work of this many days before and after today. People look up work of the last two
 * weeks, and dispatchers plan at most four months ahead.
 */
const FEED_DAYS_BACK = 14;
const FEED_DAYS_AHEAD = 120;

type PlannedDay = typeof plannedDays.$inferSelect;
type EventRecord = typeof events.$inferSelect;

type Place = Pick<Store, 'name' | 'number' | 'timeZone'>;

/** An event with its last planned day, its live schedule and its history. */
interface Planned {
  event: EventRecord;
  store: Place;
  day: PlannedDay;
  live: ScheduleRecord | null;
  /** Schedules of work that was done and then reissued. */
  done: ScheduleRecord[];
  sync: SyncRecord | null;
  sequence: number;
  changedAt: string;
}

/**
 * A person's calendar file for a week: each event that was scheduled for them on one of its days, in
 * its current state, with its own store and zone. Work that moved to another day has its new times.
 * Work that they did stays theirs when it is reissued. Other work that ended, or that another person
 * has, is cancelled.
 */
export async function weekCalendar(
  db: Db,
  query: WeekQuery,
  scope: StoreScope,
): Promise<Calendar & { person: string; sunday: WorkDate }> {
  const { person, store, sunday } = await whoseWeek(db, query);
  const entries = await entriesOfPerson(db, person.id, plannedIn(person.id, sunday), store, scope);
  return { ...personCalendar(person, store, entries), person: person.name, sunday };
}

/**
 * The calendar that a person subscribes to: what the board shows of them, and what was taken back. Of
 * work outside of `scope`, the stores of the user who made the address, it has the times.
 */
export async function personFeed(
  db: Db,
  person: { id: number; name: string },
  store: Store,
  scope: StoreScope,
): Promise<Calendar> {
  const planned = and(eq(plannedDays.employeeId, person.id), ...inFeed(store));
  const entries = await entriesOfPerson(db, person.id, planned, store, scope);
  return personCalendar(person, store, entries);
}

/** The calendar of a whole store: each event once, with the name of who does it. */
export async function storeFeed(db: Db, store: Store): Promise<Calendar> {
  const planned = await plannedEvents(db, and(eq(events.storeId, store.id), ...inFeed(store)));
  const doneBy = ({ live, day }: Planned) => (live ?? day).employeeId;
  const people = await db
    .select({ id: employees.id, name: employees.name })
    .from(employees)
    .where(inArray(employees.id, [...new Set(planned.map(doneBy))]));
  const names = new Map(people.map(({ id, name }) => [id, name]));
  const entries = planned.map((work): CalendarEntry => {
    const { startsAt, endsAt } = work.live ?? work.day;
    return {
      ...entryOf(work, work.live),
      uid: `event-${work.event.id}@crossmark-scheduler`,
      person: names.get(doneBy(work)) ?? '',
      startsAt,
      endsAt,
      // The links to instructions are for those who do the work.
      instructionsUrl: null,
    };
  });
  return { name: `${store.name}, everybody`, timeZone: store.timeZone, entries: sorted(entries) };
}

const inFeed = (store: Store): SQL[] => {
  const today = todayAt(store.timeZone);
  return [
    gte(plannedDays.workDate, addDays(today, -FEED_DAYS_BACK)),
    lte(plannedDays.workDate, addDays(today, FEED_DAYS_AHEAD)),
  ];
};

const personCalendar = (person: { name: string }, store: Store, entries: CalendarEntry[]): Calendar => ({
  name: `${person.name}, ${store.name}`,
  timeZone: store.timeZone,
  entries: sorted(entries),
});

async function entriesOfPerson(
  db: Db,
  personId: number,
  where: SQL | undefined,
  home: Place,
  scope: StoreScope,
): Promise<CalendarEntry[]> {
  const planned = await plannedEvents(db, where);
  return planned.map((work): CalendarEntry => {
    const { event, day, live, done } = work;
    const theirs =
      live?.employeeId === personId ? live : (done.findLast((each) => each.employeeId === personId) ?? null);
    const { startsAt, endsAt } = theirs ?? day;
    return {
      ...entryOf(work, theirs),
      uid: `event-${event.id}-person-${personId}@crossmark-scheduler`,
      person: null,
      startsAt,
      endsAt,
      instructionsUrl: event.instructionsUrl,
      ...(!covers(scope, event.storeId) && {
        eventName: WORK_ELSEWHERE,
        store: null,
        timeZone: home.timeZone,
        instructionsUrl: null,
      }),
    };
  });
}

const entryOf = (
  { event, store: { name, number, timeZone }, sync, sequence, changedAt }: Planned,
  live: ScheduleRecord | null,
): Pick<CalendarEntry, 'eventName' | 'type' | 'store' | 'timeZone' | 'state' | 'sequence' | 'changedAt'> => ({
  eventName: event.name,
  type: event.type,
  store: { name, number },
  timeZone,
  state: live ? stateOf(live, sync) : 'cancelled',
  sequence,
  changedAt,
});

/** How far a schedule has got. Of work that is over, nothing is left to follow. */
function stateOf(live: ScheduleRecord, sync: SyncRecord | null): CalendarEntry['state'] {
  const { state } = syncBadge(sync);
  if (state === 'synced' || live.endsAt <= currentInstant()) return 'confirmed';
  return state === 'pending' || state === 'waiting' ? 'tentative' : 'unsettled';
}

const sorted = (entries: CalendarEntry[]): CalendarEntry[] =>
  entries.sort((a, b) => a.startsAt.localeCompare(b.startsAt) || (a.uid < b.uid ? -1 : 1));

/** Events with planned days that a condition selects, each with its latest one. */
async function plannedEvents(db: Db, where: SQL | undefined): Promise<Planned[]> {
  // Relies on the index planned_days_of_person, for a store once a person. The latest day comes
  // first, because an event may have been scheduled for several days.
  const planned = await db
    .select({ day: plannedDays })
    .from(employees)
    .innerJoin(plannedDays, eq(plannedDays.employeeId, employees.id))
    .innerJoin(events, eq(events.id, plannedDays.eventId))
    .where(where)
    .orderBy(desc(plannedDays.plannedAt), desc(plannedDays.startsAt));
  const latest = new Map(planned.toReversed().map(({ day }) => [day.eventId, day]));
  const ids = [...latest.keys()];
  const [rows, changes, replaced] = await Promise.all([
    db
      .select({
        event: events,
        store: { name: stores.name, number: stores.number, timeZone: stores.timeZone },
        live: schedules,
        sync: eventSyncs,
      })
      .from(events)
      .innerJoin(stores, eq(stores.id, events.storeId))
      .leftJoin(schedules, liveSchedule)
      .leftJoin(eventSyncs, joinSync)
      .where(inArray(events.id, ids)),
    // Relies on the index schedules_of_event.
    db
      .select({
        eventId: schedules.eventId,
        // Each change increments a version, a new schedule starts at one, and no row is deleted, so
        // the sum only grows.
        sequence: sum(schedules.version).mapWith(Number),
        changedAt: max(schedules.updatedAt),
      })
      .from(schedules)
      .where(inArray(schedules.eventId, ids))
      .groupBy(schedules.eventId),
    db
      .select()
      .from(schedules)
      .where(and(inArray(schedules.eventId, ids), wasReplacedWhenOver))
      .orderBy(asc(schedules.id)),
  ]);
  const doneOf = Map.groupBy(replaced, ({ eventId }) => eventId);
  const changesOf = new Map(changes.map((change) => [change.eventId, change]));
  return rows.flatMap(({ event, store, live, sync }) => {
    const day = latest.get(event.id);
    const change = changesOf.get(event.id);
    if (!day || !change) return [];
    let changedAt = change.changedAt ?? day.plannedAt;
    // Crossmark's answer changes what an entry says.
    if (sync?.syncedAt && sync.syncedAt > changedAt) changedAt = sync.syncedAt;
    return [
      {
        event,
        store,
        day,
        live,
        done: doneOf.get(event.id) ?? [],
        sync,
        sequence: change.sequence,
        changedAt,
      },
    ];
  });
}
