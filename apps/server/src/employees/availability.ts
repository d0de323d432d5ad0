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
import {
  type AvailabilityFacts,
  daysTouched,
  evaluate,
  type ReasonCode,
  type WorkDate,
} from '@scheduler/scheduling';
import { and, asc, eq, gte, isNull, sql } from 'drizzle-orm';
import { audit } from '../core/audit.ts';
import { Refusal } from '../core/errors.ts';
import { save } from '../core/transaction.ts';
import { eventFacts } from '../events/records.ts';
import { loadPeople, type Person } from '../schedules/rule-inputs.ts';
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

type Noun = keyof AvailabilityFacts;

/** Replaces the weekly pattern, Sunday first; null means every day. */
export async function setAvailability(
  db: Db,
  actor: Actor,
  input: Seen & { pattern: readonly boolean[] | null },
): Promise<AvailabilitySaved> {
  return changeDays(db, actor, input, 'pattern', async (tx) => {
    const { employeeId, pattern } = input;
    await tx.delete(availabilityPatterns).where(eq(availabilityPatterns.employeeId, employeeId));
    if (!pattern || pattern.every(Boolean)) return;
    const [sunday, monday, tuesday, wednesday, thursday, friday, saturday] = pattern;
    const week = { sunday, monday, tuesday, wednesday, thursday, friday, saturday };
    await tx.insert(availabilityPatterns).values({ employeeId, ...week });
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

/** Sets a single day to available or blocked, replacing its earlier setting. */
export async function setDate(
  db: Db,
  actor: Actor,
  input: Seen & { day: WorkDate; available: boolean; reason: string | null },
): Promise<AvailabilitySaved> {
  const { employeeId, day, available, reason } = input;
  return changeDays(db, actor, input, 'dates', async (tx) => {
    await tx
      .insert(availabilityDates)
      .values({ employeeId, day, available, reason })
      .onConflictDoUpdate({
        target: [availabilityDates.employeeId, availabilityDates.day],
        set: { available, reason },
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

export async function addTimeOff(db: Db, actor: Actor, input: Seen & Span): Promise<AvailabilitySaved> {
  const { employeeId, startsOn, endsOn, reason } = input;
  return changeDays(db, actor, input, 'timeOff', async (tx) => {
    await tx.insert(timeOff).values({ employeeId, startsOn, endsOn, reason });
  });
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
  return save(db, async (tx) => {
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
    return { employee: toEmployee(changed), broken: await brokenBy(tx, before, after) };
  });
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
  const can = (available: boolean) => (available ? 'available' : 'not available');
  const list = (parts: string[]) => parts.sort().join(', ') || 'none';
  return {
    pattern: days.pattern
      ? WEEKDAYS.filter((_, index) => days.pattern?.[index]).join(' ') || 'no day'
      : 'every day',
    ranges: list(days.ranges.map((range) => `${span(range)} ${can(range.available)}`)),
    dates: list(days.dates.map((date) => `${date.day} ${can(date.available)}${because(date.reason)}`)),
    timeOff: list(days.timeOff.map(span)),
  };
}

const ABSENCES: readonly ReasonCode[] = [
  'time_off',
  'date_unavailable',
  'range_unavailable',
  'pattern_unavailable',
];

/** The live schedules from today on that the old days allow and the new ones don't. */
async function brokenBy(tx: Tx, before: Person, after: Person): Promise<BrokenSchedule[]> {
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
        eventName: event.name,
        startsAt: schedule.startsAt,
        workDate: schedule.workDate,
        message: news.message,
      },
    ];
  });
}
