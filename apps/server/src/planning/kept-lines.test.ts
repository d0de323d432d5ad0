import { proposals } from '@scheduler/db';
import { timeOf } from '@scheduler/scheduling';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import {
  addEvent,
  addPerson,
  addStore,
  type Client,
  coreName,
  empty,
  itIs,
  live,
  need,
  startTestServer,
  type TestServer,
  ZONE,
} from '../../test/fixture.ts';
import { addSmallClub, makeProposal, SUNDAY_NOON, seen, WEEK } from '../../test/plans.ts';
import type { ProposalView } from './types.ts';

let server: TestServer;
let dispatcher: Client;
let store: number;

beforeAll(async () => {
  server = await startTestServer();
  dispatcher = await server.as('dispatcher');
});
afterAll(() => server.close());
beforeEach(async () => {
  await empty(server.database);
  store = await addStore(db());
  itIs(SUNDAY_NOON);
});

const db = () => server.database.db;
const MONDAY = '2026-01-05';
const FRIDAY = '2026-01-09';
const lineOf = ({ lines }: ProposalView, eventId: number | undefined) =>
  need(lines.find((line) => line.eventId === eventId));
const read = ({ proposalId }: ProposalView) => dispatcher.plan.get.query({ proposalId });
const planned = (more: Parameters<typeof makeProposal>[1] = {}) =>
  makeProposal(dispatcher, { storeId: store, ...more });
/** Plans the rest of a plan again, as it is now. */
const again = async (proposal: ProposalView) => planned({ again: seen(await read(proposal)) });
const mark = async (proposal: ProposalView, eventId: number | undefined, marks: object) =>
  dispatcher.plan.markLines.mutate({
    ...seen(await read(proposal)),
    lines: [{ lineId: lineOf(proposal, eventId).lineId, ...marks }],
  });
const move = async (
  proposal: ProposalView,
  eventId: number | undefined,
  to: { employeeId: number; day: string; time?: string },
) =>
  dispatcher.plan.moveLine.mutate({
    ...seen(await read(proposal)),
    lineId: lineOf(proposal, eventId).lineId,
    ...to,
  });

describe('planning the rest again keeps', () => {
  test('a line that somebody moved against a soft rule, with the rule that it breaks', async () => {
    const { people, cores } = await addSmallClub(db(), store);
    const first = await planned();
    const [, one, two] = cores;
    await move(first, one, { employeeId: people.ben, day: FRIDAY, time: '10:45' });
    await move(first, two, { employeeId: people.ben, day: FRIDAY, time: '11:15' });
    const second = await again(first);
    expect(second.unkept).toEqual([]);
    for (const [eventId, time] of [
      [one, '15:45'],
      [two, '16:15'],
    ] as const) {
      const line = lineOf(second, eventId);
      expect(line).toMatchObject({
        employeeId: people.ben,
        startsAt: `${FRIDAY}T${time}:00.000Z`,
        locked: true,
      });
      expect(line.warnings.map(({ code }) => code)).toContain('second_core');
    }
  });

  test('ticks and locks as they were, and what is known of a move by hand, as often as it is planned', async () => {
    const { people, cores } = await addSmallClub(db(), store);
    const first = await planned();
    const [, unticked, moved] = cores;
    await mark(first, unticked, { ticked: false, locked: true });
    await move(first, moved, { employeeId: people.cleo, day: FRIDAY });
    const before = await read(first);
    const { employeeId, startsAt } = lineOf(first, moved);
    const third = await again(await again(first));
    const kept = ({ ticked, locked, employeeId, startsAt, proposed }: ProposalView['lines'][number]) => ({
      ticked,
      locked,
      employeeId,
      startsAt,
      proposed,
    });
    for (const eventId of [unticked, moved]) {
      expect(kept(lineOf(third, eventId))).toEqual(kept(lineOf(before, eventId)));
    }
    expect(lineOf(third, unticked)).toMatchObject({ ticked: false, locked: true, proposed: null });
    expect(lineOf(third, moved).proposed).toEqual({ employeeId, startsAt });
    // Back at the proposed place, it is as free as it was before the move.
    const time = timeOf(startsAt, ZONE);
    await move(third, moved, { employeeId, day: lineOf(first, moved).day, time });
    expect(lineOf(await read(third), moved)).toMatchObject({ startsAt, proposed: null, locked: false });
  });

  test('a noon check that somebody gave to another person, and its Core on that day', async () => {
    const { cores, check } = await addSmallClub(db(), store);
    const supervisor = await addPerson(db(), { storeId: store, name: 'Cora Club', role: 'Club Supervisor' });
    const first = await planned();
    const core = lineOf(first, cores[0]);
    const proposed = lineOf(first, check);
    expect(proposed.employeeId).not.toBe(supervisor);
    await move(first, check, { employeeId: supervisor, day: proposed.day, time: '12:00' });
    const second = await again(first);
    expect(lineOf(second, check)).toMatchObject({
      employeeId: supervisor,
      startsAt: proposed.startsAt,
      coreEventId: core.eventId,
      locked: true,
      proposed: { employeeId: proposed.employeeId, startsAt: proposed.startsAt },
    });
    const { employeeId, startsAt } = core;
    expect(lineOf(second, core.eventId)).toMatchObject({ employeeId, startsAt, locked: false });
    const { refused } = await dispatcher.plan.approve.mutate(seen(second));
    expect(refused).toEqual([]);
    expect((await live(db())).find(({ eventId }) => eventId === check)?.employeeId).toBe(supervisor);
  });

  /** A plan with a Core that moves so that another one has its place on Monday. */
  async function withMove() {
    const ben = await addPerson(db(), { storeId: store, name: 'Ben Specialist' });
    const later = await addEvent(db(), { storeId: store, name: coreName(612348), dueOn: '2026-01-15' });
    const window = { startsOn: MONDAY, dueOn: '2026-01-06' };
    const urgent = await addEvent(db(), { storeId: store, name: coreName(612349), ...window });
    const schedule = await dispatcher.schedules.create.mutate({
      eventId: later,
      employeeId: ben,
      startsAt: `${MONDAY}T15:45:00.000Z`,
    });
    const offered = await planned();
    await dispatcher.plan.takeRepair.mutate({ ...seen(offered), eventId: urgent });
    const proposal = await read(offered);
    await move(proposal, later, { employeeId: ben, day: FRIDAY, time: '11:15' });
    return { proposal, schedule, later, urgent, ben };
  }

  test('a schedule that moves, and the event that has its place', async () => {
    const { proposal, schedule, later, urgent, ben } = await withMove();
    const second = await again(proposal);
    expect(second.unkept).toEqual([]);
    expect(lineOf(second, later)).toMatchObject({
      kind: 'moved',
      employeeId: ben,
      startsAt: `${FRIDAY}T16:15:00.000Z`,
      from: { scheduleId: schedule.scheduleId, employeeId: ben, startsAt: `${MONDAY}T15:45:00.000Z` },
      makesRoomFor: urgent,
      locked: true,
      changed: null,
    });
    expect(lineOf(second, urgent)).toMatchObject({ kind: 'new', day: MONDAY, locked: false });
    const { refused } = await dispatcher.plan.approve.mutate(seen(second));
    expect(refused).toEqual([]);
    const days = new Map((await live(db())).map(({ eventId, workDate }) => [eventId, workDate]));
    expect([days.get(later), days.get(urgent)]).toEqual([FRIDAY, MONDAY]);
  });

  test('no lock of a schedule that somebody changed since, and says so', async () => {
    const { proposal, schedule, later, urgent } = await withMove();
    await dispatcher.schedules.reschedule.mutate({
      scheduleId: schedule.scheduleId,
      version: schedule.version,
      startsAt: '2026-01-06T15:45:00.000Z',
    });
    const second = await again(proposal);
    expect(second.lines.map(({ eventId }) => eventId)).toEqual([urgent]);
    expect(second.unkept).toEqual([
      {
        eventId: later,
        eventName: coreName(612348),
        message:
          'It was locked for Ben Specialist on Fri Jan 9 and can’t stay there: the schedule that it moves was changed since.',
      },
    ]);
  });

  test('no lock that a hard rule forbids: the plan says so, and what was unticked stays unticked', async () => {
    const { people, cores } = await addSmallClub(db(), store);
    const first = await planned();
    const [, eventId] = cores;
    await move(first, eventId, { employeeId: people.cleo, day: FRIDAY });
    await mark(first, eventId, { ticked: false });
    const { version } = await dispatcher.employees.get.query({ employeeId: people.cleo });
    const off = { employeeId: people.cleo, version, startsOn: FRIDAY, endsOn: FRIDAY };
    await dispatcher.employees.addTimeOff.mutate(off);
    const second = await again(first);
    expect(second.unkept).toEqual([
      {
        eventId,
        eventName: coreName(612346),
        message: expect.stringMatching(
          /^It was locked for Cleo Specialist on Fri Jan 9 and can’t stay there: Cleo Specialist has time off on Fri Jan 9/,
        ),
      },
    ]);
    const line = lineOf(second, eventId);
    expect(line).toMatchObject({ locked: false, ticked: false, proposed: null });
    expect([line.employeeId, line.day]).not.toEqual([people.cleo, FRIDAY]);
  });
});

test.each(['failed', 'interrupted', 'running'] as const)(
  'planning again after that came to nothing (%s) keeps the locks of the plan that still waits, and replaces it',
  async (state) => {
    const { people, cores } = await addSmallClub(db(), store);
    const first = await planned();
    await move(first, cores[1], { employeeId: people.cleo, day: FRIDAY });
    const [run] = await db()
      .insert(proposals)
      .values({
        storeId: store,
        ...WEEK,
        options: {},
        requestedBy: 'somebody',
        requestedByName: 'Somebody',
        replaces: first.proposalId,
        state,
        // The server that made it has died.
        ...(state === 'running' && { updatedAt: '2026-01-04T16:00:00.000Z' }),
      })
      .returning();
    const second = await again(await dispatcher.plan.get.query({ proposalId: need(run).id }));
    expect(second.state).toBe('ready');
    expect(lineOf(second, cores[1])).toMatchObject({ employeeId: people.cleo, day: FRIDAY, locked: true });
    expect((await read(first)).state).toBe('replaced');
  },
);
