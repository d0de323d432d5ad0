import { events, type proposalLines, type stores, type Tx } from '@scheduler/db';
import {
  bookedElsewhere,
  type EventRecord,
  eventsWithLive,
  type LiveRow,
  loadHolidays,
  loadPlanned,
  openEvents,
  type Person,
  peopleWith,
  type ScheduleRecord,
  type SyncRecord,
  workBetween,
} from '@scheduler/db/facts';
import type { RotationKind } from '@scheduler/planner';
import { loadRotations } from '@scheduler/plans';
import {
  addDays,
  allSlots,
  byUrgency,
  CLOSED_CONDITIONS,
  type CorePair,
  corePairs,
  type DayFacts,
  type DayWork,
  type Holiday,
  holidayOn,
  type PairMember,
  type PlannedWork,
  type WorkDate,
  weekStart,
} from '@scheduler/scheduling';
import { and, between, eq, inArray, isNull, notInArray } from 'drizzle-orm';
import { secondaryLeadOn, turnOn } from './turns.ts';

/** What is read of a store to verify its days. */
export type VerifiedStore = Pick<typeof stores.$inferSelect, 'id' | 'timeZone' | 'slots' | 'roleLimits'>;
type Line = typeof proposalLines.$inferSelect;

/** A Core or Supervisor event, as a member of a pair and with its rows. */
export interface FamilyMember extends PairMember {
  event: EventRecord;
  schedule: ScheduleRecord | null;
  sync: SyncRecord | null;
}

/** An unscheduled event with its sync row. */
export interface OpenRow {
  event: EventRecord;
  sync: SyncRecord | null;
}

/** What was read of a day of a store. */
export interface ReadDay {
  day: WorkDate;
  holiday: Holiday | null;
  /** The live work of the day, by time. */
  rows: LiveRow[];
  /** Unscheduled work whose last day it is, the most urgent first. */
  due: OpenRow[];
  pairs: CorePair<FamilyMember>[];
  /** Null where nobody is named as the primary Lead, or nobody else may be it. */
  secondaryLead: Person | null;
  /** What the checks of the day need. */
  facts: DayFacts;
}

/** What was read of some days of a store, and what they have in common. */
export interface ReadDays {
  holidays: Holiday[];
  /** The people of the store, and others who do its work in these days. */
  people: Person[];
  /** The live work of these people in all stores, in the weeks of the days. */
  planned: PlannedWork[];
  days: ReadDay[];
}

/**
 * Reads what the checks of some days of a store need, in the same number of statements for any
 * number of days.
 * @param query.lines lines of a proposal: the days are read as if they were saved. A line that
 * could not be saved any more, because its event was scheduled, moved or closed since, is left out
 * @param query.tellsReasonsOf whether the reader may know why people of a store are away, and why
 * its work was accepted
 */
export async function readDays(
  tx: Tx,
  query: {
    store: VerifiedStore;
    fromDay: WorkDate;
    toDay: WorkDate;
    lines?: readonly Line[];
    tellsReasonsOf: (storeId: number) => boolean;
  },
): Promise<ReadDays> {
  const { store, fromDay, toDay, lines = [], tellsReasonsOf } = query;
  const { timeZone } = store;
  const [holidays, liveRows, lastDays, rotations, plan] = await Promise.all([
    loadHolidays(tx),
    workBetween(tx, store.id, fromDay, toDay),
    openEvents(tx, store.id, between(events.dueOn, addDays(fromDay, 1), addDays(toDay, 1))),
    loadRotations(tx, store.id, { fromDay, toDay }),
    readPlan(tx, store.id, lines),
  ]);
  const isInRange = ({ schedule }: LiveRow) => fromDay <= schedule.workDate && schedule.workDate <= toDay;
  const rows = [
    ...liveRows.filter(({ event }) => !plan.has(event.id)),
    ...[...plan.values()].filter(isInRange),
  ].sort(byTime);
  const [staffAndGuests, family] = await Promise.all([
    peopleWith(tx, store.id, rows),
    familiesOf(tx, store.id, rows, plan),
  ]);
  const people = staffAndGuests.map((person) =>
    tellsReasonsOf(person.storeId) ? person : withoutReasons(person),
  );
  const employeeIds = people.map(({ id }) => id);
  const planned = withPlan(await loadPlanned(tx, { employeeIds, days: [fromDay, toDay] }), plan);

  const at = { slots: allSlots(store.slots), timeZone };
  const rowsOn = Map.groupBy(rows, ({ schedule }) => schedule.workDate);
  const dueOn = Map.groupBy(
    lastDays.filter(({ event, sync }) => !plan.has(event.id) && bookedElsewhere(null, sync) === null),
    ({ event }) => addDays(event.dueOn, -1),
  );
  const plannedBy = Map.groupBy(planned, ({ employeeId }) => employeeId);
  const days: ReadDay[] = [];
  for (let day = fromDay; day <= toDay; day = addDays(day, 1)) {
    const ofDay = rowsOn.get(day) ?? [];
    const due = (dueOn.get(day) ?? []).sort((a, b) => byUrgency(a.event, b.event));
    const pairs = corePairs(family, day, at);
    const sunday = weekStart(day);
    const nextSunday = addDays(sunday, 7);
    const named = (kind: RotationKind) => {
      const turn = turnOn(kind, day, { rotations, people });
      return turn && { employeeId: turn.person.id, name: turn.person.name, off: turn.off };
    };
    const turns = { juicer: named('juicer'), primaryLead: named('primary_lead') };
    const staff = people.filter(({ storeId }) => storeId === store.id);
    days.push({
      day,
      holiday: holidayOn(day, holidays) ?? null,
      rows: ofDay,
      due,
      pairs,
      secondaryLead: turns.primaryLead && secondaryLeadOn(day, turns.primaryLead.employeeId, staff),
      facts: {
        day,
        holidays,
        people: people.map((person) => ({
          ...person,
          weekWork: (plannedBy.get(person.id) ?? [])
            .filter(({ workDate }) => sunday <= workDate && workDate < nextSunday)
            .map(({ workDate, overrideReason, storeId }) => ({
              workDate,
              overrideReason: overrideReason === null || tellsReasonsOf(storeId) ? overrideReason : ELSEWHERE,
            })),
        })),
        work: ofDay.map(dayWork),
        pairs,
        ...at,
        roleLimits: store.roleLimits,
        due: due.map(({ event }) => event),
        turns,
      },
    });
  }
  return { holidays, people, planned, days };
}

/** What is told of a reason that the reader may not know. */
const ELSEWHERE = 'accepted in another store';

/** A person as somebody is told of them who may not know why they are away. */
export function withoutReasons(person: Person): Person {
  const withoutReason = <Days extends object>(days: Days): Days & { reason: null } => ({
    ...days,
    reason: null,
  });
  return {
    ...person,
    ranges: person.ranges.map(withoutReason),
    dates: person.dates.map(withoutReason),
    timeOff: person.timeOff.map(withoutReason),
  };
}

const byTime = (a: LiveRow, b: LiveRow): number =>
  a.schedule.startsAt.localeCompare(b.schedule.startsAt) || a.schedule.id - b.schedule.id;

const dayWork = ({ event, schedule }: LiveRow): DayWork => ({
  ...schedule,
  scheduleId: schedule.id,
  type: event.type,
  name: event.name,
});

/** The rows that events would have if lines of a proposal were saved, by event. */
type Plan = ReadonlyMap<number, LiveRow>;

async function readPlan(tx: Tx, storeId: number, lines: readonly Line[]): Promise<Plan> {
  if (lines.length === 0) return new Map();
  const rows = await eventsWithLive(tx).where(
    and(
      eq(events.storeId, storeId),
      inArray(
        events.id,
        lines.map(({ eventId }) => eventId),
      ),
      isNull(events.goneSince),
      notInArray(events.condition, [...CLOSED_CONDITIONS]),
    ),
  );
  const rowOf = new Map(rows.map((row) => [row.event.id, row]));
  const saved = lines.flatMap((line): [number, LiveRow][] => {
    const row = rowOf.get(line.eventId);
    if (!row || !isStillSo(line, row.schedule)) return [];
    return [[line.eventId, { ...row, schedule: scheduleBy(line, row.schedule) }]];
  });
  return new Map(saved);
}

/** Whether an event is scheduled as it was when the plan was made. */
const isStillSo = (line: Line, live: ScheduleRecord | null): boolean =>
  (live?.id ?? null) === line.fromScheduleId && (live?.version ?? null) === line.fromVersion;

/** The schedule that a line would become. Nobody has accepted anything for it yet. */
function scheduleBy(line: Line, live: ScheduleRecord | null): ScheduleRecord {
  const { employeeId, startsAt, endsAt, workDate } = line;
  const place = { employeeId, startsAt, endsAt, workDate, overrideReason: null };
  if (live) return { ...live, ...place };
  return {
    // No saved schedule has a negative id.
    id: -line.id,
    eventId: line.eventId,
    source: 'board',
    version: 1,
    reissueOf: null,
    reissueExpiresOn: null,
    reissueResponses: null,
    endedAt: null,
    createdAt: startsAt,
    updatedAt: startsAt,
    ...place,
  };
}

type Planned = Awaited<ReturnType<typeof loadPlanned>>;

/** Live work as it would be with a plan. */
const withPlan = (planned: Planned, plan: Plan): Planned => [
  ...planned.filter(({ eventId }) => !plan.has(eventId)),
  ...[...plan.values()].map((row) => ({ ...dayWork(row), storeId: row.event.storeId })),
];

/**
 * The Cores and Supervisor events that share a number with the Cores of some days, on whatever day
 * they are scheduled.
 */
async function familiesOf(
  tx: Tx,
  storeId: number,
  rows: readonly LiveRow[],
  plan: Plan,
): Promise<FamilyMember[]> {
  const numbers = rows.flatMap(({ event }) =>
    event.type === 'Core' && event.eventNumber !== null ? [event.eventNumber] : [],
  );
  if (numbers.length === 0) return [];
  // Relies on the index events_number.
  const members = await eventsWithLive(tx).where(
    and(
      eq(events.storeId, storeId),
      inArray(events.eventNumber, numbers),
      inArray(events.type, ['Core', 'Supervisor']),
      isNull(events.goneSince),
      notInArray(events.condition, ['Canceled', 'Expired']),
    ),
  );
  return members
    .map(({ event, schedule, sync }) => ({
      event,
      sync,
      schedule: plan.get(event.id)?.schedule ?? schedule,
    }))
    .filter(
      ({ event, schedule, sync }) =>
        // Finished work needs nobody. Neither does work that Crossmark has booked for an unknown person.
        schedule || !(CLOSED_CONDITIONS.includes(event.condition) || bookedElsewhere(null, sync) !== null),
    )
    .map(({ event, schedule, sync }) => ({ ...event, event, schedule, sync, live: schedule }));
}
