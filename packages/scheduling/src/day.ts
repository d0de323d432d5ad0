import {
  type Absence,
  type AvailabilityFacts,
  absencesOn,
  type Holiday,
  holidayOn,
  hoursOffOn,
} from './availability.ts';
import { eventNumber } from './event-type.ts';
import { hoursInWords, isDuring } from './hours.ts';
import { noonOf, type Pairable, supervisorEventFor } from './pairing.ts';
import {
  labelOf,
  MOST_WORK_DAYS,
  type PlannedWork,
  roleObstacle,
  rolesInWords,
  type StoreRules,
  withArticle,
} from './rules.ts';
import { addDays, daysTouched, formatClock, formatDay, formatTime, timeOf, weekStart } from './time.ts';
import { EVENT_TYPES, type EventType, type Instant, type Role, type WorkDate } from './vocabulary.ts';

/** Store times, `HH:mm`, at which each kind of work usually starts. */
export type Slots = Readonly<Record<EventType, readonly string[]>>;

/** The types of bulk reassignment: the short work that only Leads and Club Supervisors do. */
export const REASSIGNABLE_TYPES: readonly EventType[] = [
  'Supervisor',
  'Freeosk',
  'Digital Setup',
  'Digital Refresh',
  'Digital Teardown',
  'Other',
];

/** A start of one kind of work on a day, and what starts then. */
export interface SlotCover {
  time: string;
  /** Whether it is a usual start; otherwise it is listed because work starts then. */
  usual: boolean;
  scheduleIds: number[];
}

/** For each type of work, the taken and the open starts, by time. */
export function slotCoverage(
  work: readonly Pick<PlannedWork, 'scheduleId' | 'type' | 'startsAt'>[],
  slots: Slots,
  timeZone: string,
): { type: EventType; slots: SlotCover[] }[] {
  return EVENT_TYPES.map((type) => {
    const startingAt = Map.groupBy(
      work.filter((each) => each.type === type),
      (each) => timeOf(each.startsAt, timeZone),
    );
    const times = [...new Set([...slots[type], ...startingAt.keys()])].sort();
    return {
      type,
      slots: times.map((time) => ({
        time,
        usual: slots[type].includes(time),
        scheduleIds: (startingAt.get(time) ?? []).map((each) => each.scheduleId),
      })),
    };
  });
}

/**
 * The state of a Core's noon check. `at_noon`: at noon of that day · `off_noon`: on that day at
 * another time · `other_day`: on another day · `open`: nobody is scheduled · `others`: it belongs
 * to another Core with the same number.
 */
export type NoonState = 'at_noon' | 'off_noon' | 'other_day' | 'open' | 'others';

/** A Core or Supervisor event with its live schedule, as far as pairs need it. */
export interface PairMember extends Pairable {
  live: { workDate: WorkDate; startsAt: Instant } | null;
}

/** A Core of a day, the Supervisor event that belongs to it, and the state of that event. */
export interface CorePair<Member extends PairMember = PairMember> {
  core: Member;
  check: Member;
  state: NoonState;
}

/**
 * The noon checks that belong to a day's Cores; a Core without a Supervisor event has none.
 * @param members the store's Core and Supervisor events that have a number of that day's Cores,
 * without canceled, expired and gone ones
 */
export function corePairs<Member extends PairMember>(
  members: readonly Member[],
  day: WorkDate,
  at: { slots: Slots; timeZone: string },
): CorePair<Member>[] {
  const cores = members.filter((member) => member.type === 'Core');
  return cores.flatMap((core) => {
    const check = core.live?.workDate === day ? supervisorEventFor(core, members) : undefined;
    return check ? [{ core, check, state: noonState(core, check, cores, day, at) }] : [];
  });
}

function noonState(
  core: PairMember,
  check: PairMember,
  cores: readonly PairMember[],
  day: WorkDate,
  { slots, timeZone }: { slots: Slots; timeZone: string },
): NoonState {
  if (!check.live) return 'open';
  if (check.live.workDate === day) {
    return timeOf(check.live.startsAt, timeZone) === noonOf(slots) ? 'at_noon' : 'off_noon';
  }
  // Not the Core itself, which is on this day.
  const sibling = cores.some(
    (other) =>
      eventNumber(other.name) === eventNumber(core.name) && other.live?.workDate === check.live?.workDate,
  );
  return sibling ? 'others' : 'other_day';
}

/** The checks of a day, in display order. */
export const DAY_CHECKS = [
  'juicer_staffed',
  'digital_freeosk_staffed',
  'one_core_each',
  'noon_checks',
  'core_slots',
  'leads',
  'by_rotation',
  'nobody_off',
  'due_scheduled',
  'no_juicer_core_clash',
  'no_seventh_day',
] as const;
export type DayCheckCode = (typeof DAY_CHECKS)[number];

/**
 * How bad the findings of a check are. `critical`: the day can't go as it is planned · `warning`:
 * it can, but not as the store wants it.
 */
export type CheckSeverity = 'critical' | 'warning';

/** The severity of each check. */
export const CHECK_SEVERITIES: Record<DayCheckCode, CheckSeverity> = {
  juicer_staffed: 'critical',
  digital_freeosk_staffed: 'critical',
  one_core_each: 'critical',
  noon_checks: 'warning',
  core_slots: 'warning',
  leads: 'warning',
  by_rotation: 'warning',
  nobody_off: 'critical',
  due_scheduled: 'critical',
  no_juicer_core_clash: 'critical',
  no_seventh_day: 'warning',
};

/** A problem of a day. */
export interface Finding {
  message: string;
  /** The event to correct; null if it is not a single one. */
  eventId: number | null;
  /** The reason with which a person accepted it; null if nobody did. */
  accepted: string | null;
}

/** A check with its findings. It passes if there are none or all are accepted. */
export interface DayCheck {
  code: DayCheckCode;
  severity: CheckSeverity;
  findings: Finding[];
}

/** Live work of the day that is verified. */
export interface DayWork extends PlannedWork {
  name: string;
  /** Why a soft conflict was accepted. */
  overrideReason: string | null;
}

/** A person with work on the day. */
export interface DayPerson extends AvailabilityFacts {
  id: number;
  name: string;
  role: Role;
  /** Last local work date; null while the person is with us. */
  terminatedOn: WorkDate | null;
  /** Their live work of the week of the day, Sunday to Saturday, in all stores. */
  weekWork: readonly Pick<DayWork, 'workDate' | 'overrideReason'>[];
}

/** The person whose turn it is, by rotation or by an exception for the day. */
export interface DayTurn {
  employeeId: number;
  name: string;
  /** Why the person isn't there; null if they are. */
  off: string | null;
}

/** The facts of a store's day that its checks need. */
export interface DayFacts {
  day: WorkDate;
  timeZone: string;
  slots: Slots;
  roleLimits: StoreRules['roleLimits'];
  holidays: readonly Holiday[];
  /** People; at least everybody who has work that day. */
  people: readonly DayPerson[];
  work: readonly DayWork[];
  pairs: readonly CorePair[];
  /** Unscheduled events whose last day this is. */
  due: readonly { id: number; type: EventType; name: string }[];
  /** The person whose turn it is; null if nobody is named. */
  turns: { juicer: DayTurn | null; primaryLead: DayTurn | null };
}

/**
 * Checks a day. Returns each check with its findings; a finding that a person accepted has their
 * reason.
 */
export function verifyDay(facts: DayFacts): DayCheck[] {
  const findings: Record<DayCheckCode, Finding[]> = {
    juicer_staffed: roleFindings(facts, isJuicer),
    digital_freeosk_staffed: roleFindings(facts, isForLeads),
    one_core_each: coreFindings(facts),
    noon_checks: noonFindings(facts),
    core_slots: slotFindings(facts),
    leads: leadFindings(facts),
    by_rotation: rotationFindings(facts),
    nobody_off: absenceFindings(facts),
    due_scheduled: facts.due.map((event) =>
      finding(
        `${labelOf(event)} is not scheduled, and ${formatDay(facts.day)} is its last day. Schedule it.`,
        event,
      ),
    ),
    no_juicer_core_clash: clashFindings(facts),
    no_seventh_day: seventhDayFindings(facts),
  };
  return DAY_CHECKS.map((code) => ({ code, severity: CHECK_SEVERITIES[code], findings: findings[code] }));
}

/** Whether all findings are accepted. */
export const isFine = (check: DayCheck): boolean => check.findings.every((each) => each.accepted !== null);

/** What a score is lowered by: at most `open` by open work, and by findings up to a limit. */
const DEDUCTIONS = {
  open: 50,
  critical: { each: 10, most: 30 },
  warning: { each: 5, most: 20 },
} as const;

/**
 * The number of things to correct of one severity. Whatever is wrong with one event counts once,
 * and what a person accepted doesn't count.
 */
export function countFindings(checks: readonly DayCheck[], severity: CheckSeverity): number {
  const open = checks
    .filter((check) => check.severity === severity)
    .flatMap(({ findings }) => findings)
    .filter(({ accepted }) => accepted === null);
  return new Set(open.map(({ eventId, message }) => eventId ?? message)).size;
}

/**
 * How well a day is planned, from 100 for a day with nothing to correct down to 0.
 * @param day.scheduled the number of scheduled events of the day
 * @param day.due the number of unscheduled events whose last day it is
 */
export function scoreOf(day: { scheduled: number; due: number; checks: readonly DayCheck[] }): number {
  const { scheduled, due, checks } = day;
  const openShare = due === 0 ? 0 : due / (scheduled + due);
  const deductedFor = (severity: CheckSeverity) => {
    const { each, most } = DEDUCTIONS[severity];
    return Math.min(each * countFindings(checks, severity), most);
  };
  return Math.round(100 - DEDUCTIONS.open * openShare - deductedFor('critical') - deductedFor('warning'));
}

const isJuicer = (type: EventType) => type === 'Juicer Production' || type === 'Juicer Survey';
const isForLeads = (type: EventType) => type === 'Freeosk' || type.startsWith('Digital ');

const idOf = (event: { id: number } | { eventId: number }): number =>
  'id' in event ? event.id : event.eventId;

const finding = (
  message: string,
  event: { id: number } | { eventId: number } | undefined,
  accepted: string | null = null,
): Finding => ({
  message,
  eventId: event ? idOf(event) : null,
  accepted,
});

/** Finds work of some types that is done by people whose role doesn't do it. */
function roleFindings(facts: DayFacts, isMeant: (type: EventType) => boolean): Finding[] {
  const { people, work } = facts;
  return work.flatMap((each) => {
    const person = people.find(({ id }) => id === each.employeeId);
    const limit = person && isMeant(each.type) ? roleObstacle(person.role, each.type, facts) : null;
    if (!person || !limit) return [];
    const message = `${labelOf(each)} is ${person.name}’s, who is ${withArticle(person.role)}. Give it to ${rolesInWords(each.type)}.`;
    return [finding(message, each, limit === 'soft' ? each.overrideReason : null)];
  });
}

/** The types of work that the person does whose turn it is, by kind of turn. */
const WORK_OF_TURNS = [
  { kind: 'juicer', role: 'the Juicer', types: ['Juicer Production', 'Juicer Survey'] },
  {
    kind: 'primaryLead',
    role: 'the primary Lead',
    types: ['Digital Setup', 'Digital Refresh', 'Freeosk'],
  },
] as const satisfies { kind: keyof DayFacts['turns']; role: string; types: readonly EventType[] }[];

/**
 * Finds work that the rotation gives to somebody else. If the person whose turn it is has the day
 * off, that is the only finding. A day on which the store is closed is nobody's turn.
 */
function rotationFindings({ day, holidays, people, work, turns }: DayFacts): Finding[] {
  if (holidayOn(day, holidays)) return [];
  return WORK_OF_TURNS.flatMap(({ kind, role, types }) => {
    const turn = turns[kind];
    if (!turn) return [];
    if (turn.off !== null) {
      const message = `${turn.name} is ${role} on ${formatDay(day)} by rotation and is off: ${turn.off}. Name a substitute for the day.`;
      return [finding(message, undefined)];
    }
    return work
      .filter((each) => types.some((type) => type === each.type) && each.employeeId !== turn.employeeId)
      .map((each) => {
        const by = people.find(({ id }) => id === each.employeeId)?.name ?? 'somebody else';
        const message = `${labelOf(each)} is ${by}’s, and ${turn.name} is ${role} of the day. Give it to ${turn.name}, or change whose turn it is.`;
        return finding(message, each, each.overrideReason);
      });
  });
}

function coreFindings(facts: DayFacts): Finding[] {
  return byPerson(facts).flatMap(({ person, work }) => {
    const cores = work.filter((each) => each.type === 'Core');
    if (cores.length < 2) return [];
    const times = cores.map((core) => formatTime(core.startsAt, facts.timeZone)).join(' and ');
    const message = `${person.name} has ${cores.length} Cores, at ${times}. Give one to somebody else.`;
    return [finding(message, cores.at(-1), acceptedFor(cores, 1))];
  });
}

function noonFindings({ day, timeZone, slots, pairs, work }: DayFacts): Finding[] {
  const noon = formatClock(noonOf(slots));
  const ofCores = pairs.flatMap(({ core, check, state }) => {
    if (state === 'open') {
      return [
        finding(`${labelOf(check)} is open: nobody checks ${labelOf(core)} at noon. Schedule it.`, check),
      ];
    }
    if (state !== 'other_day' || !check.live) return [];
    const message = `${labelOf(check)} is on ${formatDay(check.live.workDate)}, its Core on ${formatDay(day)}. Move it.`;
    return [finding(message, check)];
  });
  const late = work
    .filter((each) => each.type === 'Supervisor' && timeOf(each.startsAt, timeZone) !== noonOf(slots))
    .map((each) => {
      const at = formatTime(each.startsAt, timeZone);
      return finding(`${labelOf(each)} is at ${at} and not at ${noon}. Move it.`, each);
    });
  return [...ofCores, ...late];
}

/**
 * So many Cores at one start are too many as long as other usual starts of the store are unused.
 */
const CROWD = 3;

/**
 * Starts are balanced if no start has three Cores or more while the Cores use fewer different
 * starts than the store has slots. It makes no difference which starts these are.
 */
function slotFindings({ work, slots, timeZone }: DayFacts): Finding[] {
  const starting = Map.groupBy(
    work.filter((each) => each.type === 'Core'),
    (core) => timeOf(core.startsAt, timeZone),
  );
  const [fullest] = [...starting].toSorted(
    ([timeA, a], [timeB, b]) => b.length - a.length || (timeA < timeB ? -1 : 1),
  );
  const unused = slots.Core.find((time) => !starting.has(time));
  if (!fullest || fullest[1].length < CROWD || unused === undefined || starting.size >= slots.Core.length) {
    return [];
  }
  const [time, cores] = fullest;
  const message = `${cores.length} Cores start at ${formatClock(time)}, none at ${formatClock(unused)}. Move one.`;
  return [finding(message, cores.at(-1))];
}

/**
 * If several Leads work, one has to be there by the first usual start of Cores. Another one has to
 * start some work at the last usual start or later, and so stays to the end.
 */
function leadFindings(facts: DayFacts): Finding[] {
  const { slots, timeZone } = facts;
  const leads = byPerson(facts)
    .filter(({ person }) => person.role === 'Lead Event Specialist')
    .map(({ person, work }) => {
      const [first, last] = [work[0], work.at(-1)];
      return {
        person,
        work: work.find((each) => each.type === 'Core') ?? first,
        from: first ? timeOf(first.startsAt, timeZone) : '',
        to: last ? timeOf(last.startsAt, timeZone) : '',
      };
    });
  const usual = slots.Core.toSorted();
  const [opening, closing] = [usual[0], usual.at(-1)];
  if (leads.length < 2 || opening === undefined || closing === undefined) return [];
  const openers = leads.filter(({ from }) => from <= opening);
  const closers = leads.filter(({ to }) => to >= closing);
  const findings: Finding[] = [];
  if (openers.length === 0) {
    const first = leads.toSorted((a, b) => (a.from < b.from ? -1 : 1))[0];
    const message = `No Lead opens: ${first?.person.name} is the first, at ${formatClock(first?.from ?? '')}. Have one start by ${formatClock(opening)}.`;
    findings.push(finding(message, first?.work));
  }
  if (closers.length === 0) {
    const last = leads.toSorted((a, b) => (a.to > b.to ? -1 : 1))[0];
    const message = `No Lead closes: ${last?.person.name} is the last to start, at ${formatClock(last?.to ?? '')}. Have one start at ${formatClock(closing)} or later.`;
    findings.push(finding(message, last?.work));
  }
  const [opener, closer] = [openers[0], closers[0]];
  if (opener && opener === closer && openers.length === 1 && closers.length === 1) {
    const other = leads.find((lead) => lead !== opener);
    const message = `${opener.person.name} both opens and closes. Have another Lead do one of them.`;
    findings.push(finding(message, other?.work));
  }
  return findings;
}

function absenceFindings(facts: DayFacts): Finding[] {
  const { day, holidays, work } = facts;
  const on = formatDay(day);
  const holiday = holidayOn(day, holidays);
  const closed =
    holiday && work.length > 0
      ? [finding(`The store is closed on ${on} (${holiday.name}), and work is scheduled. Move it.`, work[0])]
      : [];
  const away = byPerson(facts).flatMap(({ person, work: theirs }) => {
    const [first] = theirs;
    const does = theirs.length === 1 && first ? labelOf(first) : `${theirs.length} events`;
    if (isGone(person, day)) {
      const left = `${person.name}’s last work day was ${formatDay(person.terminatedOn ?? day)}`;
      return [finding(`${left}, and has ${does}. Give it to somebody else.`, first)];
    }
    const [absence] = absencesOn(person, day);
    if (!absence) {
      return theirs.flatMap((each) => [
        ...hoursOffDuring(facts, person, each),
        ...absenceAfterMidnight(facts, person, each),
      ]);
    }
    const message = `${person.name} is off${absence.because}, and has ${does}. Give it to somebody else.`;
    return [finding(message, first, isSoft(absence) ? acceptedFor(theirs, 0) : null)];
  });
  return [...closed, ...away];
}

/** The reasons against work that lasts into hours of the day at which its person is off. */
function hoursOffDuring({ day, timeZone }: DayFacts, person: DayPerson, work: DayWork): Finding[] {
  return hoursOffOn(person, day)
    .filter((off) => isDuring(work, day, off, timeZone))
    .map((off) => {
      const message = `${person.name} is off ${hoursInWords(off)}${off.because}, and has ${labelOf(work)} at ${formatTime(work.startsAt, timeZone)}. Give it to somebody else, or move it.`;
      return finding(message, work, isSoft(off) ? work.overrideReason : null);
    });
}

/** The reasons against work on the further days on which it lasts. */
function absenceAfterMidnight(
  { day, timeZone, holidays }: DayFacts,
  person: DayPerson,
  work: DayWork,
): Finding[] {
  const goesOn = `and ${labelOf(work)} of ${person.name} goes on until ${formatTime(work.endsAt, timeZone)} that day`;
  const wayOut = 'Have it start earlier, or give it to somebody else.';
  const later = daysTouched(work.startsAt, work.endsAt, timeZone).filter((each) => each > day);
  return later.flatMap((each) => {
    const on = formatDay(each);
    const holiday = holidayOn(each, holidays);
    if (holiday)
      return [finding(`The store is closed on ${on} (${holiday.name}), ${goesOn}. Move it.`, work)];
    if (isGone(person, each)) {
      const left = `${person.name}’s last work day is ${formatDay(person.terminatedOn ?? each)}, before ${on}`;
      return [finding(`${left}, ${goesOn}. ${wayOut}`, work)];
    }
    const [absence] = absencesOn(person, each);
    const hours = hoursOffOn(person, each).find((off) => isDuring(work, each, off, timeZone));
    const off = absence ?? hours;
    if (!off) return [];
    const when = absence || !hours ? '' : ` ${hoursInWords(hours)}`;
    const message = `${person.name} is off on ${on}${when}${off.because}, ${goesOn}. ${wayOut}`;
    return [finding(message, work, isSoft(off) ? work.overrideReason : null)];
  });
}

const isGone = (person: DayPerson, day: WorkDate): boolean =>
  person.terminatedOn !== null && day > person.terminatedOn;

const isSoft = ({ cause }: Absence): boolean =>
  cause === 'pattern_unavailable' || cause === 'range_unavailable';

function clashFindings(facts: DayFacts): Finding[] {
  return byPerson(facts).flatMap(({ person, work }) => {
    const core = work.find((each) => each.type === 'Core');
    const juicer = work.find((each) => isJuicer(each.type));
    if (!core || !juicer) return [];
    const at = (each: DayWork) => formatTime(each.startsAt, facts.timeZone);
    const message = `${person.name} has a Core at ${at(core)} and ${withArticle(juicer.type)} at ${at(juicer)}. Give the Core to somebody else.`;
    return [finding(message, core, acceptedFor([core, juicer], 1))];
  });
}

/**
 * Finds people who work all days of the week. They are found on the last one, so that a week has
 * one finding for each of them.
 */
function seventhDayFindings(facts: DayFacts): Finding[] {
  const sunday = weekStart(facts.day);
  if (facts.day !== addDays(sunday, MOST_WORK_DAYS)) return [];
  return byPerson(facts).flatMap(({ person, work }) => {
    const days = new Set([...person.weekWork, ...work].map(({ workDate }) => workDate));
    if (days.size <= MOST_WORK_DAYS) return [];
    const reasons = person.weekWork.flatMap(({ overrideReason }) => overrideReason ?? []);
    const message = `${person.name} works all seven days of the week from ${formatDay(sunday)}; ${MOST_WORK_DAYS} is the most. Give a day to somebody else.`;
    return [finding(message, work[0], [...new Set(reasons)].join(', ') || null)];
  });
}

/** The day's work of each person who has any, by time. */
function byPerson({ people, work }: DayFacts): { person: DayPerson; work: DayWork[] }[] {
  const sorted = work.toSorted((a, b) => a.startsAt.localeCompare(b.startsAt));
  return people
    .map((person) => ({ person, work: sorted.filter((each) => each.employeeId === person.id) }))
    .filter(({ work: theirs }) => theirs.length > 0);
}

/**
 * The reason with which work was saved against a rule; null if more than `without` of it was saved
 * without a reason. For example, the first of two Cores needs no reason, and the second one does.
 */
function acceptedFor(work: readonly DayWork[], without: number): string | null {
  const reasons = work.flatMap(({ overrideReason }) => (overrideReason === null ? [] : [overrideReason]));
  return work.length - reasons.length <= without ? [...new Set(reasons)].join(', ') || null : null;
}
