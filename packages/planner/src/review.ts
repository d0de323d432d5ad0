import {
  addMinutes,
  type EventFacts,
  formatDay,
  labelOf,
  type Reason,
  supervisorPlan,
  type WorkDate,
} from '@scheduler/scheduling';
import { explainLine } from './explain.ts';
import { type PlanInput, plannedOf, type ScheduledWork } from './input.ts';
import type { ProposalLine } from './proposal.ts';
import { Roster } from './roster.ts';
import { judgeLine, type Settled } from './settle.ts';

/** The parts of a line that a review needs. */
export type ReviewedLine = Pick<
  ProposalLine,
  'kind' | 'eventId' | 'employeeId' | 'startsAt' | 'coreEventId'
> & {
  /** Whether a person chose its place, see {@link moveLine}. */
  isDecided?: boolean;
};

/**
 * A proposal, compared with the present board. People may break soft rules with a reason, and a
 * plan's own limits don't apply.
 */
class Review {
  readonly roster: Roster;
  readonly #events: Map<number, EventFacts>;
  readonly #movable: Map<number, ScheduledWork>;
  readonly #lines: readonly ReviewedLine[];

  /**
   * @param lines those that count as work
   * @param all all lines of the proposal, of which one may be the Core of another
   */
  constructor(
    input: PlanInput,
    lines: readonly ReviewedLine[],
    earliestDay = input.today,
    all: readonly ReviewedLine[] = lines,
  ) {
    this.roster = new Roster(input, { earliestDay }, true);
    this.#movable = new Map(input.scheduled.map((each) => [each.event.id, each]));
    this.#events = new Map([
      ...input.open.map((event) => [event.id, event] as const),
      ...input.scheduled.map((work) => [work.event.id, withWindow(work, input.today)] as const),
    ]);
    this.#lines = all;
    placeLines(this.roster, lines);
  }

  /**
   * Puts lines on the roster, too, as if they were approved. Returns a function that takes them away
   * again, after which the roster is as before.
   */
  placeToo(lines: readonly ReviewedLine[]): () => void {
    const undo = lines.map((line) =>
      placeLine(this.roster, line, this.#movable.get(line.eventId), this.eventOf(line.eventId)),
    );
    return () => {
      for (const takeAway of undo) takeAway();
    };
  }

  eventOf(eventId: number): EventFacts | undefined {
    return this.#events.get(eventId);
  }

  /** Returns the expiry of reissued work, which replaces its window's due day. */
  windowEndOf(eventId: number): WorkDate | undefined {
    return this.#movable.get(eventId)?.windowEndsOn ?? undefined;
  }

  /** Returns the day of a Core, by its line or its schedule; undefined if it has neither. */
  dayOfCore(eventId: number | null): WorkDate | undefined {
    const standing = this.#movable.get(eventId ?? 0);
    const line = this.#lines.find((each) => each.eventId === eventId);
    // A Core that was scheduled meanwhile is where its schedule is.
    return line && !(standing && line.kind === 'new') ? this.roster.dayOf(line.startsAt) : standing?.workDate;
  }

  settled(line: ReviewedLine): Settled | null {
    const [event, person] = [this.eventOf(line.eventId), this.roster.people.get(line.employeeId)];
    if (!event || !person) return null;
    return {
      event,
      person,
      startsAt: line.startsAt,
      coreEventId: line.coreEventId,
      locked: false,
      day: this.roster.dayOf(line.startsAt),
      from: this.#movable.get(line.eventId) ?? null,
    };
  }
}

/** Returns an event with the days on which it may be done, which an expiry changes for reissued work. */
const withWindow = ({ event, windowEndsOn }: ScheduledWork, today: WorkDate): EventFacts =>
  windowEndsOn ? { ...event, startsOn: today, dueOn: windowEndsOn } : event;

/**
 * Puts lines of a proposal on a roster, as if they were approved. Events that were scheduled
 * meanwhile do not change.
 */
export function placeLines(roster: Roster, lines: readonly ReviewedLine[]): void {
  const { open, scheduled } = roster.input;
  const events = new Map(open.map((event) => [event.id, event]));
  const movable = new Map(scheduled.map((each) => [each.event.id, each]));
  for (const line of lines) {
    const standing = movable.get(line.eventId);
    placeLine(roster, line, standing, standing?.event ?? events.get(line.eventId));
  }
}

/** Puts a line on a roster, in place of its schedule. Returns a function that takes this back. */
function placeLine(
  roster: Roster,
  { kind, employeeId, startsAt }: ReviewedLine,
  standing: ScheduledWork | undefined,
  event: EventFacts | undefined,
): () => void {
  if (standing && kind === 'new') return () => {};
  const left = standing && roster.remove(plannedOf(standing));
  const placed = event && roster.place(event, employeeId, startsAt);
  return () => {
    if (placed) roster.remove(placed);
    if (left) roster.add(left);
  };
}

/**
 * Returns the lines of a proposal that stay while one of them moves. A noon check moves with its
 * Core.
 */
export const linesBeside = <Line extends ReviewedLine>(lines: readonly Line[], eventId: number): Line[] =>
  lines.filter((line) => line.eventId !== eventId && line.coreEventId !== eventId);

/** What is true of a line of a proposal on the present board, beside the other ticked lines. */
export interface LineNow {
  /** A sentence about what forbids it; null if nothing does. */
  obstacle: string | null;
  /** Why it has its place, who is second, and its warnings; null if its event or person is gone. */
  scored: Pick<ProposalLine, 'why' | 'runnerUp' | 'warnings'> | null;
}

/** A line that is read anew. */
type LineToRead = ReviewedLine & {
  ticked: boolean;
  /** Whether its approval was refused, so that it is saved only if that is repeated. */
  wasRefused: boolean;
  /** Whether it is scheduled work that can't stay as it is, see {@link explainLine}. */
  isCovered: boolean;
};

/**
 * Returns what is true of each line of a proposal, by event, because the board and other lines may
 * have changed since it was scored. An event that is no longer open, a person who has left, or a noon
 * check whose Core is on another day, is an obstacle. Each line is read beside the ticked ones that
 * were not refused, and a refused one beside the other ticked refused ones, too, because all of them
 * are approved again together.
 * @param earliestDay the first day on which the plan may put work
 */
export function linesNow(
  input: PlanInput,
  lines: readonly LineToRead[],
  earliestDay: WorkDate,
): Map<number, LineNow> {
  const due = lines.filter((line) => line.ticked && !line.wasRefused);
  const retried = lines.filter((line) => line.ticked && line.wasRefused);
  const unticked = lines.filter((line) => !line.ticked);
  // One roster serves all lines.
  const review = new Review(input, due, earliestDay, lines);
  const now = new Map(due.map((line) => [line.eventId, lineNow(review, line)]));
  for (const more of [retried, ...unticked.map((line) => [line])]) {
    const takeAway = review.placeToo(more);
    for (const line of more) now.set(line.eventId, lineNow(review, line));
    takeAway();
  }
  return now;
}

function lineNow(review: Review, line: LineToRead): LineNow {
  const settled = review.settled(line);
  if (!settled) {
    return { obstacle: 'The event or the person is no longer there to be planned.', scored: null };
  }
  const { event, from, day } = settled;
  if (from && line.kind === 'new') {
    return { obstacle: `${labelOf(event)} was scheduled since.`, scored: null };
  }
  const { obstacles, overrides, hints } = judgeLine(review.roster, settled);
  const coreDay = review.dayOfCore(line.coreEventId);
  const apartFromCore =
    coreDay !== undefined && coreDay !== day
      ? `Its Core is on ${formatDay(coreDay)}, and a noon check is done on that day.`
      : null;
  return {
    obstacle: obstacles[0]?.message ?? apartFromCore,
    scored: {
      ...explainLine(review.roster, settled, line.isCovered),
      warnings: warningsOf(overrides, hints),
    },
  };
}

const warningsOf = (...reasons: readonly Reason[][]): ProposalLine['warnings'] =>
  reasons.flat().map(({ code, severity, message }) => ({ code, severity, message }));

/** A line with its new place, or what forbids it. */
export type MovedLine = { allowed: true; lines: RescoredLine[] } | { allowed: false; message: string };

/** A line scored again. */
export interface RescoredLine
  extends Pick<
    ProposalLine,
    'eventId' | 'employeeId' | 'day' | 'startsAt' | 'endsAt' | 'why' | 'runnerUp' | 'warnings'
  > {
  /** Whether it is a noon check that nobody can do on its Core's day. A warning says so. */
  lacksPerson: boolean;
}

/**
 * Gives a line of a proposal another person, day or time, and scores it again with all other lines
 * in place. A Core takes its noon check along; one whose place a person chose stays there while its
 * Core keeps its day, unless a hard rule forbids it. If nobody can do the check on that day, it stays
 * with its person, and a warning says so. A noon check keeps the day of its Core.
 * @param lines the ticked lines, and the noon check of the line that moves
 * @param to.time `HH:mm` of the store; the best usual start of the day if not set
 */
export function moveLine(
  input: PlanInput,
  lines: readonly ReviewedLine[],
  to: { eventId: number; employeeId: number; day: WorkDate; time?: string | undefined },
): MovedLine {
  const mine = lines.find(({ eventId }) => eventId === to.eventId);
  const check = lines.find(({ coreEventId }) => coreEventId === to.eventId);
  const review = new Review(input, linesBeside(lines, to.eventId));
  const { roster } = review;
  const [event, person] = [review.eventOf(to.eventId), roster.people.get(to.employeeId)];
  if (!event || !person || !mine) {
    return { allowed: false, message: 'The event or the person is no longer there to be planned.' };
  }
  const coreDay = review.dayOfCore(mine.coreEventId);
  if (coreDay !== undefined && coreDay !== to.day) {
    const message = `${labelOf(event)} is done on the day of its Core, ${formatDay(coreDay)}. Move the Core, and it goes along.`;
    return { allowed: false, message };
  }
  const standing = input.scheduled.find((each) => each.event.id === to.eventId);
  if (standing) roster.remove(plannedOf(standing));
  const windowEnd = review.windowEndOf(event.id);
  const judged =
    to.time === undefined
      ? roster.judgeDay(event, person, to.day, windowEnd)
      : roster.evaluate(event, person, roster.at(to.day, to.time), windowEnd);
  const [obstacle] = judged.obstacles;
  if (obstacle) return { allowed: false, message: obstacle.message };
  roster.place(event, person.id, judged.startsAt);
  const moved: RescoredLine[] = [];
  const score = (line: ReviewedLine, lack: RescoredLine['warnings'] = []) => {
    const settled = review.settled(line);
    if (!settled) return;
    const { overrides, hints } = judgeLine(roster, settled);
    moved.push({
      eventId: line.eventId,
      employeeId: line.employeeId,
      day: settled.day,
      startsAt: line.startsAt,
      endsAt: addMinutes(line.startsAt, settled.event.durationMinutes),
      ...explainLine(roster, settled),
      lacksPerson: lack.length > 0,
      warnings: [...lack, ...warningsOf(overrides, hints)],
    });
  };
  score({ ...mine, employeeId: person.id, startsAt: judged.startsAt });
  const checkEvent = check && review.eventOf(check.eventId);
  if (!check || !checkEvent) return { allowed: true, lines: moved };
  const standingCheck = input.scheduled.find((each) => each.event.id === check.eventId);
  if (standingCheck) roster.remove(plannedOf(standingCheck));
  const itsPerson = roster.people.get(check.employeeId);
  const mayStay =
    check.isDecided &&
    itsPerson &&
    roster.dayOf(check.startsAt) === to.day &&
    roster.evaluate(checkEvent, itsPerson, check.startsAt, review.windowEndOf(check.eventId)).obstacles
      .length === 0;
  if (mayStay) {
    roster.place(checkEvent, check.employeeId, check.startsAt);
    score(check);
    return { allowed: true, lines: moved };
  }
  const noon = supervisorPlan({
    supervisorEvent: { ...checkEvent, scheduled: false },
    core: { employeeId: person.id, workDate: to.day },
    people: input.people,
    planned: roster.allWork(),
    holidays: input.holidays,
    store: input.store,
  });
  const stays = roster.people.has(check.employeeId) ? check.employeeId : person.id;
  const employeeId = noon.person?.id ?? stays;
  const message = `On ${formatDay(to.day)}, the day of its Core, no Lead with a Core and no Club Supervisor can do it. Give it to somebody, or move the Core.`;
  roster.place(checkEvent, employeeId, noon.startsAt);
  score(
    { ...check, employeeId, startsAt: noon.startsAt },
    noon.person ? [] : [{ code: 'needs_core', severity: 'hint', message }],
  );
  return { allowed: true, lines: moved };
}
