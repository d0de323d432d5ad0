import {
  addDays,
  type EventFacts,
  evaluate,
  isDuring,
  type PlannedWork,
  supervisorEventFor,
  type WorkDate,
  workDateOf,
} from '@scheduler/scheduling';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { cover } from './cover.ts';
import { openHighs } from './highs.ts';
import type { Lock, PlanInput, ScheduledWork } from './input.ts';
import { type Engine, Stopped } from './program.ts';
import type { Proposal, ProposalLine } from './proposal.ts';
import { greedyProposal } from './propose.ts';
import { clubsToPlan, inventedClub } from './testing.ts';

let highs: Engine;
beforeAll(async () => {
  highs = await openHighs();
});

const broken: Engine = {
  open: () => {
    throw new Error('The engine is broken.');
  },
};

/** A club whose open work is scheduled as far as the older rules found somebody. */
function staffedClub(seed: number): PlanInput {
  const input = inventedClub(seed, { people: 13, days: 7, events: 45 });
  const { lines } = greedyProposal(input, {});
  const events = new Map(input.open.map((event) => [event.id, event]));
  const scheduled = lines.flatMap(({ eventId, employeeId, startsAt, endsAt, day }): ScheduledWork[] => {
    const event = events.get(eventId);
    if (!event) return [];
    return [
      {
        scheduleId: 10_000 + eventId,
        employeeId,
        startsAt,
        endsAt,
        workDate: day,
        event: { ...event, scheduled: true, condition: 'Scheduled' },
      },
    ];
  });
  return {
    ...input,
    open: input.open.filter(({ id }) => scheduled.every(({ event }) => event.id !== id)),
    scheduled,
    planned: scheduled.map(({ event, ...work }) => ({ ...work, eventId: event.id, type: event.type })),
  };
}

/** The person with the most work is off on the days on which they have it. */
function offSick(input: PlanInput): { input: PlanInput; theirs: ScheduledWork[]; employeeId: number } {
  const byPerson = Map.groupBy(input.scheduled, ({ employeeId }) => employeeId);
  const [first] = [...byPerson].sort(([, a], [, b]) => b.length - a.length);
  if (!first) throw new Error('Nobody works in this club.');
  const [employeeId, theirs] = first;
  const days = theirs.map(({ workDate }) => workDate).sort();
  const off = { startsOn: days[0] ?? '', endsOn: days.at(-1) ?? '', reason: 'Sick' };
  return {
    employeeId,
    theirs,
    input: {
      ...input,
      people: input.people.map((person) =>
        person.id === employeeId ? { ...person, timeOff: [...person.timeOff, off] } : person,
      ),
    },
  };
}

const idsOf = (works: readonly ScheduledWork[]) => works.map(({ scheduleId }) => scheduleId);

/** What the rules say against a line, asked anew with everything else as the proposal has it. */
function against(input: PlanInput, proposal: Proposal, line: ProposalLine) {
  const events = new Map(input.scheduled.map(({ event }) => [event.id, event] as const));
  const moved = new Set(proposal.lines.map(({ eventId }) => eventId));
  const planned: PlannedWork[] = [
    ...input.planned.filter(({ eventId }) => !moved.has(eventId)),
    ...proposal.lines.map((each) => ({
      scheduleId: -each.eventId,
      eventId: each.eventId,
      employeeId: each.employeeId,
      startsAt: each.startsAt,
      endsAt: each.endsAt,
      type: eventOf(events, each.eventId).type,
      workDate: workDateOf(each.startsAt, input.store.timeZone),
    })),
  ];
  const person = input.people.find(({ id }) => id === line.employeeId);
  if (!person) throw new Error('A line names a person that is not there.');
  return evaluate({
    event: { ...eventOf(events, line.eventId), scheduled: false },
    person,
    startsAt: line.startsAt,
    store: input.store,
    planned,
    holidays: input.holidays,
  }).filter(({ severity }) => severity !== 'hint');
}

function eventOf(events: ReadonlyMap<number, EventFacts>, id: number): EventFacts {
  const event = events.get(id);
  if (!event) throw new Error(`There is no event ${id}.`);
  return event;
}

describe.each([
  ['by the solver', () => highs],
  ['where the solver fails', () => broken],
] as const)('cover for somebody who is off, %s', (_, engineOf) => {
  it('obeys every rule, moves nothing else, and tells of each work', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 10_000 }), (seed) => {
        const { input, theirs, employeeId } = offSick(staffedClub(seed));
        const proposal = cover(input, { scheduleIds: idsOf(theirs), keepsPeople: false }, {}, engineOf());
        for (const line of proposal.lines) {
          expect(against(input, proposal, line)).toEqual([]);
          expect(line.kind).toBe('moved');
          expect(line.employeeId).not.toBe(employeeId);
          expect(line.why).not.toBe('');
        }
        const told = [...proposal.lines, ...proposal.open].map(({ eventId }) => eventId);
        expect(new Set(told).size).toBe(told.length);
        for (const { event } of theirs) expect(told).toContain(event.id);
        // What else moves is a noon check whose Core got another day.
        const others = proposal.lines.filter(({ from }) => from?.employeeId !== employeeId);
        for (const { coreEventId } of others) {
          const core = proposal.lines.find(({ eventId }) => eventId === coreEventId);
          expect(core?.from && core.day !== dayOf(input, core.from.startsAt)).toBe(true);
        }
        for (const { obstacles } of proposal.open) expect(obstacles.length).toBeGreaterThan(0);
      }),
      { numRuns: clubsToPlan(25) },
    );
  });

  it('keeps day and time of all that anybody can take over', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 10_000 }), (seed) => {
        const { input, theirs } = offSick(staffedClub(seed));
        const proposal = cover(input, { scheduleIds: idsOf(theirs), keepsPeople: false }, {}, engineOf());
        for (const line of proposal.lines.filter(({ coreEventId }) => coreEventId === null)) {
          const from = line.from?.startsAt ?? '';
          if (line.day === dayOf(input, from)) {
            expect(line.startsAt).toBe(from);
            continue;
          }
          // Nobody could take this one over that day with everything else as proposed.
          for (const person of input.people) {
            const there = { ...line, employeeId: person.id, startsAt: from };
            const others = { ...proposal, lines: proposal.lines.filter((each) => each !== line) };
            expect(against(input, others, there)).not.toEqual([]);
          }
        }
      }),
      { numRuns: clubsToPlan(25) },
    );
  });

  it('has a noon check done on the day of its Core', () => {
    for (let seed = 1; seed <= clubsToPlan(20); seed++) {
      const { input, theirs } = offSick(staffedClub(seed));
      const proposal = cover(input, { scheduleIds: idsOf(theirs), keepsPeople: false }, {}, engineOf());
      const dayBy = new Map(input.scheduled.map(({ event, workDate }) => [event.id, workDate]));
      for (const { eventId, day } of proposal.lines) dayBy.set(eventId, day);
      for (const { event: core } of input.scheduled) {
        const checks = input.scheduled.map(({ event }) => event).filter(({ type }) => type === 'Supervisor');
        const check = supervisorEventFor(core, checks);
        const isOpen = proposal.open.some(({ eventId }) => eventId === check?.id || eventId === core.id);
        if (check && !isOpen) expect(dayBy.get(check.id)).toBe(dayBy.get(core.id));
      }
    }
  });
});

describe('cover', () => {
  it('says that the solver failed, and is stopped where it is told to', () => {
    const { input, theirs } = offSick(staffedClub(3));
    const covered = { scheduleIds: idsOf(theirs), keepsPeople: false };
    expect(cover(input, covered, {}, broken)).toMatchObject({
      madeBy: 'greedy',
      note: expect.stringMatching(/^The solver failed/),
    });
    expect(cover(input, covered, {}, highs)).toMatchObject({ madeBy: 'solver', note: null });
    const stopped: Engine = {
      open: () => {
        throw new Stopped();
      },
    };
    expect(() => cover(input, covered, {}, stopped)).toThrow(Stopped);
  });

  it('gives a single work to the best of its day: nobody else would do it better', () => {
    for (let seed = 1; seed <= clubsToPlan(40); seed++) {
      const { input, theirs } = offSick(staffedClub(seed));
      const [one] = theirs.filter(({ event }) => event.type !== 'Supervisor');
      if (!one) continue;
      const proposal = cover(input, { scheduleIds: [one.scheduleId], keepsPeople: false }, {}, highs);
      for (const { runnerUp } of proposal.lines) {
        expect(runnerUp?.cost ?? '').not.toContain('has other work for them');
      }
    }
  });

  it('for hours off gives away what lasts into them, and keeps its day wherever anybody can', () => {
    let kept = 0;
    for (let seed = 1; seed <= 30; seed++) {
      const club = staffedClub(seed);
      const { employeeId, theirs: all } = offSick(club);
      const hours = { fromTime: '13:00', untilTime: '15:00' };
      const off = { startsOn: club.today, endsOn: addDays(club.today, 28), reason: null, ...hours };
      const input = {
        ...club,
        people: club.people.map((person) =>
          person.id === employeeId ? { ...person, timeOff: [...person.timeOff, off] } : person,
        ),
      };
      const theirs = all.filter((work) => isDuring(work, work.workDate, hours, club.store.timeZone));
      const proposal = cover(input, { scheduleIds: idsOf(theirs), keepsPeople: false }, {}, highs);
      for (const line of proposal.lines) {
        expect(against(input, proposal, line)).toEqual([]);
        const from = line.from?.startsAt ?? '';
        if (line.day === dayOf(input, from)) {
          kept += 1;
          expect(line.startsAt).toBe(from);
          continue;
        }
        if (line.coreEventId !== null) continue;
        for (const person of input.people) {
          const there = { ...line, employeeId: person.id, startsAt: from };
          const others = { ...proposal, lines: proposal.lines.filter((each) => each !== line) };
          expect(against(input, others, there)).not.toEqual([]);
        }
      }
    }
    expect(kept).toBeGreaterThan(20);
  });

  it('places what is locked where it is locked', () => {
    const { input, theirs } = offSick(staffedClub(3));
    const covered = { scheduleIds: idsOf(theirs), keepsPeople: false };
    const [line] = cover(input, covered, {}, highs).lines.filter(({ coreEventId }) => coreEventId === null);
    if (!line?.runnerUp) throw new Error('A line with a runner-up is expected.');
    const { employeeId, startsAt } = line.runnerUp;
    const locks = [{ eventId: line.eventId, employeeId, startsAt, from: line.from }];
    const again = cover({ ...input, locks }, covered, {}, highs);
    expect(again.lines.find(({ eventId }) => eventId === line.eventId)).toMatchObject({
      employeeId,
      startsAt,
      locked: true,
    });
  });

  it('keeps locks against soft rules, of noon checks and of work that makes room; the rest obeys every rule', () => {
    const seen = { soft: 0, checks: 0, room: 0, unkept: 0 };
    for (let seed = 1; seed <= 30; seed++) {
      const { input, theirs, employeeId } = offSick(staffedClub(seed));
      const covered = { scheduleIds: idsOf(theirs), keepsPeople: false };
      const events = new Map(input.scheduled.map(({ event }) => [event.id, event] as const));
      const isCore = ({ eventId }: Lock) => eventOf(events, eventId).type === 'Core';
      const taker = input.people.find(({ id, role }) => id !== employeeId && role === 'Event Specialist');
      if (!taker) throw new Error('An Event Specialist is expected.');
      // One person gets all Cores, however many there are on a day, and a colleague's as well.
      const lines = cover(input, covered, {}, highs).lines;
      const locks: Lock[] = lines.map((line) => (isCore(line) ? { ...line, employeeId: taker.id } : line));
      const theirCore = input.scheduled.find(
        (work) => work.event.type === 'Core' && ![taker.id, employeeId].includes(work.employeeId),
      );
      if (theirCore) {
        const { scheduleId, startsAt, event, employeeId: from } = theirCore;
        locks.push({
          eventId: event.id,
          employeeId: taker.id,
          startsAt,
          from: { scheduleId, employeeId: from, startsAt },
        });
      }
      const again = cover({ ...input, locks }, covered, {}, highs);
      const unkept = new Set(again.unkept.map(({ eventId }) => eventId));
      for (const { eventId, employeeId, startsAt, coreEventId = null } of locks) {
        if (unkept.has(eventId)) continue;
        const line = again.lines.find((each) => each.eventId === eventId);
        expect(line).toMatchObject({ employeeId, startsAt, coreEventId, locked: true });
        if (coreEventId !== null) seen.checks += 1;
        if (eventId === theirCore?.event.id) seen.room += 1;
      }
      for (const line of again.lines) {
        const broken = against(input, again, line);
        if (line.locked) seen.soft += broken.length;
        else expect(broken).toEqual([]);
        expect(broken.filter(({ severity }) => severity === 'hard')).toEqual([]);
        expect(line.warnings.filter(({ severity }) => severity === 'soft')).toHaveLength(broken.length);
      }
      for (const { message } of again.unkept)
        expect(message).toMatch(/^It was locked for .* and can’t stay there: /);
      seen.unkept += unkept.size;
    }
    expect(
      Object.values(seen).every((count) => count > 0),
      JSON.stringify(seen),
    ).toBe(true);
  });

  it('moves the work of a closed day to other days, with its people where they can', () => {
    for (let seed = 1; seed <= clubsToPlan(20); seed++) {
      const club = staffedClub(seed);
      const day = club.days[2] ?? '';
      const input = { ...club, holidays: [{ day, name: 'Inventory', yearly: false }] };
      const theirs = input.scheduled.filter(({ workDate }) => workDate === day);
      const proposal = cover(input, { scheduleIds: idsOf(theirs), keepsPeople: true }, {}, highs);
      for (const line of proposal.lines) {
        expect(line.day).not.toBe(day);
        expect(against(input, proposal, line)).toEqual([]);
      }
      expect(proposal.lines.length + proposal.open.length).toBe(theirs.length);
    }
  });
});

const dayOf = (input: PlanInput, startsAt: string): WorkDate => workDateOf(startsAt, input.store.timeZone);
