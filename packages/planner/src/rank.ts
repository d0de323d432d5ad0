import {
  addDays,
  type EventFacts,
  type Instant,
  type PersonFacts,
  type Reason,
  type Role,
  timeOf,
  type WorkDate,
  weekStart,
  withArticle,
} from '@scheduler/scheduling';
import { byScore, type Fit, fitWithDay, type JudgedScore, quarters, type Score, scoreOf } from './costs.ts';
import { obstaclesInWords } from './explain.ts';
import { type PlanInput, plannedOf, type ScheduledWork } from './input.ts';
import { placeLines, type ReviewedLine } from './review.ts';
import { hours, isLong, type Judged, minutesOf, type Obstacle, Roster } from './roster.ts';
import { daysWithin } from './tasks.ts';

/** A person for an event, with the best day and start. */
export interface Suggestion {
  employeeId: number;
  name: string;
  role: Role;
  day: WorkDate;
  startsAt: Instant;
  /** The reason for the rank, shown after the person's name. */
  because: string;
  /** Rules that a person may break with a reason. */
  needsReason: Reason[];
  hints: Reason[];
}

/** The people who could do an event, the best first, and the reasons against the others. */
export interface Suggestions {
  people: Suggestion[];
  /** One for each kind of reason, the most frequent first. */
  cannot: Excluded[];
}

/** People whom one kind of reason excludes. */
export interface Excluded {
  code: Obstacle['code'];
  /** One sentence for all of them. */
  message: string;
  /** Each with the reason's own sentence. */
  people: { employeeId: number; name: string; message: string }[];
}

/** A request for a ranking: people on a day, at a time, or on any day of the event's window. */
export interface RankAsk {
  event: EventFacts;
  /** This day only; any planned day of the window if not set. */
  day?: WorkDate | undefined;
  /** This time of the day, `HH:mm` of the store; the best usual start if not set. */
  time?: string | undefined;
  /** The live schedule that would move; its own person and time are not counted as taken. */
  moving?: ScheduledWork | undefined;
  /** For reissued work, the first day on which it can no longer be done. */
  windowEndsOn?: WorkDate | undefined;
  /** Other lines of a plan under review, which count as work of their people. */
  lines?: readonly ReviewedLine[] | undefined;
}

const ON_EVERY_DAY: readonly string[] = ['role', 'unlinked', 'not_schedulable', 'already_scheduled'];

/** The score of a plan, with further criteria for people. */
export interface RankScore extends JudgedScore {
  /** Days of the week with work, including this event. */
  days: number;
  /**
   * For short work, the minutes between it and the person's other work of that day; 0 if it is
   * during that work.
   */
  apart: number;
  /** Minutes of the four weeks before. */
  recent: number;
  /** The number of other people who start work of the same type at that time. */
  sameTime: number;
}

/**
 * Ranks people and times for one event by the costs that a plan minimizes, without an engine. Hard
 * rules exclude a choice. Choices that break a soft rule come after all others.
 */
export function rank(input: PlanInput, ask: RankAsk): Suggestions {
  const { event, time, moving } = ask;
  const roster = rosterFor(input, ask.lines);
  if (moving) roster.remove(plannedOf(moving));
  const windowEndsOn = ask.windowEndsOn ?? moving?.windowEndsOn ?? undefined;
  const window = windowEndsOn === undefined ? event : { startsOn: input.today, dueOn: windowEndsOn };
  const days = ask.day ? [ask.day] : daysWithin(roster.days, window);
  const judgeOn = (person: PersonFacts, day: WorkDate): Judged =>
    time === undefined
      ? roster.judgeDay(event, person, day, windowEndsOn)
      : roster.evaluate(event, person, roster.at(day, time), windowEndsOn);

  const possible: JudgedScore[] = [];
  const excluded: { person: PersonFacts; day: WorkDate; judged: Judged }[] = [];
  for (const person of input.people) {
    const scores = days.map((day) => personScoreOf(roster, event, person, day)).sort(byScore);
    let best: JudgedScore | null = null;
    const against: typeof excluded = [];
    for (const score of scores) {
      const scored = { ...score, judged: judgeOn(person, score.day) };
      const { obstacles, overrides } = scored.judged;
      if (obstacles.length > 0) against.push(scored);
      else if (!best || overrides.length < best.judged.overrides.length) best = scored;
      // Later days are not better, unless this one needs a reason. Some reasons apply on every day.
      if (best?.judged.overrides.length === 0) break;
      if (obstacles.some(({ code }) => ON_EVERY_DAY.includes(code))) break;
    }
    if (best) possible.push(best);
    else excluded.push(...against);
  }
  const recentOf = minutesBefore(input);
  const people = possible
    .map((score) => rankScoreOf(roster, event, score, recentOf))
    .sort(byRankScore)
    .map((score): Suggestion => {
      const { person, day, judged } = score;
      return {
        employeeId: person.id,
        name: person.name,
        role: person.role,
        day,
        startsAt: judged.startsAt,
        because: inShort(score),
        needsReason: judged.overrides,
        hints: judged.hints,
      };
    });
  return { people, cannot: excludedInWords(event, excluded, days) };
}

/**
 * Creates a roster for decisions by a person, who may break soft rules. A plan's own limits don't
 * apply.
 */
export function rosterFor(input: PlanInput, lines: readonly ReviewedLine[] = []): Roster {
  const roster = new Roster(input, { earliestDay: input.today }, true);
  placeLines(roster, lines);
  return roster;
}

/** Returns a plan's score; of a noon check, a Lead without a Core comes last. */
export function personScoreOf(roster: Roster, event: EventFacts, person: PersonFacts, day: WorkDate): Score {
  const score = scoreOf(roster, event, person, day);
  return { ...score, fit: noonCheckFit(roster, event, person, day) ?? score.fit };
}

/** Returns the fit for noon checks. A Lead without a Core on that day comes last. */
function noonCheckFit(roster: Roster, event: EventFacts, person: PersonFacts, day: WorkDate): Fit | null {
  if (event.type !== 'Supervisor' || person.role !== 'Lead Event Specialist') return null;
  const hasCore = roster.workOf(person.id).some((work) => work.workDate === day && work.type === 'Core');
  return hasCore ? null : { cost: 5, because: 'is a Lead, but has no Core that day' };
}

/** Returns the minutes of each person in the weeks before the planned days. */
export function minutesBefore(input: PlanInput): (employeeId: number) => number {
  const sums = new Map<number, number>();
  for (const work of input.recent ?? []) {
    sums.set(work.employeeId, (sums.get(work.employeeId) ?? 0) + minutesOf(work));
  }
  return (employeeId) => sums.get(employeeId) ?? 0;
}

/** Adds the further criteria for people to a score. */
export function rankScoreOf(
  roster: Roster,
  event: EventFacts,
  score: JudgedScore,
  recentOf: (employeeId: number) => number,
): RankScore {
  const { person, day, judged } = score;
  const sunday = weekStart(day);
  const nextSunday = addDays(sunday, 7);
  const days = new Set([day]);
  const [start, end] = [Date.parse(judged.startsAt), Date.parse(roster.endOf(event, judged.startsAt))];
  let apart = Number.POSITIVE_INFINITY;
  for (const work of roster.workOf(person.id)) {
    if (work.eventId === event.id || work.workDate < sunday || work.workDate >= nextSunday) continue;
    days.add(work.workDate);
    if (work.workDate !== day || isLong(event.type)) continue;
    const gapMs = Math.max(Date.parse(work.startsAt) - end, start - Date.parse(work.endsAt), 0);
    apart = Math.min(apart, gapMs / 60_000);
  }
  const { timeZone } = roster.input.store;
  const time = timeOf(judged.startsAt, timeZone);
  const sameTime = roster
    .workOn(day)
    .filter(
      (work) =>
        work.type === event.type && work.eventId !== event.id && timeOf(work.startsAt, timeZone) === time,
    ).length;
  return {
    ...score,
    days: days.size,
    recent: recentOf(person.id),
    sameTime,
    apart: Number.isFinite(apart) ? apart : 0,
  };
}

/**
 * Rounds minutes to hours, so that an hour between two works of a day weighs as much as an hour of
 * the week's balance.
 */
const wholeHours = (minutes: number): number => Math.round(minutes / 60);

/** Compares two people for one event, the better one first. */
export function byRankScore(a: RankScore, b: RankScore): number {
  return (
    a.judged.overrides.length - b.judged.overrides.length ||
    fitWithDay(a) - fitWithDay(b) ||
    wholeHours(a.apart) - wholeHours(b.apart) ||
    quarters(a.minutes) - quarters(b.minutes) ||
    a.days - b.days ||
    a.weekends - b.weekends ||
    quarters(a.recent) - quarters(b.recent) ||
    a.waits - b.waits ||
    a.person.id - b.person.id
  );
}

/** Returns the reason for a person's rank, as a short text after their name. */
export function inShort(score: RankScore): string {
  const { person, fit, comesIn, apart, minutes, days, weekends, recent, sameTime } = score;
  // The role is shown beside the name.
  const parts = fit.because === `is ${withArticle(person.role)}` ? [] : [fit.because];
  if (comesIn) parts.push('would come in for it');
  if (wholeHours(apart) > 0) parts.push(`${hours(apart)} apart from other work that day`);
  parts.push(`has ${hours(minutes)} on ${days === 1 ? '1 day' : `${days} days`} that week with it`);
  if (weekends > 1) parts.push(`${weekends} weekend shifts in five weeks`);
  if (recent > 0) parts.push(`${hours(recent)} in the four weeks before`);
  if (sameTime > 0) parts.push(sameTime === 1 ? 'another starts then' : `${sameTime} others start then`);
  return parts.join(', ');
}

/** Groups the excluded people by kind of reason. */
function excludedInWords(
  event: EventFacts,
  excluded: readonly { person: PersonFacts; day: WorkDate; judged: Judged }[],
  days: readonly WorkDate[],
): Excluded[] {
  return obstaclesInWords(event, excluded, days).map(({ code, message, people }) => ({
    code,
    message,
    people: people.map((employeeId) => {
      const theirs = excluded.find(
        ({ person, judged }) => person.id === employeeId && judged.obstacles[0]?.code === code,
      );
      return {
        employeeId,
        name: theirs?.person.name ?? '',
        message: theirs?.judged.obstacles[0]?.message ?? message,
      };
    }),
  }));
}

/** Returns the days whose work has to be loaded to rank an event: its window, from a day on. */
export function daysToRank(
  event: Pick<EventFacts, 'startsOn' | 'dueOn'>,
  from: WorkDate,
  most = 14,
): WorkDate[] {
  const first = event.startsOn > from ? event.startsOn : from;
  const days: WorkDate[] = [];
  for (let day = first; day < event.dueOn && days.length < most; day = addDays(day, 1)) days.push(day);
  return days;
}
