import { addDays, weekStart } from '@scheduler/scheduling';
import { greedyPlan } from './baselines.ts';
import { explainLine, explainOpen } from './explain.ts';
import { fairnessOf } from './fairness.ts';
import { Formulation, type Placed } from './formulation.ts';
import {
  DEFAULT_MOST_COLUMNS,
  DEFAULT_TIME_LIMIT_MS,
  type Lock,
  type PlanInput,
  type PlanOptions,
  type ScheduledWork,
} from './input.ts';
import { type Engine, Stopped } from './program.ts';
import type { PassResult, Proposal, ProposalLine } from './proposal.ts';
import { Roster } from './roster.ts';
import { judgeLine, passes, type Settled, settle } from './settle.ts';
import { daysWithin, type Tasks, tasksOf } from './tasks.ts';

/**
 * Plans the open events of some days. Writes nothing, and reads no clock except the engine's. The
 * rules check every line of the engine's answer again. If the engine fails or finds nothing in
 * time, the greedy plan replaces it, and `note` says so.
 * @throws {Stopped} if the engine was told to stop
 */
export function propose(input: PlanInput, options: PlanOptions, engine: Engine): Proposal {
  let attempt: Attempt;
  try {
    attempt = solve(input, options, engine);
  } catch (error) {
    if (error instanceof Stopped) throw error;
    const why = error instanceof NothingInTime ? 'found no plan in time' : 'failed';
    return greedyProposal(
      input,
      options,
      `The solver ${why}, so this plan was made event by event. It obeys every rule, but may leave more open and spread work less evenly.`,
    );
  }
  const proposal = present(attempt, options);
  if (attempt.results.every(({ name, isProven }) => name !== 'open' || isProven)) return proposal;
  // A search that reached its limit may place less than the older rules do.
  const greedy = greedyProposal(
    input,
    options,
    'The solver found no plan in time that places more, so this one was made event by event. It obeys every rule, but may spread work less evenly.',
  );
  return greedy.open.length < proposal.open.length ? greedy : proposal;
}

/** Returns the plan of the older application as a proposal. It never moves schedules. */
export function greedyProposal(input: PlanInput, options: PlanOptions, note: string | null = null): Proposal {
  const still = { ...options, moveExisting: false };
  const trial = new Roster(input, still);
  const placed = greedyPlan(trial, tasksOf(trial));
  return present(
    { ...settled(input, still, { placed, staying: [] }), madeBy: 'greedy', note, results: [] },
    still,
  );
}

/** Returns a proposal of another planner's plan, as a baseline for comparison. */
export function proposalOf(
  input: PlanInput,
  options: PlanOptions,
  make: (roster: Roster, tasks: Tasks) => Placed[],
): Proposal {
  const trial = new Roster(input, options);
  const placed = make(trial, tasksOf(trial));
  return present(
    { ...settled(input, options, { placed, staying: [] }), madeBy: 'greedy', note: null, results: [] },
    options,
  );
}

/** A plan without its sentences. The roster holds all of it. */
interface Attempt {
  roster: Roster;
  tasks: Tasks;
  lines: Settled[];
  madeBy: Proposal['madeBy'];
  note: string | null;
  results: PassResult[];
}

class NothingInTime extends Error {}

function solve(input: PlanInput, options: PlanOptions, engine: Engine): Attempt {
  const limitMs = options.timeLimitMs ?? DEFAULT_TIME_LIMIT_MS;
  const roster = new Roster(input, options);
  const tasks = tasksOf(roster);
  const formulation = new Formulation(roster, tasks);
  if (formulation.columns > (options.mostColumns ?? DEFAULT_MOST_COLUMNS))
    return solveByWeeks(input, options, engine);
  const { values, results } = minimizeAll(formulation, engine, limitMs);
  const plan = formulation.read(values, tasks);
  const unproven = results.filter(({ isProven }) => !isProven);
  const note = unproven.length > 0 || results.length < formulation.passes.length ? inTime(results) : null;
  return { ...settled(input, options, plan), madeBy: 'solver', note, results };
}

/**
 * Returns the parts of a settled plan. They have a new roster, because the search's roster may lack
 * the schedules that move.
 */
function settled(
  input: PlanInput,
  options: PlanOptions,
  plan: { placed: readonly Placed[]; staying: readonly ScheduledWork[] },
): Pick<Attempt, 'roster' | 'tasks' | 'lines'> {
  const roster = new Roster(input, options);
  const tasks = tasksOf(roster);
  return { roster, tasks, lines: settle(roster, tasks, plan) };
}

/** Minimizes one sum after another. Each is fixed while the next one is minimized. */
export function minimizeAll(
  formulation: Formulation,
  engine: Engine,
  limitMs: number,
): { values: Float64Array; results: PassResult[] } {
  const results: PassResult[] = [];
  let values = new Float64Array(formulation.columns);
  if (formulation.passes.length === 0) return { values, results };
  let leftMs = limitMs;
  const program = engine.open(formulation.program);
  try {
    for (const { name, sum, offset, keeps } of formulation.passes) {
      if (name === 'urgency' && results[0]?.name === 'open' && results[0].value === 0) {
        results.push({ name, value: 0, bound: 0, isProven: true, tookMs: 0 });
        continue;
      }
      const solution = program.minimize(sum, leftMs);
      leftMs -= solution.tookMs;
      if (!solution.values && results.length === 0) throw new NothingInTime();
      if (!solution.values) break;
      values = Float64Array.from(solution.values);
      const value = Math.round(solution.objective);
      const bound = Math.ceil(solution.bound - 0.01);
      const isProven = solution.isProven || bound >= value;
      results.push({
        name,
        isProven,
        tookMs: solution.tookMs,
        value: value + offset,
        bound: Math.min(bound, value) + offset,
      });
      if (leftMs <= 0) break;
      for (const kept of keeps) {
        const share = Math.round(
          kept.reduce((all, { column, times }) => all + times * (values[column] ?? 0), 0),
        );
        program.hold({ atLeast: share, atMost: share }, kept);
      }
      // Sums are whole numbers, and 0.5 allows for rounding.
      if (keeps.length === 0) program.hold({ atMost: value + 0.5 }, sum);
    }
  } finally {
    program.close();
  }
  return { values, results };
}

function inTime(results: readonly PassResult[]): string {
  const open = results.find(({ name }) => name === 'open');
  const all = 'The time limit was reached before the plan was proven to be the best.';
  if (!open) return all;
  if (open.isProven)
    return `${all} No plan leaves fewer than ${open.value} events open; it may be less even.`;
  return `${all} It leaves ${open.value} events open; a better plan leaves ${open.bound} at least.`;
}

/**
 * Solves one week after another, with the earlier weeks fixed. Schedules don't move, because they
 * could move from one week into another.
 */
function solveByWeeks(input: PlanInput, options: PlanOptions, engine: Engine): Attempt {
  const still = { ...options, moveExisting: false };
  const weeks = [...Map.groupBy(new Roster(input, still).days, weekStart).values()];
  const limitMs = (options.timeLimitMs ?? DEFAULT_TIME_LIMIT_MS) / Math.max(1, weeks.length);
  const locks = new Map<number, Lock>((input.locks ?? []).map((lock) => [lock.eventId, lock]));
  const placed: Placed[] = [];
  const results: PassResult[] = [];
  for (const days of weeks) {
    const week = { ...input, days, balancedDays: input.days, locks: [...locks.values()] };
    const roster = new Roster(week, still);
    const tasks = tasksOf(roster);
    const formulation = new Formulation(roster, tasks);
    const solutions = minimizeAll(formulation, engine, limitMs);
    results.push(...solutions.results);
    const { lines } = settled(week, still, formulation.read(solutions.values, tasks));
    for (const { event, person, day, startsAt, locked, coreEventId } of lines) {
      if (locked || coreEventId !== null) continue;
      locks.set(event.id, { eventId: event.id, employeeId: person.id, startsAt });
      placed.push({ event, person, day });
    }
  }
  return {
    ...settled(input, still, { placed, staying: [] }),
    madeBy: 'solver',
    note: 'So many days and events are planned week by week: a plan of all weeks at once may be better.',
    results,
  };
}

/** Adds the sentences to a plan. Drops lines that the rules refuse in the end. */
function present(attempt: Attempt, options: PlanOptions): Proposal {
  const { roster, tasks, madeBy, note, results } = attempt;
  const { input } = roster;
  const lines: Settled[] = [];
  for (const line of attempt.lines) {
    if (passes(roster, line)) lines.push(line);
    else roster.remove(roster.workOfEvent(line.event.id));
  }
  const placed = new Set(lines.map(({ event }) => event.id));
  const requestedEvents = input.open.filter((event) => roster.mayPlan(event));
  const marked = new Set(input.neverPlan ?? []);
  const leftOutEvents = input.open.filter(
    ({ id, type, ...window }) =>
      marked.has(id) && (options.types?.includes(type) ?? true) && daysWithin(roster.days, window).length > 0,
  );
  const open = requestedEvents.filter((event) => !placed.has(event.id));
  const [first = input.today, last = input.today] = [input.days[0], input.days.at(-1)];
  const [from, to] = [weekStart(first), addDays(weekStart(last), 6)];
  const leftOut = new Set(tasks.leftOut.map(({ event }) => event.id));
  const possible = requestedEvents.filter(
    (event) => !leftOut.has(event.id) && daysWithin(roster.days, event).length > 0,
  ).length;
  const openBound = results.find(({ name }) => name === 'open');
  const isWhole = results.filter(({ name }) => name === 'open').length === 1;
  return {
    madeBy,
    note,
    lines: lines.map((line) => presentLine(roster, line, lines)),
    open: open.map((event) => explainOpen(roster, tasks, event, lines)),
    leftOut: leftOutEvents.length,
    unkept: tasks.unkept,
    passes: results,
    atMostPlaced: isWhole && openBound ? possible - openBound.bound : possible,
    fairness: {
      before: fairnessOf(input.people, input.planned, from, to),
      after: fairnessOf(input.people, roster.allWork(), from, to),
    },
  };
}

function presentLine(roster: Roster, line: Settled, lines: readonly Settled[]): ProposalLine {
  const { event, person, day, startsAt, from, coreEventId, locked } = line;
  const { overrides, hints } = judgeLine(roster, line);
  const room = from
    ? lines.find((other) => !other.from && other.person.id === from.employeeId && other.day === from.workDate)
    : undefined;
  return {
    kind: from ? 'moved' : 'new',
    eventId: event.id,
    employeeId: person.id,
    day,
    startsAt,
    endsAt: roster.endOf(event, startsAt),
    from: from && { scheduleId: from.scheduleId, employeeId: from.employeeId, startsAt: from.startsAt },
    coreEventId,
    makesRoomFor: room?.event.id ?? null,
    locked,
    ...explainLine(roster, line),
    warnings: [...overrides, ...hints].map(({ code, severity, message }) => ({ code, severity, message })),
  };
}
