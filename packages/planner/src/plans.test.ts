import { seededRandom } from '@scheduler/runtime/random';
import { formatDay, labelOf, type PlannedWork, timeOf, type WorkDate } from '@scheduler/scheduling';
import { beforeAll, describe, expect, it } from 'vitest';
import { randomPlan } from './baselines.ts';
import { cover } from './cover.ts';
import { openHighs } from './highs.ts';
import type { PlanInput, PlanOptions } from './input.ts';
import type { Engine } from './program.ts';
import type { Proposal } from './proposal.ts';
import { greedyProposal, proposalOf, propose } from './propose.ts';
import { rank } from './rank.ts';
import { rankEvents } from './rank-events.ts';
import { rankTakers } from './rank-takers.ts';
import { linesNow, moveLine } from './review.ts';
import { inventedClub } from './testing.ts';

/*
 * Whole plans of invented clubs as text, in the folder beside this file. A change that moves a
 * line, an order or a sentence shows in the diff of that text, which has to be read as the change
 * of a plan: `vitest run packages/planner/src/plans.test.ts -u` writes it anew.
 */

let highs: Engine;
beforeAll(async () => {
  highs = await openHighs();
});

const broken: Engine = {
  open: () => {
    throw new Error('The engine is broken.');
  },
};

/** A club with everything that a plan may meet: preferences, marks, work of the weeks before. */
function fullClub(seed: number, size = { people: 7, days: 6, events: 24, scheduled: 0.35 }): PlanInput {
  const club = inventedClub(seed, size);
  const [first, second, third] = club.open;
  const person = (n: number) => club.people[n % club.people.length]?.id ?? 0;
  return {
    ...club,
    rotations: {
      ...club.rotations,
      exceptions: [{ kind: 'primary_lead', day: club.days[1] ?? '', employeeId: person(1) }],
    },
    preferred: [
      { eventId: first?.id ?? 0, employeeId: person(seed) },
      { eventId: second?.id ?? 0, employeeId: person(seed + 2) },
    ],
    neverPlan: third ? [third.id] : [],
    recent: ['2027-02-13', '2027-02-14', '2027-02-27'].map(
      (workDate, n): PlannedWork => ({
        scheduleId: 90 + n,
        eventId: 90 + n,
        employeeId: person(2 + (n % 2)),
        type: 'Core',
        startsAt: `${workDate}T15:45:00.000Z`,
        endsAt: `${workDate}T22:15:00.000Z`,
        workDate,
      }),
    ),
  };
}

/** The words in which a club's plans are written down. */
function wordsOf(input: PlanInput) {
  const events = new Map([...input.open, ...input.scheduled.map(({ event }) => event)].map((e) => [e.id, e]));
  const event = (id: number) => {
    const of = events.get(id);
    return `${id} ${of ? labelOf(of) : 'gone'}`;
  };
  const name = (id: number) => input.people.find((person) => person.id === id)?.name ?? `no ${id}`;
  const at = (startsAt: string) => timeOf(startsAt, input.store.timeZone);
  const place = (who: number, day: WorkDate) => `${name(who)} on ${formatDay(day)}`;
  return { event, name, at, place };
}

/** A proposal as text: each line, each event that stays open, the sums and what everybody gets. */
function inWords(input: PlanInput, proposal: Proposal): string {
  const { event, name, at, place } = wordsOf(input);
  const lines = proposal.lines.flatMap((line) => [
    [
      `${line.kind} ${event(line.eventId)}: ${place(line.employeeId, line.day)}, ${at(line.startsAt)} to ${at(line.endsAt)}`,
      line.from && `from ${line.from.scheduleId} ${name(line.from.employeeId)} ${line.from.startsAt}`,
      line.coreEventId !== null && `with ${line.coreEventId}`,
      line.makesRoomFor !== null && `room for ${line.makesRoomFor}`,
      line.locked && 'locked',
    ]
      .filter(Boolean)
      .join('; '),
    `  ${line.why}`,
    ...(line.runnerUp
      ? [
          `  then ${place(line.runnerUp.employeeId, line.runnerUp.day)} ${at(line.runnerUp.startsAt)}: ${line.runnerUp.cost}`,
        ]
      : []),
    ...line.warnings.map(({ code, severity, message }) => `  ${severity} ${code}: ${message}`),
  ]);
  const open = proposal.open.flatMap(({ eventId, obstacles, repair, steps }) => [
    `open ${event(eventId)}`,
    ...obstacles.map(({ code, message, people }) => `  ${code} (${people}): ${message}`),
    ...(repair === null ? [] : [`  ${repair} ${JSON.stringify(steps)}`]),
  ]);
  return [
    `made by ${proposal.madeBy}: ${proposal.note}`,
    ...lines,
    ...open,
    ...proposal.unkept.map(({ eventId, message }) => `unkept ${event(eventId)}: ${message}`),
    `left out ${proposal.leftOut}, at most placed ${proposal.atMostPlaced}`,
    ...proposal.passes.map(
      (pass) => `${pass.name} ${pass.value}, at least ${pass.bound}${pass.isProven ? '' : ', unproven'}`,
    ),
    ...proposal.fairness.after.map((after, n) => {
      const before = proposal.fairness.before[n];
      return `${name(after.employeeId)}: minutes ${before?.minutes} to ${after.minutes}, days ${before?.days} to ${after.days}, Cores ${before?.cores} to ${after.cores}, weekend ${before?.weekendDays} to ${after.weekendDays}`;
    }),
    '',
  ].join('\n');
}

const fileOf = (name: string) => `./plans/${name}.txt`;

describe('the plan of an invented club is the written one', () => {
  const plans: [name: string, seed: number, options: PlanOptions][] = [
    ['open work alone', 1, {}],
    ['open work alone, another club', 12, {}],
    ['moves what is scheduled', 3, { moveExisting: true }],
    ['breaks soft rules', 4, { allow: ['role', 'pattern_unavailable', 'seventh_day'] }],
    ['few hours, some types, a later day', 5, { mostMinutesPerWeek: 900, earliestDay: '2027-03-04' }],
    ['some types', 6, { types: ['Core', 'Supervisor', 'Freeosk'], neverPlan: [2] }],
    ['week by week', 7, { mostColumns: 0 }],
  ];
  it.each(plans)('%s', async (name, seed, options) => {
    const days = name === 'week by week' ? 10 : 6;
    const input = fullClub(seed, { people: 7, days, events: 24, scheduled: 0.35 });
    const text = inWords(input, propose(input, options, highs));
    await expect(text).toMatchFileSnapshot(fileOf(name));
  });

  it('event by event', async () => {
    const input = fullClub(8, { people: 4, days: 5, events: 30, scheduled: 0.2 });
    await expect(inWords(input, greedyProposal(input, {}))).toMatchFileSnapshot(fileOf('event by event'));
  });

  it('at random', async () => {
    const input = fullClub(9);
    const proposal = proposalOf(input, {}, (roster, tasks) => randomPlan(roster, tasks, seededRandom(5)));
    await expect(inWords(input, proposal)).toMatchFileSnapshot(fileOf('at random'));
  });

  it('with locks', async () => {
    const input = fullClub(10);
    const random = proposalOf(input, {}, (roster, tasks) => randomPlan(roster, tasks, seededRandom(6)));
    const moved = input.scheduled.slice(0, 2).map(({ event, scheduleId, employeeId, startsAt }, n) => ({
      eventId: event.id,
      employeeId: input.people[n]?.id ?? 0,
      startsAt: `${input.days[2]}T16:15:00.000Z`,
      from: { scheduleId, employeeId, startsAt },
    }));
    const locks = [...random.lines.filter((_, n) => n % 2 === 0), ...moved];
    const proposal = propose({ ...input, locks }, { moveExisting: true }, highs);
    await expect(inWords(input, proposal)).toMatchFileSnapshot(fileOf('with locks'));
  });
});

/** A club whose open work was approved as the older rules plan it. */
function staffedClub(seed: number): PlanInput {
  const input = fullClub(seed, { people: 8, days: 6, events: 30, scheduled: 0 });
  const { lines } = greedyProposal(input, {});
  const scheduled = lines.flatMap(({ eventId, employeeId, startsAt, endsAt, day }) =>
    input.open
      .filter(({ id }) => id === eventId)
      .map((event) => ({
        scheduleId: 10_000 + eventId,
        employeeId,
        startsAt,
        endsAt,
        workDate: day,
        event: { ...event, scheduled: true, condition: 'Scheduled' as const },
      })),
  );
  return {
    ...input,
    open: input.open.filter(({ id }) => scheduled.every(({ event }) => event.id !== id)),
    scheduled,
    planned: scheduled.map(({ event, ...work }) => ({ ...work, eventId: event.id, type: event.type })),
  };
}

describe('the cover of an invented club is the written one', () => {
  const covers: [name: string, seed: number, engineOf: () => Engine][] = [
    ['somebody is off', 21, () => highs],
    ['somebody else is off', 22, () => highs],
    ['somebody is off and the engine fails', 21, () => broken],
  ];
  it.each(covers)('%s', async (name, seed, engineOf) => {
    const club = staffedClub(seed);
    const byPerson = Map.groupBy(club.scheduled, ({ employeeId }) => employeeId);
    const [employeeId, theirs] = [...byPerson].sort(([, a], [, b]) => b.length - a.length)[0] ?? [0, []];
    const off = { startsOn: club.today, endsOn: club.days.at(-1) ?? '', reason: 'Sick' };
    const input = {
      ...club,
      people: club.people.map((one) => (one.id === employeeId ? { ...one, timeOff: [off] } : one)),
    };
    const scheduleIds = theirs.map(({ scheduleId }) => scheduleId);
    const proposal = cover(input, { scheduleIds, keepsPeople: false }, {}, engineOf());
    await expect(inWords(input, proposal)).toMatchFileSnapshot(fileOf(name));
    const locks = proposal.lines.filter((_, n) => n % 2 === 0);
    const again = cover({ ...input, locks }, { scheduleIds, keepsPeople: false }, {}, engineOf());
    await expect(inWords(input, again)).toMatchFileSnapshot(fileOf(`${name}, with locks`));
  });

  it('a closed day', async () => {
    const club = staffedClub(23);
    const day = club.days[1] ?? '';
    const input = { ...club, holidays: [{ day, name: 'Inventory', yearly: false }] };
    const scheduleIds = input.scheduled
      .filter(({ workDate }) => workDate === day)
      .map(({ scheduleId }) => scheduleId);
    const proposal = cover(input, { scheduleIds, keepsPeople: true }, {}, highs);
    await expect(inWords(input, proposal)).toMatchFileSnapshot(fileOf('a closed day'));
  });
});

it('the suggestions in an invented club are the written ones', async () => {
  const input = staffedClub(31);
  const extra = fullClub(32)
    .open.slice(0, 10)
    .map((event) => ({ ...event, id: 500 + event.id }));
  const club = { ...input, open: [...input.open, ...extra] };
  const { event, name, at, place } = wordsOf(club);
  const text: string[] = [];
  const tell = (title: string, { people, cannot }: ReturnType<typeof rank>) => {
    text.push(title);
    for (const each of people) {
      text.push(`  ${place(each.employeeId, each.day)} ${at(each.startsAt)}: ${each.because}`);
      for (const { code, message } of [...each.needsReason, ...each.hints])
        text.push(`    ${code}: ${message}`);
    }
    for (const { code, message, people: who } of cannot) {
      text.push(`  not ${code}: ${message}`);
      for (const each of who) text.push(`    ${each.name}: ${each.message}`);
    }
  };
  for (const of of extra) tell(event(of.id), rank(club, { event: of }));
  for (const moving of club.scheduled.slice(0, 8)) {
    const ask = { event: moving.event, day: moving.workDate, time: at(moving.startsAt), moving };
    tell(`${event(moving.event.id)} as it is`, rank(club, ask));
  }
  for (const employeeId of club.people.map(({ id }) => id)) {
    for (const day of club.days.slice(1, 3)) {
      const { events, cannot } = rankEvents(club, { employeeId, day });
      text.push(`for ${place(employeeId, day)}`);
      for (const each of events) {
        const reasons = each.needsReason.map(({ code }) => code).join(' ');
        text.push(`  ${event(each.eventId)} ${at(each.startsAt)}: ${each.because} ${reasons}`);
      }
      for (const each of cannot) {
        const ids = each.events.map(({ eventId }) => eventId).join(' ');
        text.push(`  not ${each.code} (${ids}): ${each.message}`);
      }
    }
  }
  for (const [day, works] of Map.groupBy(club.scheduled, ({ workDate }) => workDate)) {
    text.push(`takers of ${formatDay(day)}`);
    const roles = ['Lead Event Specialist', 'Club Supervisor', 'Event Specialist'] as const;
    for (const each of rankTakers(club, works, roles)) {
      text.push(`  ${name(each.employeeId)} ${each.takes}: ${each.because}`);
    }
  }
  await expect(`${text.join('\n')}\n`).toMatchFileSnapshot(fileOf('suggestions'));
});

it('the lines of a plan under review, and those that a person moves, are the written ones', async () => {
  const input = fullClub(41);
  const { event, at, place } = wordsOf(input);
  const proposal = propose(input, { moveExisting: true }, highs);
  const text: string[] = [];
  const now = linesNow(
    input,
    proposal.lines.map((line, n) => ({
      ...line,
      ticked: n % 3 !== 0,
      wasRefused: n % 4 === 0,
      isCovered: n % 5 === 0,
    })),
    input.days[0] ?? '',
  );
  for (const [eventId, { obstacle, scored }] of now) {
    text.push(`${event(eventId)}: ${obstacle}`, `  ${scored?.why}`, `  ${scored?.runnerUp?.cost}`);
    for (const { code, message } of scored?.warnings ?? []) text.push(`  ${code}: ${message}`);
  }
  for (const line of proposal.lines.filter((_, n) => n % 2 === 0)) {
    for (const employeeId of input.people.slice(1, 5).map(({ id }) => id)) {
      for (const [day, time] of [
        [line.day, undefined],
        [input.days[3] ?? '', '11:00'],
      ] as const) {
        const moved = moveLine(input, proposal.lines, { eventId: line.eventId, employeeId, day, time });
        text.push(`${event(line.eventId)} to ${place(employeeId, day)} ${time ?? ''}`);
        if (!moved.allowed) {
          text.push(`  no: ${moved.message}`);
          continue;
        }
        for (const each of moved.lines) {
          text.push(
            `  ${event(each.eventId)}: ${place(each.employeeId, each.day)}, ${at(each.startsAt)} to ${at(each.endsAt)}${each.lacksPerson ? ', lacks a person' : ''}`,
            `    ${each.why} ${each.runnerUp?.cost}`,
            ...each.warnings.map(({ code, message }) => `    ${code}: ${message}`),
          );
        }
      }
    }
  }
  await expect(`${text.join('\n')}\n`).toMatchFileSnapshot(fileOf('review'));
});
