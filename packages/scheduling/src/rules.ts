import {
  type Absence,
  type AvailabilityFacts,
  absencesOn,
  type Holiday,
  holidayOn,
  hoursOffOn,
} from './availability.ts';
import { eventNumber, eventTitle, type PerType, slotsFor } from './event-type.ts';
import { hoursInWords, isDuring } from './hours.ts';
import {
  addDays,
  addMinutes,
  daysTouched,
  formatClock,
  formatDay,
  formatDays,
  formatTime,
  instantAt,
  timeOf,
  weekStart,
  workDateOf,
} from './time.ts';
import {
  CLOSED_CONDITIONS,
  type Condition,
  type EventType,
  type Instant,
  LONG_WORK,
  type NoonCheckOrder,
  ROLES,
  type Role,
  type RoleLimit,
  type WorkDate,
} from './vocabulary.ts';

/** The facts of an event that the rules need. */
export interface EventFacts {
  id: number;
  type: EventType;
  name: string;
  /** First local day on which it may be worked. */
  startsOn: WorkDate;
  /** Due day: the last work day is the one before. */
  dueOn: WorkDate;
  condition: Condition;
  durationMinutes: number;
  /** Has a live schedule here or a booking in Crossmark. */
  scheduled: boolean;
}

/** The facts of a person that the rules need. */
export interface PersonFacts extends AvailabilityFacts {
  id: number;
  name: string;
  role: Role;
  /** Null if the person isn't linked to a rep, so that nothing can be booked for them. */
  repId: string | null;
  /** Last local work date; null while the person is with us. */
  terminatedOn: WorkDate | null;
}

/** The facts of a live schedule that the rules need. */
export interface PlannedWork {
  scheduleId: number;
  eventId: number;
  employeeId: number;
  type: EventType;
  startsAt: Instant;
  endsAt: Instant;
  workDate: WorkDate;
}

/** The facts of a store that the rules need: its zone and its settings. */
export interface StoreRules {
  timeZone: string;
  /** Usual starts; the product's defaults if the store set none. */
  slots: PerType<readonly string[]>;
  /** How firm the limits of roles are; the product's defaults if the store set none. */
  roleLimits: PerType<RoleLimit>;
  /** Who is asked first to do a noon check. */
  noonCheckBy: NoonCheckOrder;
}

/** The facts of a store without settings. */
export const usualRules = (timeZone: string): StoreRules => ({
  timeZone,
  slots: {},
  roleLimits: {},
  noonCheckBy: 'lead_with_core',
});

/** A person doing an event at a time, which the rules evaluate. */
export interface Candidate {
  event: EventFacts;
  person: PersonFacts;
  startsAt: Instant;
  store: StoreRules;
  /** Live work of the store, at least the person's in the week of `startsAt`. */
  planned: readonly PlannedWork[];
  holidays: readonly Holiday[];
  /**
   * Live schedules that the candidate replaces: the event's own schedule if it moves, both
   * schedules in a trade.
   */
  ignoreScheduleIds?: readonly number[];
  /**
   * Only for a reissue: the new expiry day, which replaces the window's due day. The last work day
   * is the day before.
   */
  windowEndsOn?: WorkDate;
}

/** `hard`: forbidden. `soft`: allowed with a reason, which is stored. `hint`: displayed only. */
export type Severity = 'hard' | 'soft' | 'hint';
/** The worst first. */
const SEVERITIES: readonly Severity[] = ['hard', 'soft', 'hint'];

export type ReasonCode =
  | 'role'
  | 'window'
  | 'retired'
  | 'unlinked'
  | 'not_schedulable'
  | 'already_scheduled'
  | 'time_off'
  | 'holiday'
  | 'date_unavailable'
  | 'second_core'
  | 'long_overlap'
  | 'pattern_unavailable'
  | 'range_unavailable'
  | 'club_supervisor_on_core'
  | 'core_on_juicer_day'
  | 'seventh_day'
  | 'unusual_start'
  | 'same_start'
  | 'trade_not_core'
  | 'trade_same_person'
  | 'trade_over';

/** A reason against a candidate. The sentence names the conflict, its cause and the way out. */
export interface Reason {
  code: ReasonCode;
  severity: Severity;
  message: string;
}

/**
 * The roles that do each type of work. If the limit is soft, people of other roles may do it with a
 * reason, see {@link roleLimitFor}. A Club Supervisor may do a Core with a reason, see {@link
 * evaluate}.
 */
const MAY_DO: Record<EventType, readonly Role[]> = {
  Core: ['Event Specialist', 'Lead Event Specialist', 'Juicer Barista', 'Club Supervisor'],
  Supervisor: ['Club Supervisor', 'Lead Event Specialist'],
  'Juicer Production': ['Juicer Barista', 'Club Supervisor'],
  'Juicer Survey': ['Juicer Barista', 'Club Supervisor'],
  'Digital Setup': ['Lead Event Specialist', 'Club Supervisor'],
  'Digital Refresh': ['Lead Event Specialist', 'Club Supervisor'],
  'Digital Teardown': ['Lead Event Specialist', 'Club Supervisor'],
  Freeosk: ['Lead Event Specialist', 'Club Supervisor'],
  Other: ['Lead Event Specialist', 'Club Supervisor'],
};

/** How firm the limit of roles is for each type of work, unless a store sets something else. */
export const DEFAULT_ROLE_LIMITS: Record<EventType, RoleLimit> = {
  Core: 'hard',
  Supervisor: 'hard',
  'Juicer Production': 'soft',
  'Juicer Survey': 'soft',
  'Digital Setup': 'hard',
  'Digital Refresh': 'hard',
  'Digital Teardown': 'hard',
  Freeosk: 'soft',
  Other: 'soft',
};

/**
 * How firm the limit of roles is for a type of work: the store's setting, otherwise the product's
 * default.
 */
export function roleLimitFor(type: EventType, set: PerType<RoleLimit>): RoleLimit {
  return set[type] ?? DEFAULT_ROLE_LIMITS[type];
}

/**
 * The roles whose people do a type of work without a reason. A Club Supervisor counts as one that
 * does Cores, with a warning.
 */
export const rolesFor = (type: EventType): readonly Role[] => MAY_DO[type];

/** Whether every role does a type of work, so that nobody is limited. */
export const everyRoleDoes = (type: EventType): boolean => MAY_DO[type].length === ROLES.length;

/**
 * How firmly a person's role speaks against a type of work in a store; null if people of this role
 * do it.
 */
export function roleObstacle(
  role: Role,
  type: EventType,
  store: Pick<StoreRules, 'roleLimits'>,
): RoleLimit | null {
  return MAY_DO[type].includes(role) ? null : roleLimitFor(type, store.roleLimits);
}

/** The roles that do a type of work, for a sentence: `a Juicer Barista or a Club Supervisor`. */
export const rolesInWords = (type: EventType): string => MAY_DO[type].map(withArticle).join(' or ');

/** The most work days from Sunday to Saturday without an override. */
export const MOST_WORK_DAYS = 6;

/** Returns all reasons against a candidate: hard reasons first, then soft ones, then hints. */
export function evaluate(candidate: Candidate): Reason[] {
  return reasonsAgainst(candidate, OR_OVERRIDE);
}

const OR_OVERRIDE = ', or save it with a reason';

/**
 * Does {@link evaluate} for a change that takes no overrides, so the sentences of soft reasons
 * don't offer one.
 */
export function evaluateFirmly(candidate: Candidate): Reason[] {
  return reasonsAgainst(candidate, '');
}

/**
 * @param orElse what a user may do about a soft reason instead of changing the plan; empty if there
 * is nothing
 */
function reasonsAgainst(candidate: Candidate, orElse: string): Reason[] {
  const { event, person, startsAt, store } = candidate;
  const { timeZone } = store;
  const day = workDateOf(startsAt, timeZone);
  const endsAt = addMinutes(startsAt, event.durationMinutes);
  const on = formatDay(day);
  const what = labelOf(event);
  const ignored = candidate.ignoreScheduleIds ?? [];
  // An event has at most one live schedule, so scheduled work of this event is the candidate
  // itself.
  const others = candidate.planned.filter(
    (work) =>
      work.employeeId === person.id && work.eventId !== event.id && !ignored.includes(work.scheduleId),
  );
  const thatDay = others.filter((work) => work.workDate === day);
  const at = (work: PlannedWork) => formatTime(work.startsAt, timeZone);

  const reasons: Reason[] = [];
  const add = (severity: Severity, code: ReasonCode, message: string) =>
    reasons.push({ code, severity, message });
  const hard = (code: ReasonCode, message: string) => add('hard', code, message);
  const soft = (code: ReasonCode, problem: string, wayOut: string) =>
    add('soft', code, `${problem} ${wayOut}${orElse}.`);

  const limit = roleObstacle(person.role, event.type, store);
  if (limit) {
    const problem = `${person.name} is ${withArticle(person.role)}, but ${what} is for ${rolesInWords(event.type)}.`;
    if (limit === 'hard') hard('role', `${problem} Choose one of them.`);
    else soft('role', problem, 'Choose one of them');
  }
  windowReason(candidate, day, what, hard);
  if (person.repId === null) {
    hard(
      'unlinked',
      `${person.name} has no RepID, so Crossmark can't book them. Link them on their page, or choose somebody else.`,
    );
  }
  conditionReason(candidate, what, hard);
  const told = new Set<string>();
  for (const each of daysTouched(startsAt, endsAt, timeZone)) {
    const goesOn =
      each === day ? null : `${what} goes on until ${formatTime(endsAt, timeZone)} on ${formatDay(each)}`;
    const reasonsOfDay = [
      ...againstDay(person, each, candidate.holidays, goesOn, orElse),
      ...againstHours(person, each, { startsAt, endsAt, timeZone }, goesOn, orElse),
    ];
    for (const { key, reason } of reasonsOfDay) {
      if (told.has(key)) continue;
      told.add(key);
      reasons.push(reason);
    }
  }

  if (event.type === 'Core' && person.role === 'Club Supervisor') {
    soft(
      'club_supervisor_on_core',
      `${person.name} is a Club Supervisor, who does Cores only when nobody else can.`,
      'Choose somebody else',
    );
  }
  const clash = juicerClash(event.type, thatDay);
  if (clash) {
    soft(
      'core_on_juicer_day',
      `${person.name} has ${withArticle(clash.type)} at ${at(clash)} on ${on}: nobody does a Core on a day of Juicer work.`,
      'Choose another day or person',
    );
  }
  const core = event.type === 'Core' ? thatDay.find((work) => work.type === 'Core') : undefined;
  if (core) {
    soft(
      'second_core',
      `${person.name} already has a Core at ${at(core)} on ${on}.`,
      'Choose another day or person',
    );
  }
  if (isLong(event.type)) {
    for (const work of others) {
      if (isLong(work.type) && startsAt < work.endsAt && endsAt > work.startsAt) {
        soft(
          'long_overlap',
          `${person.name} has ${withArticle(work.type)} from ${at(work)} to ${formatTime(work.endsAt, timeZone)} on ${formatDay(work.workDate)}, which overlaps.`,
          'Choose another time or person',
        );
      }
    }
  }
  const sunday = weekStart(day);
  const nextSunday = addDays(sunday, 7);
  const workDays = new Set(
    others.map((work) => work.workDate).filter((other) => sunday <= other && other < nextSunday),
  ).add(day);
  if (workDays.size > MOST_WORK_DAYS) {
    soft(
      'seventh_day',
      `${person.name} would work all seven days of the week from ${formatDay(sunday)}; ${MOST_WORK_DAYS} is the most.`,
      'Choose another week or person',
    );
  }

  const beside = isNoonCheckOrLong(event.type) ? [] : others.filter((work) => !isNoonCheckOrLong(work.type));
  const slots = slotsFor(event.type, store.slots);
  const isUsual =
    slots.includes(timeOf(startsAt, timeZone)) ||
    isBesideUsual(
      startsAt,
      slots.map((slot) => instantAt(day, slot, timeZone)),
      beside,
    );
  if (!isUsual) {
    const usual = slots.map(formatClock);
    add(
      'hint',
      'unusual_start',
      `${formatTime(startsAt, timeZone)} is no usual start for ${withArticle(event.type)} (${usual.join(', ')}).`,
    );
  }
  const twin = beside.find((work) => work.startsAt === startsAt);
  if (twin) {
    add(
      'hint',
      'same_start',
      `${person.name} also starts ${withArticle(twin.type)} at ${at(twin)}. A quarter of an hour apart would do.`,
    );
  }
  return reasons.toSorted((a, b) => SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity));
}

/** A person's short work begins this far apart where usual starts are taken by other work of theirs. */
export const MINUTES_APART = 15;

/**
 * Whether a start that is not a usual one is quarters of an hour away from one, and the person's other short work
 * begins at that one and at all between.
 */
function isBesideUsual(
  startsAt: Instant,
  usual: readonly Instant[],
  beside: readonly { startsAt: Instant }[],
): boolean {
  const taken = new Set(beside.map((work) => Date.parse(work.startsAt)));
  const wanted = Date.parse(startsAt);
  return usual.some((slot) => {
    let at = Date.parse(slot);
    const step = Math.sign(wanted - at) * MINUTES_APART * 60_000;
    while (taken.has(at) && at !== wanted) at += step;
    return at === wanted;
  });
}

/**
 * The reasons against any work of a person on a day: the person has left, the store is closed, the
 * person is off.
 */
export function reasonsAgainstDay(
  person: PersonFacts,
  day: WorkDate,
  holidays: readonly Holiday[],
): Reason[] {
  return againstDay(person, day, holidays, null, OR_OVERRIDE).map(({ reason }) => reason);
}

/**
 * Returns {@link reasonsAgainstDay} for work that begins on that day or continues into it.
 * @param goesOn a text about the work that continues into this day; null if the work begins on it
 */
function againstDay(
  person: PersonFacts,
  day: WorkDate,
  holidays: readonly Holiday[],
  goesOn: string | null,
  orElse: string,
): KeyedReason[] {
  const on = formatDay(day);
  const reaches = goesOn === null ? '' : `, and ${goesOn}`;
  const wayOut = goesOn === null ? 'Choose another day' : 'Choose an earlier start, another day';
  const reasons: KeyedReason[] = [];
  const add = (key: string, severity: Severity, code: ReasonCode, message: string) =>
    reasons.push({ key, reason: { code, severity, message } });
  if (person.terminatedOn !== null && day > person.terminatedOn) {
    const left = `${person.name}'s last work day is ${formatDay(person.terminatedOn)}`;
    const message =
      goesOn === null
        ? `${left}, before ${on}. Choose somebody else.`
        : `${left}${reaches}. Choose an earlier start or somebody else.`;
    add('retired', 'hard', 'retired', message);
  }
  const holiday = holidayOn(day, holidays);
  if (holiday) {
    add(
      `holiday ${day}`,
      'hard',
      'holiday',
      `The store is closed on ${on}: ${holiday.name}${reaches}. ${wayOut}.`,
    );
  }
  for (const { cause, reason, because } of absencesOn(person, day)) {
    const isHard = isHardAbsence(cause);
    const problem = `${person.name} ${ABSENT[cause]} on ${on}${because}${reaches}.`;
    add(
      `${cause} ${reason}`,
      isHard ? 'hard' : 'soft',
      cause,
      `${problem} ${wayOut} or person${isHard ? '' : orElse}.`,
    );
  }
  return reasons;
}

/** A reason with a key, which is the same if one reason covers two days. */
interface KeyedReason {
  key: string;
  reason: Reason;
}

const isHardAbsence = (cause: Absence['cause']): boolean =>
  cause === 'time_off' || cause === 'date_unavailable';

/** The reasons against work that lasts into hours of a day in which a person is off. */
function againstHours(
  person: PersonFacts,
  day: WorkDate,
  { timeZone, ...work }: { startsAt: Instant; endsAt: Instant; timeZone: string },
  goesOn: string | null,
  orElse: string,
): KeyedReason[] {
  return hoursOffOn(person, day)
    .filter((off) => isDuring(work, day, off, timeZone))
    .map((off) => {
      const { cause, reason, because } = off;
      const isHard = isHardAbsence(cause);
      const hours = cause === 'pattern_unavailable' ? '' : ` ${hoursInWords(off)}`;
      const problem = `${person.name} ${ABSENT[cause]} on ${formatDay(day)}${hours}${because}${goesOn === null ? '' : `, and ${goesOn}`}.`;
      const wayOut = goesOn === null ? 'Choose another time, day' : 'Choose an earlier start, another day';
      return {
        key: `${cause}${hours} ${reason}`,
        reason: {
          code: cause,
          severity: isHard ? 'hard' : 'soft',
          message: `${problem} ${wayOut} or person${isHard ? '' : orElse}.`,
        },
      };
    });
}

const ABSENT: Record<Absence['cause'], string> = {
  time_off: 'has time off',
  date_unavailable: 'is blocked',
  range_unavailable: 'is unavailable',
  pattern_unavailable: 'is unavailable',
};

type Hard = (code: ReasonCode, message: string) => void;

/** One rule for every event: the work date is on or after the start day and strictly before the due day. */
function windowReason({ event, windowEndsOn }: Candidate, day: WorkDate, what: string, hard: Hard): void {
  const on = formatDay(day);
  if (windowEndsOn !== undefined) {
    if (day >= windowEndsOn) {
      hard(
        'window',
        `${what} is reopened until ${formatDay(addDays(windowEndsOn, -1))}, and ${on} is later. Choose an earlier day or a later expiry.`,
      );
    }
  } else if (event.startsOn >= event.dueOn) {
    hard(
      'window',
      `${what} starts and is due on ${formatDay(event.dueOn)}, so there is no day to work it on. Have its dates corrected in Crossmark.`,
    );
  } else if (day < event.startsOn || day >= event.dueOn) {
    const [first, last] = [event.startsOn, addDays(event.dueOn, -1)];
    const days = `${first === last ? 'on' : 'from'} ${formatDays(first, last)}`;
    hard('window', `${what} can be worked ${days}, and ${on} is outside. Choose a day within.`);
  }
}

function conditionReason(candidate: Candidate, what: string, hard: Hard): void {
  const { event, windowEndsOn, ignoreScheduleIds = [] } = candidate;
  const reissue = windowEndsOn !== undefined;
  if (reissue ? event.condition === 'Canceled' : CLOSED_CONDITIONS.includes(event.condition)) {
    const wayOut =
      event.condition === 'Submitted' ? 'Reissue it to have it done again.' : 'Choose another event.';
    hard('not_schedulable', `${what} is ${event.condition} in Crossmark and takes no booking. ${wayOut}`);
  } else if (event.scheduled && !reissue && ignoreScheduleIds.length === 0) {
    hard('already_scheduled', `${what} is already scheduled. Move that schedule, or unschedule it first.`);
  }
}

/** Juicer work beside a Core, or a Core beside Juicer work. */
function juicerClash(type: EventType, thatDay: readonly PlannedWork[]): PlannedWork | undefined {
  if (type === 'Core') return thatDay.find((work) => isJuicer(work.type));
  return isJuicer(type) ? thatDay.find((work) => work.type === 'Core') : undefined;
}

const isJuicer = (type: EventType) => type === 'Juicer Production' || type === 'Juicer Survey';
const isLong = (type: EventType) => LONG_WORK.includes(type);
/**
 * A Supervisor event is a check of five minutes at noon, so any number of them may start at once.
 */
/** Whether a type of work is a noon check or long, so that other work may begin at the same time. */
export const isNoonCheckOrLong = (type: EventType): boolean => type === 'Supervisor' || isLong(type);
/** A role or type with its article, for a sentence: `an Event Specialist`. */
export const withArticle = (noun: Role | EventType): string => `${/^[AEIO]/.test(noun) ? 'an' : 'a'} ${noun}`;

/** The short name for sentences: type and number; without a number, what people call the event. */
export function labelOf(event: Pick<EventFacts, 'type' | 'name'>): string {
  const number = eventNumber(event.name);
  return number ? `${event.type} ${number}` : `“${eventTitle(event.name)}”`;
}

/** One side of a trade: a scheduled event and who does it now. */
export interface TradeSide {
  scheduleId: number;
  event: EventFacts;
  person: PersonFacts;
  startsAt: Instant;
  endsAt: Instant;
  /** Reissued work: its expiry, as in {@link Candidate}. */
  windowEndsOn?: WorkDate;
}

/**
 * Whether two Core schedules may swap people. Each side is checked against every rule as if neither
 * schedule existed; a trade takes no overrides, so every reason except a hint refuses it. Work that
 * is over can't be traded. `a` has the reasons against B's person doing A's event, `b` the other
 * way round.
 */
export function evaluateTrade(trade: {
  a: TradeSide;
  b: TradeSide;
  store: StoreRules;
  planned: readonly PlannedWork[];
  holidays: readonly Holiday[];
  now: Instant;
}): { allowed: boolean; a: Reason[]; b: Reason[] } {
  const { a, b, store, planned, holidays, now } = trade;
  const ignoreScheduleIds = [a.scheduleId, b.scheduleId];
  const check = (side: TradeSide, other: TradeSide): Reason[] => {
    const reasons = reasonsAgainst(
      {
        event: side.event,
        person: other.person,
        startsAt: side.startsAt,
        store,
        planned,
        holidays,
        ignoreScheduleIds,
        ...(side.windowEndsOn ? { windowEndsOn: side.windowEndsOn } : {}),
      },
      '',
    );
    if (side.event.type !== 'Core') {
      const message = `${labelOf(side.event)} is no Core: only two Cores can be traded. Change its person instead.`;
      reasons.unshift({ code: 'trade_not_core', severity: 'hard', message });
    }
    if (side.endsAt <= now) {
      const { timeZone } = store;
      const ended = `${formatDay(workDateOf(side.endsAt, timeZone))} at ${formatTime(side.endsAt, timeZone)}`;
      const message = `${labelOf(side.event)} was over on ${ended}, so it can’t be traded. If somebody else did it, change its person.`;
      reasons.unshift({ code: 'trade_over', severity: 'hard', message });
    }
    if (side.person.id === other.person.id) {
      const message = `${side.person.name} does both Cores already, so there is nothing to trade. Choose somebody else's.`;
      reasons.unshift({ code: 'trade_same_person', severity: 'hard', message });
    }
    return reasons;
  };
  const result = { a: check(a, b), b: check(b, a) };
  return { ...result, allowed: [...result.a, ...result.b].every((reason) => reason.severity === 'hint') };
}
