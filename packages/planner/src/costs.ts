import {
  daysBetween,
  type EventFacts,
  type EventType,
  formatDay,
  type PersonFacts,
  type WorkDate,
  withArticle,
} from '@scheduler/scheduling';
import { type PlanInput, rotationOn } from './input.ts';
import { hours, isLong, isWeekend, type Judged, type Roster } from './roster.ts';

/** How well a person fits a kind of work on a day: 0 is best. */
export interface Fit {
  cost: number;
  /** The reason for the cost, shown after the person's name: `is the Juicer of the day`. */
  because: string;
}

/**
 * The cost of a day on which a person works only for short work, which equals that of a poor fit.
 */
export const COMES_IN_FOR_SHORT_WORK = 3;
/** The cost of a person who is not preferred for the event. */
const NOT_PREFERRED = 2;

/**
 * Returns the fit of a person: by rotation, by the usual work of their role, and by whether they
 * are preferred for the event.
 */
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
        : { cost: 0, because: `is ${withArticle(person.role)}` };
  }
}

/**
 * Returns the urgency of an event, which is higher the sooner it is due. Work that can also be done
 * after the planned days has the lowest urgency, because the next plan can place it.
 */
export function urgencyOf(event: Pick<EventFacts, 'dueOn'>, today: WorkDate, lastDay: WorkDate): number {
  const left = daysBetween(today, event.dueOn);
  if (left <= 2) return 8;
  if (left <= 4) return 6;
  if (left <= 8) return 4;
  return daysBetween(lastDay, event.dueOn) > 1 ? 1 : 2;
}

/**
 * Returns the cost of each day after an event's first possible one. It is low for Cores, which are
 * often done later in their window.
 */
export const costOfWaiting = (type: EventType): number => (type === 'Core' ? 1 : 3);

/** Work is balanced in quarters of an hour. Shorter work is not counted. */
const QUARTER_MINUTES = 15;
export const quarters = (minutes: number): number => Math.round(minutes / QUARTER_MINUTES);

/** The costs of a person and a day for one event. Each decides only if all before it are equal. */
export interface Score {
  person: PersonFacts;
  day: WorkDate;
  fit: Fit;
  /** Whether they would work that day only for this short work. */
  comesIn: boolean;
  /** Minutes in the week of the day, Sunday to Saturday, including this event. */
  minutes: number;
  /** Long work on weekends, including the weeks before; 0 if this event is not such work. */
  weekends: number;
  /** Days after the event's first possible one. */
  waits: number;
}

/** A score, and the result of the rules. */
export interface JudgedScore extends Score {
  judged: Judged;
}

/**
 * Scores a person and a day by the costs that the engine minimizes, with all other work as on the
 * roster.
 */
export function scoreOf(roster: Roster, event: EventFacts, person: PersonFacts, day: WorkDate): Score {
  const first = roster.days.find((each) => each >= event.startsOn) ?? day;
  const countsWeekends = isLong(event.type) && isWeekend(day);
  const beside = roster.workOf(person.id).filter((work) => work.eventId !== event.id);
  const worksThatDay = beside.some((work) => work.workDate === day);
  let weekends = countsWeekends ? 1 : 0;
  if (countsWeekends) {
    const recent = (roster.input.recent ?? []).filter((work) => work.employeeId === person.id);
    for (const work of [...recent, ...roster.workInWeeks(person.id)]) {
      if (work.eventId !== event.id && isLong(work.type) && isWeekend(work.workDate)) weekends += 1;
    }
  }
  return {
    person,
    day,
    fit: fitOf(roster.input, event, person, day),
    comesIn: !worksThatDay && !isLong(event.type) && person.role !== 'Club Supervisor',
    minutes: roster.minutesInWeek(person.id, day, event.id) + event.durationMinutes,
    weekends,
    waits: Math.max(0, daysBetween(first, day)),
  };
}

export const fitWithDay = (score: Score): number =>
  score.fit.cost + (score.comesIn ? COMES_IN_FOR_SHORT_WORK : 0);

/** Compares two scores of one event, the better one first, without the rules. */
export function byScore(a: Score, b: Score): number {
  return (
    fitWithDay(a) - fitWithDay(b) ||
    quarters(a.minutes) - quarters(b.minutes) ||
    a.weekends - b.weekends ||
    a.waits - b.waits ||
    a.person.id - b.person.id
  );
}

/** Compares two scores of one event, the one that breaks the fewest rules first. */
export function byJudgedScore(a: JudgedScore, b: JudgedScore): number {
  return a.judged.overrides.length - b.judged.overrides.length || byScore(a, b);
}

/**
 * Returns how choosing `other` in place of `chosen` would differ, as a text after the name of the
 * other person: by the first cost in which they differ, whichever of them it favours.
 */
export function difference(chosen: JudgedScore, other: JudgedScore): string {
  const { person, day, judged } = other;
  const [override] = judged.overrides;
  const overrides = judged.overrides.length - chosen.judged.overrides.length;
  // The caller ends the sentence.
  if (override && overrides > 0) return `needs a reason: ${override.message.replace(/\.$/, '')}`;
  if (overrides < 0) return judged.overrides.length === 0 ? 'needs no reason' : 'needs fewer reasons';
  if (fitWithDay(other) !== fitWithDay(chosen)) return differenceOfFit(chosen, other);
  // Another day of the same person may be in another week.
  const [theirs, its] = [hours(other.minutes), hours(chosen.minutes)];
  if (quarters(other.minutes) !== quarters(chosen.minutes) && theirs !== its) {
    return person.id === chosen.person.id
      ? `would have ${theirs} in the week of ${formatDay(day)}, and has ${its} in this one`
      : `would have ${theirs}; ${chosen.person.name} has ${its}`;
  }
  const weekends = other.weekends - chosen.weekends;
  if (weekends !== 0) {
    const shifts = other.weekends === 1 ? '1 weekend shift' : `${other.weekends} weekend shifts`;
    return `would have ${shifts}, ${Math.abs(weekends)} ${weekends > 0 ? 'more' : 'fewer'}`;
  }
  const days = Math.abs(other.waits - chosen.waits);
  if (days === 0) return 'would do as well';
  return `would do it ${days === 1 ? 'a day' : `${days} days`} ${other.waits > chosen.waits ? 'later' : 'sooner'}`;
}

function differenceOfFit(chosen: JudgedScore, other: JudgedScore): string {
  const on = formatDay(other.day);
  if (fitWithDay(other) < fitWithDay(chosen)) {
    return other.fit.cost < chosen.fit.cost ? other.fit.because : `works on ${on} anyway`;
  }
  return other.comesIn && !chosen.comesIn ? `would come in on ${on} for this alone` : other.fit.because;
}

/** Returns the reason for a person and a day, as a sentence. */
export function why(score: Score): string {
  const { person, fit, day, minutes, comesIn } = score;
  const parts = [`${person.name} ${fit.because}`];
  if (comesIn) parts.push('and comes in for it');
  const when =
    score.waits === 0
      ? 'the first day possible'
      : `${score.waits === 1 ? 'a day' : `${score.waits} days`} after the first possible`;
  return `${parts.join(' ')}, has ${hours(minutes)} with it; ${formatDay(day)} is ${when}.`;
}
