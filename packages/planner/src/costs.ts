import {
  daysBetween,
  type EventFacts,
  type EventType,
  formatDay,
  type PersonFacts,
  type WorkDate,
} from '@scheduler/scheduling';
import { type PlanInput, rotationOn } from './input.ts';
import { hours, isLong, isWeekend, type Judged, minutesOf, type Roster } from './roster.ts';

/** How well a person fits a kind of work on a day: 0 is best. */
export interface Fit {
  cost: number;
  /** The person's claim to it, after their name: `is the Juicer of the day`. */
  because: string;
}

/** Coming in on a day for short work alone costs as much as a poor fit. */
export const COMES_IN_FOR_SHORT_WORK = 3;
/** Somebody else than a preferred person. */
const NOT_PREFERRED = 2;

/** Rotations, then the roles' usual work, then people preferred for the event. */
export function fitOf(
  input: PlanInput,
  event: Pick<EventFacts, 'id' | 'type'>,
  person: PersonFacts,
  day: WorkDate,
): Fit {
  const fit = fitOfRole(input, event.type, person, day);
  const preferred = input.preferred?.filter((each) => each.eventId === event.id) ?? [];
  if (preferred.length === 0) return fit;
  return preferred.some((each) => each.employeeId === person.id)
    ? { cost: fit.cost, because: 'is preferred for this event' }
    : { cost: fit.cost + NOT_PREFERRED, because: 'is not the one preferred for this event' };
}

function fitOfRole(input: PlanInput, type: EventType, person: PersonFacts, day: WorkDate): Fit {
  const isLead = person.role === 'Lead Event Specialist';
  const isSupervisor = person.role === 'Club Supervisor';
  switch (type) {
    case 'Juicer Production':
    case 'Juicer Survey': {
      const turn = rotationOn(input.rotations, 'juicer', day);
      if (turn === person.id) return { cost: 0, because: 'is the Juicer of the day by rotation' };
      const isBarista = person.role === 'Juicer Barista';
      if (isBarista && turn === null) return { cost: 0, because: 'is a Juicer Barista' };
      if (isBarista) return { cost: 3, because: 'is a Juicer Barista, but not by rotation' };
      if (isSupervisor) return { cost: 5, because: 'is a Club Supervisor, asked after the Baristas' };
      return { cost: 8, because: `is usually not asked for ${type}` };
    }
    case 'Digital Setup':
    case 'Digital Refresh':
    case 'Freeosk': {
      const primary = rotationOn(input.rotations, 'primary_lead', day);
      if (primary === person.id) return { cost: 0, because: 'is the primary Lead of the day' };
      if (isLead && primary === null) return { cost: 0, because: 'is a Lead' };
      if (isLead) return { cost: 2, because: 'is a Lead, but not the primary one of the day' };
      if (isSupervisor) return { cost: 4, because: 'is a Club Supervisor, asked after the Leads' };
      return { cost: 8, because: `is usually not asked for ${type}` };
    }
    case 'Digital Teardown': {
      const primary = rotationOn(input.rotations, 'primary_lead', day);
      if (primary === person.id) return { cost: 2, because: 'is the primary Lead of the day' };
      if (isLead && primary !== null)
        return { cost: 0, because: 'is a Lead, and not the primary one of the day' };
      if (isLead) return { cost: 0, because: 'is a Lead' };
      if (isSupervisor) return { cost: 3, because: 'is a Club Supervisor, asked after the Leads' };
      return { cost: 8, because: `is usually not asked for ${type}` };
    }
    case 'Other':
      if (isSupervisor) return { cost: 0, because: 'is the Club Supervisor, who does such work first' };
      if (isLead) return { cost: 1, because: 'is a Lead, asked after the Club Supervisor' };
      return { cost: 6, because: `is usually not asked for ${type} work` };
    case 'Supervisor': {
      const leadFirst = input.store.noonCheckBy === 'lead_with_core';
      if (isSupervisor) return { cost: leadFirst ? 2 : 0, because: 'is the Club Supervisor' };
      return { cost: leadFirst ? 0 : 2, because: 'is a Lead with a Core that day' };
    }
    case 'Core':
      return isSupervisor
        ? { cost: 6, because: 'is a Club Supervisor, who does Cores only when nobody else can' }
        : { cost: 0, because: `is ${person.role === 'Event Specialist' ? 'an' : 'a'} ${person.role}` };
  }
}

/**
 * How much it matters that an event finds its place: the sooner it is due, the more. Work that may
 * also be done after the planned days matters least, for the next plan may place it.
 */
export function urgencyOf(event: Pick<EventFacts, 'dueOn'>, today: WorkDate, lastDay: WorkDate): number {
  const left = daysBetween(today, event.dueOn);
  if (left <= 2) return 8;
  if (left <= 4) return 6;
  if (left <= 8) return 4;
  return event.dueOn > lastDay && daysBetween(lastDay, event.dueOn) > 1 ? 1 : 2;
}

/**
 * What each day after an event's first possible one costs: only Cores are often done later in their
 * window.
 */
export const costOfWaiting = (type: EventType): number => (type === 'Core' ? 1 : 3);

/** Work is balanced in quarters of an hour; what is shorter counts for nothing. */
const QUARTER_MINUTES = 15;
const quarters = (minutes: number): number => Math.round(minutes / QUARTER_MINUTES);

/**
 * The costs of a person and a day for one event, each only decisive where all before it are the
 * same.
 */
export interface Score {
  person: PersonFacts;
  day: WorkDate;
  fit: Fit;
  /** Whether they would come in that day for this short work alone. */
  comesIn: boolean;
  /** Minutes in the planned weeks, this event included. */
  minutes: number;
  /** Long work on weekends, of the weeks before too; 0 where this is none. */
  weekends: number;
  /** Days after the event's first possible one. */
  waits: number;
}

/** A score, and what the rules say. */
export interface JudgedScore extends Score {
  judged: Judged;
}

/**
 * Scores a person and a day by the costs that the engine minimizes, with everything else as it is
 * on the roster.
 */
export function scoreOf(roster: Roster, event: EventFacts, person: PersonFacts, day: WorkDate): Score {
  const first = roster.days.find((each) => each >= event.startsOn) ?? day;
  const countsWeekends = isLong(event.type) && isWeekend(day);
  let minutes = event.durationMinutes;
  let weekends = countsWeekends ? 1 : 0;
  let worksThatDay = false;
  for (const work of roster.workOf(person.id)) {
    if (work.eventId === event.id) continue;
    if (work.workDate === day) worksThatDay = true;
    minutes += minutesOf(work);
    if (countsWeekends && isLong(work.type) && isWeekend(work.workDate)) weekends += 1;
  }
  for (const work of countsWeekends ? (roster.input.recent ?? []) : []) {
    if (work.employeeId === person.id && isLong(work.type) && isWeekend(work.workDate)) weekends += 1;
  }
  return {
    person,
    day,
    fit: fitOf(roster.input, event, person, day),
    comesIn: !worksThatDay && !isLong(event.type) && person.role !== 'Club Supervisor',
    minutes,
    weekends,
    waits: Math.max(0, daysBetween(first, day)),
  };
}

const fitWithDay = (score: Score): number => score.fit.cost + (score.comesIn ? COMES_IN_FOR_SHORT_WORK : 0);

/** Compares two scores of one event, the better one first, whatever the rules say. */
export function byScore(a: Score, b: Score): number {
  return (
    fitWithDay(a) - fitWithDay(b) ||
    quarters(a.minutes) - quarters(b.minutes) ||
    a.weekends - b.weekends ||
    a.waits - b.waits ||
    a.person.id - b.person.id
  );
}

/** Compares two scores of one event, what breaks the fewest rules first. */
export function byJudgedScore(a: JudgedScore, b: JudgedScore): number {
  return a.judged.overrides.length - b.judged.overrides.length || byScore(a, b);
}

export const AS_WELL = 'would do as well';

/**
 * What choosing `other` in place of `chosen` would cost, in words after the name of the other
 * person.
 */
export function difference(chosen: JudgedScore, other: JudgedScore): string {
  const [override] = other.judged.overrides;
  if (override && other.judged.overrides.length > chosen.judged.overrides.length) {
    return `needs a reason: ${override.message}`;
  }
  if (other.comesIn && !chosen.comesIn) return `would come in on ${formatDay(other.day)} for this alone`;
  if (other.fit.cost > chosen.fit.cost) return other.fit.because;
  if (quarters(other.minutes) > quarters(chosen.minutes)) {
    const more = hours(other.minutes - chosen.minutes);
    return `would have ${hours(other.minutes)}, ${more} more than ${chosen.person.name}`;
  }
  if (other.weekends > chosen.weekends) {
    return `would have ${other.weekends} weekend shifts, ${other.weekends - chosen.weekends} more`;
  }
  if (other.waits > chosen.waits) {
    const days = other.waits - chosen.waits;
    return `would do it ${days === 1 ? 'a day' : `${days} days`} later`;
  }
  return AS_WELL;
}

/** Why a person and a day, in a sentence. */
export function why(score: Score, firstPossible: WorkDate): string {
  const { person, fit, day, minutes, comesIn } = score;
  const parts = [`${person.name} ${fit.because}`];
  if (comesIn) parts.push('and comes in for it');
  const when =
    day === firstPossible
      ? 'the first day possible'
      : `${score.waits === 1 ? 'a day' : `${score.waits} days`} after the first possible`;
  return `${parts.join(' ')}, has ${hours(minutes)} with it; ${formatDay(day)} is ${when}.`;
}
