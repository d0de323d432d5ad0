import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { demoScenario } from '@scheduler/db/seeds';
import {
  greedyProposal,
  NO_ROTATIONS,
  type PlanInput,
  type Proposal,
  proposalOf,
  randomPlan,
  rank,
  rankEvents,
  type ScheduledWork,
} from '@scheduler/planner';
import { inventedClub } from '@scheduler/planner/testing';
import { seededRandom } from '@scheduler/runtime/random';
import { addDays, type PlannedWork, usualRules, workDateOf } from '@scheduler/scheduling';
import { interleave, type PartResult, percentile, Rounds, verdict } from './measure.ts';

const TODAY = '2027-03-01';
/** The number of events of a club for which suggestions are measured. */
const SUGGESTIONS = 200;

/**
 * Plans the demo's club and a large one, with the solver in a process of its own, beside the older
 * application's rules and a random plan that only obeys the rules.
 */
export async function measurePlans(rounds: number): Promise<PartResult> {
  const clubs = {
    'demo, 46 open': demoClub(),
    '50 people, 14 days, 400 events': inventedClub(3, { people: 50, days: 14, events: 400 }),
  };
  const results = new Rounds();
  const contestants = Object.entries(clubs).flatMap(([club, input]) =>
    ['solver', 'older rules', 'random'].map((planner) => ({ club, input, planner })),
  );
  await interleave(contestants, rounds, async ({ club, input, planner }, round) => {
    const { proposal, ms, cpuMs, megabytes } = await planOnce(planner, input, round);
    const proven = proposal.passes.filter(({ isProven }) => isProven).length;
    results.add(`${planner}, ${club}`, {
      ms,
      cpuMs,
      placed: proposal.lines.length,
      spread: spreadOf(input, proposal),
      ...(planner === 'solver' ? { megabytes, unproven: proposal.passes.length - proven } : {}),
    });
  });
  for (let round = 0; round < rounds; round++) {
    for (const [club, input] of Object.entries(clubs)) {
      // One run is not measured, because a running server has compiled this code before.
      suggestAll(input);
      const took = suggestAll(input);
      results.add(`suggestions, ${club}`, { p50: percentile(took, 0.5), p95: percentile(took, 0.95) });
      const ofCells = suggestForCells(input);
      results.add(`events for a cell, ${club}`, {
        p50: percentile(ofCells, 0.5),
        p95: percentile(ofCells, 0.95),
      });
    }
  }
  const [demo, large] = Object.keys(clubs);
  const on = (planner: string, club = '') => `${planner}, ${club}`;
  return {
    part: 'plan',
    what: `${rounds} rounds; the demo has ${clubs['demo, 46 open'].open.length} open events in its 13 days`,
    verdicts: [
      verdict('demo, ms', results.of(on('solver', demo), 'ms'), { atMost: 2_000 }),
      verdict('demo, processor time, ms', results.of(on('solver', demo), 'cpuMs'), { atMost: 2_000 }),
      verdict('demo, passes not proven', results.of(on('solver', demo), 'unproven'), { atMost: 0 }),
      verdict('large club, ms', results.of(on('solver', large), 'ms'), { atMost: 10_000 }),
      verdict('large club, processor time, ms', results.of(on('solver', large), 'cpuMs'), { atMost: 10_000 }),
      verdict('large club, passes not proven', results.of(on('solver', large), 'unproven'), { atMost: 0 }),
      verdict('large club, MB of the process, Node and all', results.of(on('solver', large), 'megabytes'), {
        atMost: 500,
      }),
      verdict(
        'events for a cell of the large club, p95, ms',
        results.of(on('events for a cell', large), 'p95'),
        {
          atMost: 50,
        },
      ),
      verdict(
        'suggestions of the large club, p95, processor time, ms',
        results.of(on('suggestions', large), 'p95'),
        {
          atMost: 50,
        },
      ),
      ...[demo, large].flatMap((club) => {
        const pair: [string, string] = [on('solver', club), on('older rules', club)];
        return [
          ...results.compare(`${club}: placed, of the older rules’`, pair, 'placed', { atLeast: 1 }),
          ...results.compare(`${club}: spread of minutes, of the older rules’`, pair, 'spread', {
            atMost: 0.5,
          }),
          ...results.compare(`${club}: processor time, of the older rules’`, pair, 'cpuMs', { atMost: 100 }),
        ];
      }),
    ],
    standings: results.standings(),
    missing: [],
  };
}

async function planOnce(
  planner: string,
  input: PlanInput,
  round: number,
): Promise<{ proposal: Proposal; ms: number; cpuMs: number; megabytes: number }> {
  if (planner === 'solver') {
    const child = fork(fileURLToPath(new URL('./plan-process.ts', import.meta.url)), {
      serialization: 'advanced',
    });
    child.send(input);
    const [answer] = await once(child, 'message');
    child.kill();
    return answer;
  }
  const [beganMs, before] = [performance.now(), process.cpuUsage()];
  const proposal =
    planner === 'random'
      ? proposalOf(input, {}, (roster, tasks) => randomPlan(roster, tasks, seededRandom(round + 1)))
      : greedyProposal(input, {});
  const { user, system } = process.cpuUsage(before);
  return { proposal, ms: performance.now() - beganMs, cpuMs: (user + system) / 1_000, megabytes: 0 };
}

/** Returns the processor time of an act: the clock of a busy machine tells of its other work. */
function cpuMsOf(act: () => unknown): number {
  const before = process.cpuUsage();
  act();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000;
}

/** Ranks the open events for people's days, and returns the processor time of each ranking. */
function suggestForCells(input: PlanInput): number[] {
  const { people, days } = input;
  return Array.from({ length: SUGGESTIONS }, (_, n) => {
    const [person, day] = [people[n % people.length], days[n % days.length]];
    return cpuMsOf(() => person && day && rankEvents(input, { employeeId: person.id, day }));
  });
}

function suggestAll(input: PlanInput): number[] {
  return Array.from({ length: SUGGESTIONS }, (_, n) => {
    const event = input.open[n % input.open.length];
    return cpuMsOf(() => event && rank(input, { event }));
  });
}

/** Returns the standard deviation of the minutes of the people who do Cores. */
function spreadOf(input: PlanInput, { fairness }: Proposal): number {
  const supervisors = new Set(
    input.people.filter(({ role }) => role === 'Club Supervisor').map(({ id }) => id),
  );
  const minutes = fairness.after
    .filter(({ employeeId }) => !supervisors.has(employeeId))
    .map((each) => each.minutes);
  const mean = minutes.reduce((sum, each) => sum + each, 0) / minutes.length;
  return Math.sqrt(minutes.reduce((sum, each) => sum + (each - mean) ** 2, 0) / minutes.length);
}

/**
 * The demo's club on the days after today. This week is almost fully scheduled, the next one is
 * open.
 */
function demoClub(): PlanInput {
  const { store, people, events, holiday } = demoScenario(TODAY);
  const { timeZone } = store;
  const days = Array.from({ length: 13 }, (_, n) => addDays(TODAY, n + 1));
  const numbers = new Map(people.map((person, index) => [person.employeeNumber, index + 1]));
  const scheduled: ScheduledWork[] = [];
  const planned: PlannedWork[] = [];
  const open: PlanInput['open'][number][] = [];
  events.forEach((event, index) => {
    const facts = { ...event, id: index + 1, scheduled: event.booking !== null };
    if (!event.booking) {
      if (event.startsOn <= (days.at(-1) ?? TODAY) && event.dueOn > TODAY) open.push(facts);
      return;
    }
    const { startsAt, endsAt, employeeNumber } = event.booking;
    const times = { startsAt, endsAt, workDate: workDateOf(startsAt, timeZone), scheduleId: index + 1 };
    const employeeId = numbers.get(employeeNumber) ?? 0;
    planned.push({ ...times, employeeId, eventId: facts.id, type: event.type });
    scheduled.push({ ...times, employeeId, event: facts });
  });
  return {
    store: usualRules(timeZone),
    today: TODAY,
    days,
    open,
    scheduled,
    planned,
    people: people.map((person, index) => ({
      id: index + 1,
      name: person.name,
      role: person.role,
      repId: person.repId,
      pattern: person.pattern,
      terminatedOn: null,
      ranges: [],
      dates: [],
      timeOff: person.timeOff,
    })),
    holidays: [{ ...holiday, yearly: false }],
    rotations: NO_ROTATIONS,
  };
}
