import {
  type EventFacts,
  type EventType,
  type Holiday,
  type Instant,
  MOST_MINUTES_PER_WEEK,
  type PersonFacts,
  type PlannedWork,
  type ReasonCode,
  type StoreRules,
  type WorkDate,
  weekdayOf,
} from '@scheduler/scheduling';

/** The input of a plan: a store over some days. */
export interface PlanInput {
  store: StoreRules;
  /** The store's current day when the plan is made. */
  today: WorkDate;
  /** The days to plan, in order. */
  days: readonly WorkDate[];
  /** The people of the store: only they are candidates. */
  people: readonly PersonFacts[];
  /** Events that nobody is scheduled for. */
  open: readonly EventFacts[];
  /**
   * Live schedules of the store in these days, and those of the Cores to which open Supervisor
   * events belong.
   */
  scheduled: readonly ScheduledWork[];
  /**
   * Live work of these people in all stores, and of guests in this one, in the weeks of these days
   * and one day before and after.
   */
  planned: readonly PlannedWork[];
  holidays: readonly Holiday[];
  rotations: Rotations;
  /** Work of these people in the four weeks before the first day's week, to balance weekends. */
  recent?: readonly PlannedWork[];
  /** All days of a plan that is made week by week; `days` are then those of one week. */
  balancedDays?: readonly WorkDate[];
  /** People who are preferred for an event. */
  preferred?: readonly { eventId: number; employeeId: number }[];
  /** Events that people marked as never to be planned automatically. */
  neverPlan?: readonly number[];
  /** Lines of an earlier proposal that a person decided to keep, one at most for each event. */
  locks?: readonly Lock[];
}

/** A live schedule with its event. */
export interface ScheduledWork {
  scheduleId: number;
  event: EventFacts;
  employeeId: number;
  startsAt: Instant;
  endsAt: Instant;
  workDate: WorkDate;
  /** Reissued work: its expiry, as in {@link Candidate}. */
  windowEndsOn?: WorkDate | null;
}

/** Whether a plan may move a schedule: its day is to come, and nothing was reported of it. */
export const mayMove = ({ workDate, event }: ScheduledWork, today: WorkDate): boolean =>
  workDate > today && (event.condition === 'Scheduled' || event.condition === 'Unstaffed');

/** Returns a live schedule as input for the rules. */
export const plannedOf = (scheduled: ScheduledWork): PlannedWork => ({
  scheduleId: scheduled.scheduleId,
  eventId: scheduled.event.id,
  employeeId: scheduled.employeeId,
  type: scheduled.event.type,
  startsAt: scheduled.startsAt,
  endsAt: scheduled.endsAt,
  workDate: scheduled.workDate,
});

/** Work that a person decided to have done by somebody at a time. Only hard rules are obstacles. */
export interface Lock {
  eventId: number;
  employeeId: number;
  startsAt: Instant;
  /** The schedule that it moves, as it stood then. Without one, the event is open. */
  from?: { scheduleId: number; employeeId: number; startsAt: Instant } | null;
  /** The Core of a noon check: it is locked too, or scheduled. */
  coreEventId?: number | null;
}

export const ROTATION_KINDS = ['juicer', 'primary_lead'] as const;
export type RotationKind = (typeof ROTATION_KINDS)[number];

/** Whose turn it is: a person for each weekday and kind, and exceptions for single days. */
export interface Rotations {
  /** 0 = Sunday … 6 = Saturday. One person at most for each weekday and kind. */
  weekdays: readonly { kind: RotationKind; weekday: number; employeeId: number }[];
  /** They take precedence over the weekdays. At most one person for each day and kind. */
  exceptions: readonly { kind: RotationKind; day: WorkDate; employeeId: number }[];
}

export const NO_ROTATIONS: Rotations = { weekdays: [], exceptions: [] };

/**
 * Returns whose turn it is on a day: the day's exception, otherwise the weekday's person; null if
 * nobody is named.
 */
export function rotationOn(rotations: Rotations, kind: RotationKind, day: WorkDate): number | null {
  const exception = rotations.exceptions.find((each) => each.kind === kind && each.day === day);
  if (exception) return exception.employeeId;
  const weekday = weekdayOf(day);
  const usual = rotations.weekdays.find((each) => each.kind === kind && each.weekday === weekday);
  return usual?.employeeId ?? null;
}

/**
 * The soft rules that a plan may break if its caller allows it. Each such line then needs a reason
 * to be saved.
 */
export const ALLOWABLE = [
  'role',
  'pattern_unavailable',
  'range_unavailable',
  'club_supervisor_on_core',
  'seventh_day',
] as const satisfies readonly ReasonCode[];
export type Allowable = (typeof ALLOWABLE)[number];

/** What a plan may do. */
export interface PlanOptions {
  /** No line is before this day; the day after `today` if not set. */
  earliestDay?: WorkDate;
  /** Types of work to plan; all if not set. */
  types?: readonly EventType[];
  /** Soft rules that may be broken. */
  allow?: readonly Allowable[];
  /** Events that are not planned, besides those that are marked. */
  neverPlan?: readonly number[];
  /** Whether live schedules may get another day or person. None of them ever loses its place. */
  moveExisting?: boolean;
  /** Minutes of presence from Sunday to Saturday that a person gets at most. */
  mostMinutesPerWeek?: number;
  /** The total time for the engine's searches. */
  timeLimitMs?: number;
  /** Columns of an integer program that is solved at once; larger ones are planned week by week. */
  mostColumns?: number;
}

export const DEFAULT_MOST_MINUTES_PER_WEEK = MOST_MINUTES_PER_WEEK;
export const DEFAULT_TIME_LIMIT_MS = 20_000;
export const DEFAULT_MOST_COLUMNS = 60_000;
