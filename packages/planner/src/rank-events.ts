import { type EventFacts, formatDay, type Instant, type Reason, type WorkDate } from '@scheduler/scheduling';
import { fitWithDay, type JudgedScore, urgencyOf } from './costs.ts';
import type { PlanInput } from './input.ts';
import { personScoreOf, rosterFor } from './rank.ts';
import type { ReviewedLine } from './review.ts';
import type { Obstacle } from './roster.ts';

/** An open event for a person and a day, with the best start. */
export interface EventSuggestion {
  eventId: number;
  startsAt: Instant;
  /** The reason for the rank, shown after the person's name. */
  because: string;
  needsReason: Reason[];
}

/**
 * The events that a person could do on a day, the best first, and the reasons against the others.
 */
export interface EventSuggestions {
  events: EventSuggestion[];
  /** One for each kind of reason, the most frequent first. */
  cannot: {
    code: Obstacle['code'];
    /** One sentence for all of them. */
    message: string;
    events: { eventId: number; message: string }[];
  }[];
}

/**
 * Ranks the open events that a person may do on a day, by due day and then by fit.
 * @param ask.lines lines of a plan under review. An event with a line is not open and counts as
 * work of its person
 */
export function rankEvents(
  input: PlanInput,
  ask: { employeeId: number; day: WorkDate; lines?: readonly ReviewedLine[] | undefined },
): EventSuggestions {
  const { employeeId, day, lines = [] } = ask;
  const roster = rosterFor(input, lines);
  const person = roster.people.get(employeeId);
  if (!person) return { events: [], cannot: [] };
  const proposed = new Map(lines.map((line) => [line.eventId, line]));
  const possible: { event: EventFacts; score: JudgedScore }[] = [];
  const excluded: { event: EventFacts; obstacle: Obstacle }[] = [];
  for (const event of input.open) {
    if (day < event.startsOn || day >= event.dueOn) continue;
    const line = proposed.get(event.id);
    if (line) {
      const by = roster.people.get(line.employeeId)?.name ?? 'somebody';
      const message = `The plan gives it to ${by} on ${formatDay(roster.dayOf(line.startsAt))}.`;
      excluded.push({ event, obstacle: { code: 'already_scheduled', message } });
      continue;
    }
    const judged = roster.judgeDay(event, person, day);
    const [obstacle] = judged.obstacles;
    if (obstacle) excluded.push({ event, obstacle });
    else possible.push({ event, score: { ...personScoreOf(roster, event, person, day), judged } });
  }
  const urgency = (event: EventFacts) => urgencyOf(event, input.today, day);
  possible.sort(
    (a, b) =>
      a.score.judged.overrides.length - b.score.judged.overrides.length ||
      urgency(b.event) - urgency(a.event) ||
      fitWithDay(a.score) - fitWithDay(b.score) ||
      a.event.dueOn.localeCompare(b.event.dueOn) ||
      a.event.id - b.event.id,
  );
  return {
    events: possible.map(({ event, score }) => ({
      eventId: event.id,
      startsAt: score.judged.startsAt,
      because: score.fit.because,
      needsReason: score.judged.overrides,
    })),
    cannot: [...Map.groupBy(excluded, ({ obstacle }) => obstacle.code)]
      .sort(([, a], [, b]) => b.length - a.length)
      .map(([code, group]) => ({
        code,
        message: inOneSentence(person.name, day, group),
        events: group.map(({ event, obstacle }) => ({ eventId: event.id, message: obstacle.message })),
      })),
  };
}

function inOneSentence(
  name: string,
  day: WorkDate,
  group: readonly { event: EventFacts; obstacle: Obstacle }[],
): string {
  const [only] = group;
  if (only && group.every(({ obstacle }) => obstacle.message === only.obstacle.message)) {
    return only.obstacle.message;
  }
  if (only?.obstacle.code === 'already_scheduled') return `The plan has ${group.length} of them already.`;
  return `${name} can’t do ${group.length} of them on ${formatDay(day)}: ${WHY_NOT[only?.obstacle.code ?? ''] ?? 'a rule forbids it'}.`;
}

const WHY_NOT: Record<string, string> = {
  role: 'they are another role’s',
  retired: 'it is after the last work day',
  unlinked: 'there is no RepID',
  time_off: 'it is time off',
  holiday: 'the store is closed',
  date_unavailable: 'the day is blocked',
  second_core: 'there is a Core',
  core_on_juicer_day: 'Juicer work and a Core don’t go together',
  long_overlap: 'there is other long work at that time',
};
