import {
  addDays,
  type EventFacts,
  type Instant,
  type Reason,
  timeOf,
  type WorkDate,
} from '@scheduler/scheduling';
import { byJudgedScore, byScore, type JudgedScore, scoreOf } from './costs.ts';
import { obstaclesInWords } from './explain.ts';
import type { PlanInput, ScheduledWork } from './input.ts';
import type { OpenLine } from './proposal.ts';
import { hours, type Judged, Roster } from './roster.ts';
import { daysWithin, plannedOf } from './tasks.ts';

/** A person for an event, with the best day and start. */
export interface Suggestion {
  employeeId: number;
  day: WorkDate;
  startsAt: Instant;
  /** Why, in a few words after the person's name. */
  because: string;
  /** Rules that a person may overrule with a reason. */
  needsReason: Reason[];
  hints: Reason[];
}

/** Who could do an event, the best first, and why the others can't. */
export interface Suggestions {
  people: Suggestion[];
  /** A sentence for each kind of reason. */
  cannot: OpenLine['obstacles'];
}

/**
 * What is to be chosen for an event: people on a day, at a time, or on whatever day of its window.
 */
export interface RankAsk {
  event: EventFacts;
  /** This day only; any planned day of the window if not set. */
  day?: WorkDate;
  /** This time of the day, `HH:mm` of the store; the best usual start if not set. */
  time?: string;
  /** The live schedule that would move; its own person and time are not counted as taken. */
  moving?: ScheduledWork;
}

const ON_EVERY_DAY: readonly string[] = ['role', 'unlinked', 'not_schedulable', 'already_scheduled'];

/**
 * Ranks people and times for one event by the costs that a plan minimizes, without an engine. What
 * the rules call hard excludes; what they call soft comes after all that needs no reason.
 */
export function rank(input: PlanInput, ask: RankAsk): Suggestions {
  const { event, time, moving } = ask;
  const roster = new Roster(input, { earliestDay: input.today }, true);
  if (moving) roster.remove(plannedOf(moving));
  const { timeZone } = input.store;
  const days = ask.day ? [ask.day] : daysWithin(roster.days, event);
  const judgeOn = (person: JudgedScore['person'], day: WorkDate): Judged =>
    time === undefined
      ? roster.judgeDay(event, person, day)
      : roster.evaluate(event, person, roster.at(day, time));

  const possible: JudgedScore[] = [];
  const excluded: { person: JudgedScore['person']; day: WorkDate; judged: Judged }[] = [];
  for (const person of input.people) {
    const scores = days.map((day) => scoreOf(roster, event, person, day)).sort(byScore);
    let best: JudgedScore | null = null;
    const against: typeof excluded = [];
    for (const score of scores) {
      const judged = judgeOn(person, score.day);
      const scored = { ...score, judged };
      if (judged.obstacles.length > 0) against.push(scored);
      else if (!best || byJudgedScore(scored, best) < 0) best = scored;
      // Those that follow are no better, unless this one needs a reason; and some reasons hold on
      // every day.
      if (best?.judged.overrides.length === 0) break;
      if (judged.obstacles.some(({ code }) => ON_EVERY_DAY.includes(code))) break;
    }
    if (best) possible.push(best);
    else excluded.push(...against);
  }
  const people = possible.sort(byJudgedScore).map((score): Suggestion => {
    const { person, day, judged } = score;
    return {
      ...{ employeeId: person.id, day, startsAt: judged.startsAt, because: inShort(score) },
      ...{ needsReason: judged.overrides, hints: judged.hints },
    };
  });
  return { people, cannot: obstaclesInWords(event, excluded, days) };

  function inShort(score: JudgedScore): string {
    const parts = [score.fit.because];
    if (score.comesIn) parts.push('would come in for it');
    parts.push(`${hours(score.minutes)} with it`);
    const sameTime = roster
      .workOn(score.day)
      .filter(
        (work) =>
          work.type === event.type &&
          work.eventId !== event.id &&
          timeOf(work.startsAt, timeZone) === timeOf(score.judged.startsAt, timeZone),
      ).length;
    if (sameTime > 0) parts.push(`${sameTime} more start then`);
    return parts.join(', ');
  }
}

/**
 * The days for which a caller has to know people's work, so that an event can be ranked: its
 * window, from a day on.
 */
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
