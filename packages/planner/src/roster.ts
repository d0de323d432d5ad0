import {
  addDays,
  addMinutes,
  CLOSED_CONDITIONS,
  type EventFacts,
  type EventType,
  evaluate,
  formatDay,
  hoursOffOn,
  type Instant,
  instantAt,
  isDuring,
  isNoonCheckOrLong,
  LONG_WORK,
  labelOf,
  MINUTES_APART,
  type PersonFacts,
  type PlannedWork,
  type Reason,
  type ReasonCode,
  roleObstacle,
  slotsFor,
  timeOf,
  type WorkDate,
  weekdayOf,
  weekStart,
  workDateOf,
} from '@scheduler/scheduling';
import { ALLOWABLE, DEFAULT_MOST_MINUTES_PER_WEEK, type PlanInput, type PlanOptions } from './input.ts';

/** A reason why a plan can't give an event to a person on a day. */
export interface Obstacle {
  code: ReasonCode | 'week_minutes' | 'too_early' | 'needs_core';
  message: string;
}

/** The result of the rules for an event with a person and a time. */
export interface Judged {
  startsAt: Instant;
  /** The obstacles; empty if it may be proposed. */
  obstacles: Obstacle[];
  /** Soft rules that it breaks and the caller allows. */
  overrides: Reason[];
  hints: Reason[];
}

/** What a plan may do, besides what the rules allow. */
interface Limits {
  /** Whether a soft rule may be broken. */
  allows: (code: string) => boolean;
  mostMinutes: number;
}
/** A person may break each soft rule with a reason. */
const OF_PERSON: Limits = { allows: () => true, mostMinutes: Number.POSITIVE_INFINITY };

/** Reasons that may not apply to another start on the same day. */
const BY_START: readonly string[] = ['long_overlap', 'unusual_start', 'same_start'];
/** Reasons that may not apply to another start if the person is off for a part of the day only. */
const BY_HOURS: readonly string[] = ['time_off', 'pattern_unavailable'];

/** Returns why an open event takes no booking at all; null if it takes one. */
export function closedToPlans(event: EventFacts): Obstacle | null {
  if (CLOSED_CONDITIONS.includes(event.condition)) {
    return { code: 'not_schedulable', message: `${labelOf(event)} is ${event.condition} in Crossmark.` };
  }
  if (event.scheduled) {
    return { code: 'already_scheduled', message: `${labelOf(event)} is booked in Crossmark already.` };
  }
  return null;
}

export const isLong = (type: EventType): boolean => LONG_WORK.includes(type);
/** Whether a person's work of this type begins apart from their other short work. */
const isShort = (type: EventType): boolean => !isNoonCheckOrLong(type);
export const isJuicer = (type: EventType): boolean =>
  type === 'Juicer Production' || type === 'Juicer Survey';
export const isWeekend = (day: WorkDate): boolean => weekdayOf(day) % 6 === 0;

/**
 * The work of all people while a plan is being made: live work at first, then also the work that
 * the plan adds. It calls the rules and applies the plan's further limits.
 */
export class Roster {
  readonly input: PlanInput;
  readonly options: PlanOptions;
  readonly people: ReadonlyMap<number, PersonFacts>;
  /** The days on which a plan may put work, in order. */
  readonly days: readonly WorkDate[];
  readonly #limits: Limits;
  readonly #firstSunday: WorkDate;
  readonly #lastSaturday: WorkDate;
  readonly #leftOut: ReadonlySet<number>;
  readonly #byPerson = new Map<number, PlannedWork[]>();
  readonly #byDay = new Map<WorkDate, PlannedWork[]>();
  readonly #instants = new Map<string, Instant>();

  /**
   * @param forPerson whether a person decides. Soft rules are then no obstacles, and the plan's own
   * limits don't apply
   */
  constructor(input: PlanInput, options: PlanOptions, forPerson = false) {
    this.input = input;
    this.options = options;
    this.people = new Map(input.people.map((person) => [person.id, person]));
    const earliest = options.earliestDay ?? addDays(input.today, 1);
    this.days = input.days.filter((day) => day >= earliest && day >= input.today);
    const balanced = input.balancedDays ?? (this.days.length > 0 ? this.days : input.days);
    const [first = input.today, last = input.today] = [balanced[0], balanced.at(-1)];
    this.#firstSunday = weekStart(first);
    this.#lastSaturday = addDays(weekStart(last), 6);
    const allowed = new Set<string>((options.allow ?? []).filter((code) => ALLOWABLE.includes(code)));
    this.#limits = forPerson
      ? OF_PERSON
      : {
          allows: (code) => allowed.has(code),
          mostMinutes: options.mostMinutesPerWeek ?? DEFAULT_MOST_MINUTES_PER_WEEK,
        };
    this.#leftOut = new Set([...(input.neverPlan ?? []), ...(options.neverPlan ?? [])]);
    for (const work of input.planned) this.add(work);
  }

  add(work: PlannedWork): void {
    const theirs = this.#byPerson.get(work.employeeId);
    if (theirs) theirs.push(work);
    else this.#byPerson.set(work.employeeId, [work]);
    const ofDay = this.#byDay.get(work.workDate);
    if (ofDay) ofDay.push(work);
    else this.#byDay.set(work.workDate, [work]);
  }

  /** Takes off a person's work of an event and a day. Returns it; undefined if it was not there. */
  remove(work: PlannedWork): PlannedWork | undefined {
    const without = (list: PlannedWork[] | undefined) => {
      const index = list?.findIndex((each) => each.eventId === work.eventId) ?? -1;
      return index >= 0 ? list?.splice(index, 1)[0] : undefined;
    };
    const removed = without(this.#byPerson.get(work.employeeId));
    without(this.#byDay.get(work.workDate));
    return removed;
  }

  /** Adds an event that a plan gives to a person, and returns it as planned work. */
  place(event: EventFacts, employeeId: number, startsAt: Instant): PlannedWork {
    const work = workOf(event, employeeId, startsAt, this.dayOf(startsAt));
    this.add(work);
    return work;
  }

  workOf(employeeId: number): readonly PlannedWork[] {
    return this.#byPerson.get(employeeId) ?? [];
  }

  /**
   * Returns the work of a person in the weeks of the planned days, Sunday to Saturday. The roster
   * also holds a day before and a day after them, because work may last beyond midnight.
   */
  workInWeeks(employeeId: number): readonly PlannedWork[] {
    return this.workOf(employeeId).filter(
      ({ workDate }) => this.#firstSunday <= workDate && workDate <= this.#lastSaturday,
    );
  }

  /** Returns the work of an event. */
  workOfEvent(eventId: number): PlannedWork {
    const work = this.allWork().find((each) => each.eventId === eventId);
    if (!work) throw new Error(`Event ${eventId} is not on the roster.`);
    return work;
  }

  endOf(event: EventFacts, startsAt: Instant): Instant {
    return addMinutes(startsAt, event.durationMinutes);
  }

  allWork(): PlannedWork[] {
    return [...this.#byPerson.values()].flat();
  }

  workOn(day: WorkDate): readonly PlannedWork[] {
    return this.#byDay.get(day) ?? [];
  }

  at(day: WorkDate, time: string): Instant {
    const key = `${day} ${time}`;
    const known = this.#instants.get(key);
    if (known) return known;
    const instant = instantAt(day, time, this.input.store.timeZone);
    this.#instants.set(key, instant);
    return instant;
  }

  dayOf(startsAt: Instant): WorkDate {
    return workDateOf(startsAt, this.input.store.timeZone);
  }

  /** Returns the usual starts of an event at which its person is not off, if there are any. */
  slotsFor(event: EventFacts, person: PersonFacts, day: WorkDate): readonly string[] {
    const slots = this.slots(event.type);
    const hours = hoursOffOn(person, day);
    if (hours.length === 0) return slots;
    const { timeZone } = this.input.store;
    const free = slots.filter((slot) => {
      const startsAt = this.at(day, slot);
      const work = { startsAt, endsAt: this.endOf(event, startsAt) };
      return hours.every((off) => !isDuring(work, day, off, timeZone));
    });
    return free.length > 0 ? free : slots;
  }

  slots(type: EventType): readonly string[] {
    return slotsFor(type, this.input.store.slots);
  }

  /**
   * Returns starts for short work of a person whose usual starts are taken by their other short work:
   * the first free quarter of an hour after each.
   * @param taken the starts of the person's other short work, in milliseconds
   */
  startsApart(event: EventFacts, day: WorkDate, taken: ReadonlySet<number>): Instant[] {
    if (!isShort(event.type)) return [];
    const starts = this.slots(event.type).flatMap((slot) => {
      let startsAt = this.at(day, slot);
      if (!taken.has(Date.parse(startsAt))) return [];
      while (taken.has(Date.parse(startsAt))) startsAt = addMinutes(startsAt, MINUTES_APART);
      return this.dayOf(startsAt) === day ? [startsAt] : [];
    });
    return [...new Set(starts)];
  }

  /** Returns the starts of a person's short work on a day, in milliseconds, without one event. */
  shortStarts(employeeId: number, day: WorkDate, exceptEventId?: number): Set<number> {
    const work = this.workOf(employeeId).filter(
      ({ eventId, workDate, type }) => workDate === day && isShort(type) && eventId !== exceptEventId,
    );
    return new Set(work.map(({ startsAt }) => Date.parse(startsAt)));
  }

  /** Returns the minutes of a person in the week of a day, without one event. */
  minutesInWeek(employeeId: number, day: WorkDate, exceptEventId?: number): number {
    const sunday = weekStart(day);
    const nextSunday = addDays(sunday, 7);
    let minutes = 0;
    for (const work of this.workOf(employeeId)) {
      if (work.eventId === exceptEventId || work.workDate < sunday || work.workDate >= nextSunday) continue;
      minutes += minutesOf(work);
    }
    return minutes;
  }

  /**
   * Checks an event with a person and a time by the rules and by the plan's own limits.
   * @param windowEndsOn the expiry of reissued work
   */
  evaluate(
    event: EventFacts,
    person: PersonFacts,
    startsAt: Instant,
    windowEndsOn?: WorkDate | undefined,
  ): Judged {
    return this.#judge(event, person, startsAt, windowEndsOn, this.#limits);
  }

  /**
   * Checks what a person decided: soft rules are no obstacles, and the plan's own limits don't apply.
   * @param windowEndsOn the expiry of reissued work
   */
  evaluateDecision(
    event: EventFacts,
    person: PersonFacts,
    startsAt: Instant,
    windowEndsOn?: WorkDate | undefined,
  ): Judged {
    return this.#judge(event, person, startsAt, windowEndsOn, OF_PERSON);
  }

  #judge(
    event: EventFacts,
    person: PersonFacts,
    startsAt: Instant,
    windowEndsOn: WorkDate | undefined,
    { allows, mostMinutes }: Limits,
  ): Judged {
    const { store, holidays } = this.input;
    const reasons = evaluate({
      event: event.scheduled ? { ...event, scheduled: false } : event,
      person,
      startsAt,
      store,
      planned: this.workOf(person.id),
      holidays,
      ...(windowEndsOn !== undefined && { windowEndsOn }),
    });
    const judged: Judged = { startsAt, obstacles: [], overrides: [], hints: [] };
    for (const reason of reasons) {
      if (reason.severity === 'hint') judged.hints.push(reason);
      else if (reason.severity === 'soft' && allows(reason.code)) judged.overrides.push(reason);
      else judged.obstacles.push(reason);
    }
    const day = this.dayOf(startsAt);
    const minutes = this.minutesInWeek(person.id, day, event.id) + event.durationMinutes;
    if (minutes > mostMinutes) {
      judged.obstacles.push({
        code: 'week_minutes',
        message: `${person.name} would have ${hours(minutes)} in the week from ${formatDay(weekStart(day))}; ${hours(mostMinutes)} is the most. Choose another week or person.`,
      });
    }
    return judged;
  }

  /** Whether a plan leaves out an event, because it is marked so or by the caller's options. */
  isLeftOut(eventId: number): boolean {
    return this.#leftOut.has(eventId);
  }

  /** Whether an open event is one of those to plan. */
  mayPlan({ id, type }: Pick<EventFacts, 'id' | 'type'>): boolean {
    return !this.#leftOut.has(id) && (this.options.types?.includes(type) ?? true);
  }

  /** The most minutes that a person gets in a week. */
  get mostMinutesPerWeek(): number {
    return this.#limits.mostMinutes;
  }

  allows(code: string): boolean {
    return this.#limits.allows(code);
  }

  /**
   * Whether a rule certainly excludes a person on a day: their role, or other long work. This quick
   * check is for searches over many people; the rules evaluate everybody who passes it.
   */
  isOut(event: EventFacts, person: PersonFacts, day: WorkDate): boolean {
    if (roleObstacle(person.role, event.type, this.input.store) === 'hard') return true;
    const [isCore, isJuicerWork] = [event.type === 'Core', isJuicer(event.type)];
    if (!isCore && !isJuicerWork) return false;
    return this.workOf(person.id).some(
      (work) =>
        work.workDate === day &&
        work.eventId !== event.id &&
        (work.type === 'Core' || (isCore && isJuicer(work.type))),
    );
  }

  /**
   * Returns the best usual start of a person on a day: without obstacles, with the fewest overrides
   * and hints, and of these the one at which the fewest other people start. Short work of a person
   * who starts other short work at each of them begins a quarter of an hour after one.
   */
  judgeDay(
    event: EventFacts,
    person: PersonFacts,
    day: WorkDate,
    windowEndsOn?: WorkDate | undefined,
  ): Judged {
    const { timeZone } = this.input.store;
    const sameType = this.workOn(day).filter((work) => work.type === event.type && work.eventId !== event.id);
    const taken = (slot: string) =>
      sameType.filter((work) => timeOf(work.startsAt, timeZone) === slot).length;
    const slots = this.slots(event.type);
    const sortedSlots = sameType.length === 0 ? slots : slots.toSorted((a, b) => taken(a) - taken(b));
    let best: Judged | undefined;
    for (const slot of sortedSlots) {
      const judged = this.evaluate(event, person, this.at(day, slot), windowEndsOn);
      if (!best || badness(judged) < badness(best)) best = judged;
      if (badness(judged) === 0 || !dependsOnStart(judged, person, day)) break;
    }
    if (best?.hints.some(({ code }) => code === 'same_start')) {
      const taken = this.shortStarts(person.id, day, event.id);
      for (const startsAt of this.startsApart(event, day, taken)) {
        const judged = this.evaluate(event, person, startsAt, windowEndsOn);
        if (badness(judged) < badness(best)) best = judged;
      }
    }
    return best ?? this.evaluate(event, person, this.at(day, '12:00'), windowEndsOn);
  }
}

const badness = ({ obstacles, overrides, hints }: Judged): number =>
  1_000_000 * obstacles.length + 1_000 * overrides.length + hints.length;

function dependsOnStart(
  { obstacles, overrides, hints }: Judged,
  person: PersonFacts,
  day: WorkDate,
): boolean {
  if (hints.length > 0 || obstacles.some((each) => BY_START.includes(each.code))) return true;
  return (
    [...obstacles, ...overrides].some((each) => BY_HOURS.includes(each.code)) &&
    hoursOffOn(person, day).length > 0
  );
}

/**
 * Returns proposed work as input for the rules. Its schedule has no id yet, so the negative id of
 * the event is used, which no other schedule has.
 */
const workOf = (
  event: EventFacts,
  employeeId: number,
  startsAt: Instant,
  workDate: WorkDate,
): PlannedWork => ({
  scheduleId: -event.id,
  eventId: event.id,
  employeeId,
  type: event.type,
  startsAt,
  endsAt: addMinutes(startsAt, event.durationMinutes),
  workDate,
});

const knownMinutes = new WeakMap<object, number>();

/** Minutes of presence. */
export function minutesOf(work: Pick<PlannedWork, 'startsAt' | 'endsAt'>): number {
  const known = knownMinutes.get(work);
  if (known !== undefined) return known;
  const minutes = (Date.parse(work.endsAt) - Date.parse(work.startsAt)) / 60_000;
  knownMinutes.set(work, minutes);
  return minutes;
}

/** Minutes for a sentence: `6½ h`, `40 h`, `5 min`. */
export function hours(minutes: number): string {
  if (minutes < 60) return `${Math.round(minutes)} min`;
  const halves = Math.round(minutes / 30);
  return `${Math.floor(halves / 2) || ''}${halves % 2 === 1 ? '½' : ''} h`;
}
