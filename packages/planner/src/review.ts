import { addMinutes, type EventFacts, labelOf, supervisorPlan, type WorkDate } from '@scheduler/scheduling';
import { explainLine } from './explain.ts';
import type { PlanInput, ScheduledWork } from './input.ts';
import type { ProposalLine } from './proposal.ts';
import { Roster } from './roster.ts';
import type { Settled } from './settle.ts';
import { plannedOf } from './tasks.ts';

/** What a review asks of a line. */
export type ReviewedLine = Pick<ProposalLine, 'kind' | 'eventId' | 'employeeId' | 'startsAt' | 'coreEventId'>;

/**
 * A proposal beside the board as it is now. People may break soft rules with a reason; a plan's own
 * limits don't count.
 */
class Review {
  readonly roster: Roster;
  readonly #events: Map<number, EventFacts>;
  readonly #movable: Map<number, ScheduledWork>;

  constructor(input: PlanInput, lines: readonly ReviewedLine[]) {
    this.roster = new Roster(input, { earliestDay: input.today }, true);
    this.#movable = new Map(input.scheduled.map((each) => [each.event.id, each]));
    this.#events = new Map([
      ...input.open.map((event) => [event.id, event] as const),
      ...input.scheduled.map(({ event }) => [event.id, event] as const),
    ]);
    for (const line of lines) {
      const event = this.#events.get(line.eventId);
      const scheduled = this.#movable.get(line.eventId);
      if (scheduled && line.kind === 'new') continue;
      if (scheduled) this.roster.remove(plannedOf(scheduled));
      if (event) this.roster.place(event, line.employeeId, line.startsAt);
    }
  }

  eventOf(eventId: number): EventFacts | undefined {
    return this.#events.get(eventId);
  }

  settled(line: ReviewedLine): Settled | null {
    const [event, person] = [this.eventOf(line.eventId), this.roster.people.get(line.employeeId)];
    if (!event || !person) return null;
    return {
      ...{ event, person, startsAt: line.startsAt, coreEventId: line.coreEventId, locked: false },
      day: this.roster.dayOf(line.startsAt),
      from: this.#movable.get(line.eventId) ?? null,
    };
  }
}

/**
 * What speaks against each line of a proposal as the board is now, by event: it may have changed
 * since. Lines that nothing hard speaks against are left out. An event or a person that is no
 * longer open or there is told as such.
 */
export function obstaclesNow(input: PlanInput, lines: readonly ReviewedLine[]): Map<number, string> {
  const review = new Review(input, lines);
  const obstacles = new Map<number, string>();
  for (const line of lines) {
    const settled = review.settled(line);
    if (!settled) {
      obstacles.set(line.eventId, 'The event or the person is no longer there to be planned.');
      continue;
    }
    const { event, person, startsAt, from } = settled;
    if (from && line.kind === 'new') {
      obstacles.set(line.eventId, `${labelOf(event)} was scheduled since.`);
      continue;
    }
    const [obstacle] = review.roster.evaluate(event, person, startsAt).obstacles;
    if (obstacle) obstacles.set(line.eventId, obstacle.message);
  }
  return obstacles;
}

/** A line with its new place, or what forbids it. */
export type MovedLine =
  | { allowed: true; lines: RescoredLine[]; dropped: number[] }
  | { allowed: false; message: string };

/** A line scored again. */
export type RescoredLine = Pick<
  ProposalLine,
  'eventId' | 'employeeId' | 'day' | 'startsAt' | 'endsAt' | 'why' | 'runnerUp' | 'warnings'
>;

/**
 * Gives a line of a proposal another person, day or time, and scores it again with all other lines
 * in place. A Core that changes its day takes its noon check along, or drops it where nobody can do
 * it.
 * @param to.time `HH:mm` of the store; the best usual start of the day if not set
 */
export function moveLine(
  input: PlanInput,
  lines: readonly ReviewedLine[],
  to: { eventId: number; employeeId: number; day: WorkDate; time?: string | undefined },
): MovedLine {
  const others = lines.filter(
    ({ eventId, coreEventId }) => eventId !== to.eventId && coreEventId !== to.eventId,
  );
  const mine = lines.find(({ eventId }) => eventId === to.eventId);
  const check = lines.find(({ coreEventId }) => coreEventId === to.eventId);
  const review = new Review(input, others);
  const { roster } = review;
  const [event, person] = [review.eventOf(to.eventId), roster.people.get(to.employeeId)];
  if (!event || !person || !mine) {
    return { allowed: false, message: 'The event or the person is no longer there to be planned.' };
  }
  const standing = input.scheduled.find((each) => each.event.id === to.eventId);
  if (standing) roster.remove(plannedOf(standing));
  const judged =
    to.time === undefined
      ? roster.judgeDay(event, person, to.day)
      : roster.evaluate(event, person, roster.at(to.day, to.time));
  const [obstacle] = judged.obstacles;
  if (obstacle) return { allowed: false, message: obstacle.message };
  roster.place(event, person.id, judged.startsAt);
  const moved: RescoredLine[] = [];
  const score = (line: ReviewedLine) => {
    const settled = review.settled(line);
    if (!settled) return;
    const { overrides, hints } = roster.evaluate(settled.event, settled.person, line.startsAt);
    moved.push({
      ...{ eventId: line.eventId, employeeId: line.employeeId, day: settled.day, startsAt: line.startsAt },
      endsAt: addMinutes(line.startsAt, settled.event.durationMinutes),
      ...explainLine(roster, settled),
      warnings: [...overrides, ...hints].map(({ code, severity, message }) => ({ code, severity, message })),
    });
  };
  score({ ...mine, employeeId: person.id, startsAt: judged.startsAt });
  const checkEvent = check && review.eventOf(check.eventId);
  if (!check || !checkEvent) return { allowed: true, lines: moved, dropped: [] };
  const noon = supervisorPlan({
    supervisorEvent: checkEvent,
    core: { employeeId: person.id, workDate: to.day },
    people: input.people,
    planned: roster.allWork(),
    ...{ holidays: input.holidays, store: input.store },
  });
  if (!noon.person) return { allowed: true, lines: moved, dropped: [check.eventId] };
  roster.place(checkEvent, noon.person.id, noon.startsAt);
  score({ ...check, employeeId: noon.person.id, startsAt: noon.startsAt });
  return { allowed: true, lines: moved, dropped: [] };
}
