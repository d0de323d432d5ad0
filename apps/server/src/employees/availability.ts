import {
  availabilityDates,
  availabilityPatterns,
  availabilityRanges,
  type Db,
  employees,
  events,
  onlyRow,
  schedules,
  stores,
  type Tx,
  timeOff,
} from '@scheduler/db';
import { eventFacts, loadPeople, type Person } from '@scheduler/db/facts';
import {
  type AvailabilityFacts,
  daysTouched,
  evaluate,
  type Hours,
  hoursOnClock,
  isWholeDay,
  type ReasonCode,
  type WorkDate,
} from '@scheduler/scheduling';
import { and, asc, eq, gte, isNull, sql } from 'drizzle-orm';
import { audit } from '../core/audit.ts';
import { Refusal } from '../core/errors.ts';
import { covers, type StoreScope, WORK_ELSEWHERE } from '../core/store-access.ts';
import { save } from '../core/transaction.ts';
import { todayAt, todayAtStore } from '../stores/stores.ts';
import type { Actor } from '../trpc/context.ts';
import { lockEmployee, toEmployee } from './employees.ts';
import type { AvailabilitySaved, BrokenSchedule } from './types.ts';

/** The person whose days change, and the version that the user saw. */
interface Seen {
  employeeId: number;
  version: number;
}

/** A range of days, both ends included. */
interface Span {
  startsOn: WorkDate;
  endsOn: WorkDate;
  reason: string | null;
}

/** Time off: days, or the same hours of each of them. */
export interface Off extends Span, Partial<Hours> {}

type Noun = 'pattern' | 'ranges' | 'dates' | 'timeOff';

/**
 * Replaces the weekly pattern, Sunday first; null means every day. Hours limit the days to the part
 * of the day in which the person works; null means the whole day.
 */
export async function setAvailability(
  db: Db,
  actor: Actor,
  input: Seen & { pattern: readonly boolean[] | null; hours: readonly (Hours | null)[] | null },
): Promise<AvailabilitySaved> {
  return changeDays(db, actor, input, 'pattern', async (tx) => {
    const { employeeId, pattern } = input;
    const hours = input.hours?.map((each) => (each && isWholeDay(each) ? null : each));
    await tx.delete(availabilityPatterns).where(eq(availabilityPatterns.employeeId, employeeId));
    const isEveryDay = !pattern || pattern.every(Boolean);
    const isAllDay = !hours || hours.every((each) => each === null);
    if (isEveryDay && isAllDay) return;
    const [sunday, monday, tuesday, wednesday, thursday, friday, saturday] = pattern ?? [];
    const week = { sunday, monday, tuesday, wednesday, thursday, friday, saturday };
    await tx.insert(availabilityPatterns).values({ employeeId, ...week, hours: isAllDay ? null : hours });
  });
}

/** Sets a range of days that overrides the pattern. */
export async function addRange(
  db: Db,
  actor: Actor,
  input: Seen & Span & { available: boolean },
): Promise<AvailabilitySaved> {
  const { employeeId, startsOn, endsOn, available, reason } = input;
  return changeDays(db, actor, input, 'ranges', async (tx) => {
    await tx.insert(availabilityRanges).values({ employeeId, startsOn, endsOn, available, reason });
  });
}

export async function removeRange(
  db: Db,
  actor: Actor,
  input: Seen & { rangeId: number },
): Promise<AvailabilitySaved> {
  return changeDays(db, actor, input, 'ranges', async (tx) =>
    mustBeOne(
      await tx
        .delete(availabilityRanges)
        .where(
          and(eq(availabilityRanges.id, input.rangeId), eq(availabilityRanges.employeeId, input.employeeId)),
        )
        .returning(),
    ),
  );
}

/** Frees a single day, whatever the pattern and the ranges say, also where it was blocked before. */
export async function setDate(
  db: Db,
  actor: Actor,
  input: Seen & { day: WorkDate; reason: string | null },
): Promise<AvailabilitySaved> {
  const { employeeId, day, reason } = input;
  return changeDays(db, actor, input, 'dates', async (tx) => {
    await tx
      .insert(availabilityDates)
      .values({ employeeId, day, available: true, reason })
      .onConflictDoUpdate({
        target: [availabilityDates.employeeId, availabilityDates.day],
        set: { available: true, reason },
      });
  });
}

export async function removeDate(
  db: Db,
  actor: Actor,
  input: Seen & { day: WorkDate },
): Promise<AvailabilitySaved> {
  return changeDays(db, actor, input, 'dates', async (tx) =>
    mustBeOne(
      await tx
        .delete(availabilityDates)
        .where(and(eq(availabilityDates.employeeId, input.employeeId), eq(availabilityDates.day, input.day)))
        .returning(),
    ),
  );
}

export async function addTimeOff(
  db: Db,
  actor: Actor,
  input: Seen & Off,
): Promise<AvailabilitySaved & { timeOffId: number }> {
  return save(db, async (tx) => {
    const { saved, timeOffId } = await recordTimeOff(tx, actor, input);
    return { ...saved, timeOffId };
  });
}

/** Does {@link addTimeOff} within a transaction, and also returns the id of the time off. */
export async function recordTimeOff(
  tx: Tx,
  actor: Actor,
  input: Seen & Off,
): Promise<{ saved: AvailabilitySaved; timeOffId: number }> {
  const { employeeId, startsOn, endsOn, reason, fromTime, untilTime } = input;
  let timeOffId = 0;
  const saved = await changeDaysIn(tx, actor, input, 'timeOff', async () => {
    const made = await tx
      .insert(timeOff)
      .values({ employeeId, startsOn, endsOn, reason, fromTime, untilTime })
      .returning({ id: timeOff.id });
    timeOffId = onlyRow(made).id;
  });
  return { saved, timeOffId };
}

/**
 * Removes time off. A change of the person since then does not matter. Returns false if somebody
 * had removed the time off already.
 */
export async function takeTimeOffBack(
  tx: Tx,
  actor: Actor,
  { employeeId, timeOffId }: { employeeId: number; timeOffId: number },
): Promise<boolean> {
  const [person] = await tx
    .select({ version: employees.version })
    .from(employees)
    .where(eq(employees.id, employeeId))
    .for('update');
  const which = and(eq(timeOff.id, timeOffId), eq(timeOff.employeeId, employeeId));
  const [standing] = await tx.select({ id: timeOff.id }).from(timeOff).where(which);
  if (!person || !standing) return false;
  await changeDaysIn(tx, actor, { employeeId, version: person.version }, 'timeOff', async () => {
    await tx.delete(timeOff).where(which);
  });
  return true;
}

export async function removeTimeOff(
  db: Db,
  actor: Actor,
  input: Seen & { timeOffId: number },
): Promise<AvailabilitySaved> {
  return changeDays(db, actor, input, 'timeOff', async (tx) =>
    mustBeOne(
      await tx
        .delete(timeOff)
        .where(and(eq(timeOff.id, input.timeOffId), eq(timeOff.employeeId, input.employeeId)))
        .returning(),
    ),
  );
}

function mustBeOne(removed: readonly unknown[]): void {
  if (removed.length > 0) return;
  throw new Refusal('That is not among this person’s days any more. Look at their page again.', {
    code: 'not_found',
  });
}

/**
 * Changes the days on which a person can work. Transactions that schedule this person wait and then
 * use the new days. No schedule is changed. Returns the schedules that the change invalidates.
 */
async function changeDays(
  db: Db,
  actor: Actor,
  seen: Seen,
  noun: Noun,
  write: (tx: Tx) => Promise<void>,
): Promise<AvailabilitySaved> {
  return save(db, (tx) => changeDaysIn(tx, actor, seen, noun, write));
}

async function changeDaysIn(
  tx: Tx,
  actor: Actor,
  seen: Seen,
  noun: Noun,
  write: (tx: Tx) => Promise<void>,
): Promise<AvailabilitySaved> {
  const person = await lockEmployee(tx, seen);
  const before = await daysOf(tx, person.id);
  await write(tx);
  const after = await daysOf(tx, person.id);
  const changed = onlyRow(
    await tx
      .update(employees)
      .set({ version: person.version + 1, updatedAt: sql`app_now()` })
      .where(eq(employees.id, person.id))
      .returning(),
  );
  await audit(tx, actor, [
    {
      action: `employee.${ACTIONS[noun]}`,
      subjectType: 'employee',
      subjectId: person.id,
      before: { version: person.version, [noun]: inWords(before)[noun] },
      after: { version: changed.version, [noun]: inWords(after)[noun] },
    },
  ]);
  return { employee: toEmployee(changed), broken: await brokenBy(tx, before, after, actor.storeIds ?? null) };
}

const ACTIONS: Record<Noun, string> = {
  pattern: 'availability',
  ranges: 'availability_range',
  dates: 'availability_date',
  timeOff: 'time_off',
};

async function daysOf(tx: Tx, employeeId: number): Promise<Person> {
  const [person] = await loadPeople(tx, { ids: [employeeId] });
  if (!person) throw new Error('The person is locked and gone.');
  return person;
}

const WEEKDAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];

/** Days in the form of the audit log, for people to read. */
function inWords(days: AvailabilityFacts): Record<Noun, string> {
  const because = (reason: string | null) => (reason ? ` (${reason})` : '');
  const span = (one: Span) =>
    `${one.startsOn === one.endsOn ? one.startsOn : `${one.startsOn} to ${one.endsOn}`}${because(one.reason)}`;
  const hours = (one: Partial<Hours>) => (isWholeDay(one) ? '' : ` ${hoursOnClock(one)}`);
  const off = (one: AvailabilityFacts['timeOff'][number]) =>
    `${span({ ...one, reason: null })}${hours(one)}${because(one.reason)}`;
  const can = (available: boolean) => (available ? 'available' : 'not available');
  const list = (parts: string[]) => parts.sort().join(', ') || 'none';
  return {
    pattern:
      days.pattern?.some((works) => !works) || days.patternHours
        ? WEEKDAYS.filter((_, index) => days.pattern?.[index])
            .map((weekday) => `${weekday}${hours(days.patternHours?.[WEEKDAYS.indexOf(weekday)] ?? {})}`)
            .join(' ') || 'no day'
        : 'every day',
    ranges: list(days.ranges.map((range) => `${span(range)} ${can(range.available)}`)),
    dates: list(days.dates.map((date) => `${date.day} ${can(date.available)}${because(date.reason)}`)),
    timeOff: list(days.timeOff.map(off)),
  };
}

const ABSENCES: readonly ReasonCode[] = [
  'time_off',
  'date_unavailable',
  'range_unavailable',
  'pattern_unavailable',
];

/** The live schedules from today on that the old days allow and the new ones don't. */
async function brokenBy(tx: Tx, before: Person, after: Person, scope: StoreScope): Promise<BrokenSchedule[]> {
  // Relies on the index schedules_live_by_day.
  const rows = await tx
    .select({ event: events, schedule: schedules, store: stores })
    .from(schedules)
    .innerJoin(events, eq(events.id, schedules.eventId))
    .innerJoin(stores, eq(stores.id, events.storeId))
    .where(
      and(
        eq(schedules.employeeId, after.id),
        isNull(schedules.endedAt),
        // Yesterday's work may last into today.
        gte(schedules.workDate, sql`${todayAtStore} - 1`),
      ),
    )
    .orderBy(asc(schedules.startsAt));
  return rows.flatMap(({ event, schedule, store }) => {
    const last = daysTouched(schedule.startsAt, schedule.endsAt, store.timeZone).at(-1) ?? schedule.workDate;
    if (last < todayAt(store.timeZone)) return [];
    const absences = (person: Person) =>
      evaluate({
        event: eventFacts(event, schedule, null),
        person,
        startsAt: schedule.startsAt,
        store,
        planned: [],
        holidays: [],
        ignoreScheduleIds: [schedule.id],
      }).filter((reason) => ABSENCES.includes(reason.code));
    const known = absences(before).map((reason) => reason.code);
    const news = absences(after).find((reason) => !known.includes(reason.code));
    if (!news) return [];
    return [
      {
        scheduleId: schedule.id,
        eventId: event.id,
        eventName: covers(scope, event.storeId) ? event.name : WORK_ELSEWHERE,
        isElsewhere: !covers(scope, event.storeId),
        startsAt: schedule.startsAt,
        workDate: schedule.workDate,
        message: news.message,
      },
    ];
  });
}
