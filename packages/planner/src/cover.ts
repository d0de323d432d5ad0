import {
  addDays,
  byUrgency,
  type EventFacts,
  formatDay,
  type Instant,
  labelOf,
  type PersonFacts,
  supervisorEventFor,
  supervisorPlan,
  type WorkDate,
  weekStart,
} from '@scheduler/scheduling';
import { byJudgedScore, byScore, type JudgedScore, scoreOf } from './costs.ts';
import { explainLine, explainOpen } from './explain.ts';
import { fairnessOf } from './fairness.ts';
import { Formulation, type Placed } from './formulation.ts';
import {
  DEFAULT_TIME_LIMIT_MS,
  type PlanInput,
  type PlanOptions,
  plannedOf,
  type ScheduledWork,
} from './input.ts';
import { placeLocks } from './locks.ts';
import { type Engine, Stopped } from './program.ts';
import type { OpenLine, PassResult, Proposal, ProposalLine, UnkeptLock } from './proposal.ts';
import { minimizeAll } from './propose.ts';
import { Roster } from './roster.ts';
import { judgeLine, passes, type Settled } from './settle.ts';
import { daysWithin, noTasks, type Tasks } from './tasks.ts';

/** Scheduled work that can't be done by its person or on its day. */
export interface Covered {
  /** The schedules to cover. None of them has begun. */
  scheduleIds: readonly number[];
  /**
   * Whether its people do it on another day if they can, for example because the store is closed.
   */
  keepsPeople: boolean;
}

/**
 * Finds other people for work that can't be done as scheduled: on its day and at its time if
 * possible, otherwise on another day of its window. Nothing else moves except the noon check of a
 * Core that gets another day, and what a lock moves. If the engine fails, the work is assigned one by
 * one, the most urgent first, and `note` says so.
 * @throws {Stopped} if the engine was told to stop
 */
export function cover(input: PlanInput, covered: Covered, options: PlanOptions, engine: Engine): Proposal {
  const ids = new Set(covered.scheduleIds);
  const works = input.scheduled
    .filter(({ scheduleId }) => ids.has(scheduleId))
    .sort((a, b) => byUrgency(a.event, b.event));
  const board: PlanInput = {
    ...input,
    open: [],
    scheduled: input.scheduled.filter(({ scheduleId }) => !ids.has(scheduleId)),
    planned: input.planned.filter(({ scheduleId }) => !ids.has(scheduleId)),
    ...(covered.keepsPeople && {
      preferred: works.map(({ event, employeeId }) => ({ eventId: event.id, employeeId })),
    }),
  };
  const may: PlanOptions = { ...options, earliestDay: input.today };
  const search = new Cover(board, may, works, covered.keepsPeople);
  let madeBy: Proposal['madeBy'] = 'solver';
  let note: string | null = null;
  search.placeLocks();
  try {
    search.solve(engine, options.timeLimitMs ?? DEFAULT_TIME_LIMIT_MS);
  } catch (error) {
    if (error instanceof Stopped) throw error;
    madeBy = 'greedy';
    note =
      'The solver failed, so this was planned event by event. It obeys every rule, but may leave more open.';
  }
  search.placeRest();
  search.preferBest();
  search.placeChecks();
  return search.present(input, madeBy, note);
}

class Cover {
  readonly #roster: Roster;
  readonly #works: readonly ScheduledWork[];
  readonly #keepsPeople: boolean;
  readonly #lines: Settled[] = [];
  readonly #open = new Map<number, OpenLine>();
  readonly #results: PassResult[] = [];
  #unkept: UnkeptLock[] = [];

  constructor(board: PlanInput, options: PlanOptions, works: readonly ScheduledWork[], keepsPeople: boolean) {
    this.#roster = new Roster(board, options);
    this.#works = works;
    this.#keepsPeople = keepsPeople;
  }

  /** Returns the work without a place, except noon checks, which follow their Cores. */
  #waiting(): ScheduledWork[] {
    return this.#works.filter(
      ({ event }) => event.type !== 'Supervisor' && this.#lines.every((line) => line.event.id !== event.id),
    );
  }

  /**
   * Returns the event with the days on which it may be done: its own window, otherwise from
   * tomorrow on.
   */
  #factsOf({ event, workDate, windowEndsOn }: ScheduledWork): EventFacts {
    const { today } = this.#roster.input;
    const [first, due] = windowEndsOn ? [workDate, windowEndsOn] : [event.startsOn, event.dueOn];
    const tomorrow = addDays(today, 1);
    const startsOn = workDate === today || first > tomorrow ? first : tomorrow;
    return { ...event, scheduled: false, startsOn, dueOn: due };
  }

  placeLocks(): void {
    const { scheduled } = this.#roster.input;
    const { locked, unkept } = placeLocks(this.#roster, {
      open: [],
      scheduled,
      covered: this.#works.map((work) => ({ ...work, event: this.#factsForLock(work) })),
    });
    this.#lines.push(...locked);
    this.#unkept = unkept;
  }

  /** Returns the event with the days of the plan and that of its lock: a person may choose today. */
  #factsForLock(work: ScheduledWork): EventFacts {
    const facts = this.#factsOf(work);
    const lock = this.#roster.input.locks?.find(({ eventId }) => eventId === work.event.id);
    const day = lock && this.#roster.dayOf(lock.startsAt);
    return day === undefined || day < work.event.startsOn || day > facts.startsOn
      ? facts
      : { ...facts, startsOn: day };
  }

  /**
   * Places as much work as possible on its own day, then as much of the rest as possible on other
   * days.
   */
  solve(engine: Engine, limitMs: number): void {
    const onDay = (work: ScheduledWork): EventFacts => ({
      ...this.#factsOf(work),
      startsOn: work.workDate,
      dueOn: addDays(work.workDate, 1),
    });
    if (!this.#keepsPeople) this.#solveFor(this.#waiting().map(onDay), engine, limitMs / 2);
    const { today } = this.#roster.input;
    const later = (work: ScheduledWork): EventFacts => {
      const facts = this.#factsOf(work);
      return facts.startsOn > today ? facts : { ...facts, startsOn: addDays(today, 1) };
    };
    this.#solveFor(this.#waiting().map(later), engine, limitMs / 2);
  }

  #solveFor(free: EventFacts[], engine: Engine, limitMs: number): void {
    const starts = new Map(this.#works.map(({ event, startsAt }) => [event.id, startsAt]));
    const tasks: Tasks = { ...noTasks(), free, starts };
    const formulation = new Formulation(this.#roster, tasks);
    const { values, results } = minimizeAll(formulation, engine, limitMs);
    this.#results.push(...results);
    for (const { event, person, day } of formulation.read(values, tasks).placed satisfies Placed[]) {
      const work = this.#works.find((each) => each.event.id === event.id);
      if (work) this.#put(work, person, this.#startOn(work, person, day));
    }
  }

  /** Returns the start on a day. Work that keeps its day keeps its time. */
  #startOn(work: ScheduledWork, person: PersonFacts, day: WorkDate): Instant {
    if (day === work.workDate) return work.startsAt;
    return this.#roster.judgeDay(this.#factsOf(work), person, day).startsAt;
  }

  /** Gives work a place, unless a rule forbids it. */
  #put(work: ScheduledWork, person: PersonFacts, startsAt: Instant): boolean {
    const event = this.#factsOf(work);
    if (this.#roster.evaluate(event, person, startsAt).obstacles.length > 0) return false;
    this.#roster.place(event, person.id, startsAt);
    const day = this.#roster.dayOf(startsAt);
    this.#lines.push({ event, person, day, startsAt, from: work, coreEventId: null, locked: false });
    return true;
  }

  /**
   * Places the rest one by one: with the best person of its day, otherwise of the next possible
   * day.
   */
  placeRest(): void {
    for (const work of this.#waiting()) {
      const event = this.#factsOf(work);
      const own = this.#roster.people.get(work.employeeId);
      const days = daysWithin(this.#roster.days, event).filter((day) => day !== work.workDate);
      const ways = [
        ...(this.#keepsPeople && own ? days.map((day) => ({ day, people: [own] })) : []),
        ...[work.workDate, ...days].map((day) => ({ day, people: [...this.#roster.people.values()] })),
      ];
      for (const { day, people } of ways) {
        const best = this.#bestOf(work, event, people, day);
        if (best && this.#put(work, best.person, best.judged.startsAt)) break;
      }
    }
  }

  /**
   * Gives each line to the best person of its day, with everything else in place: the engine counts
   * balance in half shifts, and may have chosen any of several.
   */
  preferBest(): void {
    for (const line of this.#lines) {
      const { event, from } = line;
      if (line.locked || !from) continue;
      this.#roster.remove(this.#roster.workOfEvent(event.id));
      const best = this.#bestOf(from, event, [...this.#roster.people.values()], line.day);
      if (best) Object.assign(line, { person: best.person, startsAt: best.judged.startsAt });
      this.#roster.place(event, line.person.id, line.startsAt);
    }
  }

  #bestOf(
    work: ScheduledWork,
    event: EventFacts,
    people: readonly PersonFacts[],
    day: WorkDate,
  ): JudgedScore | null {
    const scores = people
      .filter((person) => !this.#roster.isOut(event, person, day))
      .map((person) => scoreOf(this.#roster, event, person, day))
      .sort(byScore);
    let best: JudgedScore | null = null;
    for (const score of scores) {
      const startsAt = this.#startOn(work, score.person, day);
      const judged = this.#roster.evaluate(event, score.person, startsAt);
      if (judged.obstacles.length > 0) continue;
      const scored = { ...score, judged };
      if (!best || byJudgedScore(scored, best) < 0) best = scored;
      if (best.judged.overrides.length === 0) return best;
    }
    return best;
  }

  /**
   * Places noon checks with the person that the pairing function names: the covered ones, and those
   * of Cores that get another day.
   */
  placeChecks(): void {
    const { scheduled } = this.#roster.input;
    const isPlaced = (check: ScheduledWork) => this.#lines.some(({ event }) => event.id === check.event.id);
    const theirs = this.#works.filter((work) => work.event.type === 'Supervisor' && !isPlaced(work));
    for (const check of theirs) this.#placeCheck(check, this.#coreOf(check));
    for (const line of [...this.#lines]) {
      if (line.event.type !== 'Core' || line.from?.workDate === line.day) continue;
      const others = scheduled.filter(
        ({ event, workDate }) => event.type === 'Supervisor' && workDate === line.from?.workDate,
      );
      const pair = supervisorEventFor(
        line.event,
        others.map(({ event }) => event),
      );
      const check = others.find(({ event }) => event.id === pair?.id);
      if (!check || isPlaced(check)) continue;
      this.#roster.remove(plannedOf(check));
      this.#placeCheck(check, line.from ?? undefined);
    }
  }

  /** Returns the Core of a noon check, preferably one of the covered Cores. */
  #coreOf(check: ScheduledWork): ScheduledWork | undefined {
    const cores = [...this.#works, ...this.#roster.input.scheduled].filter(
      ({ event }) => supervisorEventFor(event, [check.event]) !== undefined,
    );
    return cores.find(({ workDate }) => workDate === check.workDate) ?? cores[0];
  }

  #placeCheck(check: ScheduledWork, core: ScheduledWork | undefined): void {
    const line = this.#lines.find(({ event }) => event.id === core?.event.id);
    const isOpen = !line && this.#works.some(({ scheduleId }) => scheduleId === core?.scheduleId);
    const leaveOpen = (message: string) =>
      this.#open.set(check.event.id, {
        eventId: check.event.id,
        obstacles: [{ code: 'needs_core', message, people: [] }],
        repair: null,
      });
    const event = { ...this.#factsOf(check), startsOn: check.event.startsOn };
    const label = labelOf(event);
    if (isOpen) {
      leaveOpen(`${label} is done on the day of its Core, for which nobody is found.`);
      return;
    }
    const employeeId = line?.person.id ?? core?.employeeId ?? check.employeeId;
    const day = line?.day ?? core?.workDate ?? check.workDate;
    const { holidays, store, people } = this.#roster.input;
    const noon = supervisorPlan({
      supervisorEvent: event,
      people,
      holidays,
      store,
      planned: this.#roster.allWork(),
      core: { employeeId, workDate: day },
    });
    const startsAt = day === check.workDate ? check.startsAt : noon.startsAt;
    const isFree = noon.person && this.#roster.evaluate(event, noon.person, startsAt).obstacles.length === 0;
    if (!noon.person || !isFree) {
      leaveOpen(
        `On ${formatDay(day)}, the day of its Core, no Lead with a Core and no Club Supervisor can do ${label}.`,
      );
      return;
    }
    this.#roster.place(event, noon.person.id, startsAt);
    this.#lines.push({
      event,
      person: noon.person,
      day,
      startsAt,
      from: check,
      locked: false,
      coreEventId: core?.event.id ?? null,
    });
  }

  present(input: PlanInput, madeBy: Proposal['madeBy'], note: string | null): Proposal {
    const roster = this.#roster;
    const lines = this.#lines
      .filter((line) => {
        if (passes(roster, line)) return true;
        roster.remove(roster.workOfEvent(line.event.id));
        return false;
      })
      .sort((a, b) => (a.startsAt < b.startsAt ? -1 : Number(a.startsAt > b.startsAt)));
    const placed = new Set(lines.map(({ event }) => event.id));
    const open = this.#works
      .filter(({ event }) => !placed.has(event.id))
      .map(
        (work) => this.#open.get(work.event.id) ?? explainOpen(roster, noTasks(), this.#factsOf(work), lines),
      );
    const [first = input.today, last = input.today] = [input.days[0], input.days.at(-1)];
    const [from, to] = [weekStart(first), addDays(weekStart(last), 6)];
    return {
      madeBy,
      note,
      open,
      leftOut: 0,
      passes: this.#results,
      atMostPlaced: this.#works.length,
      unkept: this.#unkept,
      lines: lines.map((line) => this.#presentLine(line, lines)),
      fairness: {
        before: fairnessOf(input.people, input.planned, from, to),
        after: fairnessOf(input.people, roster.allWork(), from, to),
      },
    };
  }

  #presentLine(line: Settled, lines: readonly Settled[]): ProposalLine {
    const { event, person, day, startsAt, from, coreEventId, locked } = line;
    const { overrides, hints } = judgeLine(this.#roster, line);
    const isCovered = this.#works.some((work) => work.event.id === event.id);
    // What a lock moves without being covered makes room.
    const room = isCovered ? undefined : lines.find((other) => takesPlaceOf(other, line));
    return {
      kind: 'moved',
      eventId: event.id,
      employeeId: person.id,
      day,
      startsAt,
      coreEventId,
      locked,
      endsAt: this.#roster.endOf(event, startsAt),
      from: from && { scheduleId: from.scheduleId, employeeId: from.employeeId, startsAt: from.startsAt },
      makesRoomFor: room?.event.id ?? null,
      ...explainLine(this.#roster, line, isCovered),
      warnings: [...overrides, ...hints].map(({ code, severity, message }) => ({ code, severity, message })),
    };
  }
}

/** Whether a line has the person and day that another one left. */
const takesPlaceOf = (line: Settled, { event, from }: Settled): boolean =>
  line.event.id !== event.id &&
  line.event.type !== 'Supervisor' &&
  line.person.id === from?.employeeId &&
  line.day === from.workDate;
