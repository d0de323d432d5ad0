import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import {
  addEvent,
  addPerson,
  addStore,
  type Client,
  coreName,
  empty,
  itIs,
  jobs,
  live,
  need,
  refusalOf,
  startTestServer,
  type TestServer,
} from '../../test/fixture.ts';
import { addSmallClub, makeProposal, SUNDAY_NOON, seen } from '../../test/plans.ts';
import type { ProposalView } from './types.ts';

let server: TestServer;
let dispatcher: Client;
let colleague: Client;
let viewer: Client;
let store: number;

beforeAll(async () => {
  server = await startTestServer();
  dispatcher = await server.as('dispatcher');
  colleague = await server.as('admin');
  viewer = await server.as('viewer');
});
afterAll(() => server.close());
beforeEach(async () => {
  await empty(server.database);
  store = await addStore(server.database.db);
});

const db = () => server.database.db;

const smallClub = () => addSmallClub(db(), store);
const planned = (more: Parameters<typeof makeProposal>[1] = {}) =>
  makeProposal(dispatcher, { storeId: store, ...more });

const read = (proposalId: number) => viewer.plan.get.query({ proposalId });
const approve = async (proposal: ProposalView, lineIds?: number[]) => {
  const answer = await dispatcher.plan.approve.mutate({ ...seen(proposal), ...(lineIds && { lineIds }) });
  return { ...answer, approvalId: need(answer.approvalId) };
};
const actionsIn = async () =>
  (await server.database.sql`select action, after from audit_log order by id`).map(({ action }) => action);

describe('an approval that is taken back', () => {
  test('opens all of it again, by whoever asks, and can be approved again', async () => {
    itIs(SUNDAY_NOON);
    await smallClub();
    const proposal = await planned();
    const { approvalId } = await approve(proposal);
    const approved = await read(proposal.proposalId);
    expect(approved.approvals).toEqual([
      { approvalId, by: 'Dispatcher Person', at: expect.any(String), events: 4 },
    ]);
    expect(await viewer.plan.list.query({ storeId: store })).toMatchObject([
      { proposalId: proposal.proposalId, state: 'approved', requestedById: proposal.requestedById },
    ]);

    const undone = await colleague.plan.undoApproval.mutate({ approvalId });
    expect([undone.restored.length, undone.kept]).toEqual([4, []]);
    expect(await live(db())).toEqual([]);
    const now = await read(proposal.proposalId);
    expect(now).toMatchObject({ state: 'ready', version: undone.version, approvals: [] });
    expect(
      now.lines.map(({ state, ticked, scheduleId, changed }) => ({ state, ticked, scheduleId, changed })),
    ).toEqual(
      proposal.lines.map(() => ({ state: 'proposed', ticked: true, scheduleId: null, changed: null })),
    );
    expect(await jobs(db())).toHaveLength(4);
    expect((await actionsIn()).slice(-5)).toEqual([...Array(4).fill('schedule.unschedule'), 'proposal.undo']);

    const again = await approve(now);
    expect([again.saved.length, again.refused]).toEqual([4, []]);
  });

  test('is taken back once, however often it is asked for at once', async () => {
    itIs(SUNDAY_NOON);
    await smallClub();
    const { approvalId } = await approve(await planned());
    const both = await Promise.allSettled([
      dispatcher.plan.undoApproval.mutate({ approvalId }),
      colleague.plan.undoApproval.mutate({ approvalId }),
    ]);
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    const late = await refusalOf(dispatcher.plan.undoApproval.mutate({ approvalId }));
    expect(late.message).toMatch(/ Person took this approval back already/);
    expect(await live(db())).toEqual([]);
  });

  test('leaves what changed since to whoever changed it, and lists it', async () => {
    itIs(SUNDAY_NOON);
    const { people, cores, check } = await smallClub();
    const proposal = await planned();
    const answer = await approve(proposal);
    const saved = need(answer.saved.find(({ eventId }) => eventId === cores[1]));
    const { employeeId } = need(proposal.lines.find(({ eventId }) => eventId === cores[1]));
    const other = employeeId === people.ben ? people.cleo : people.ben;
    await colleague.schedules.reschedule.mutate({
      scheduleId: saved.scheduleId,
      version: saved.version,
      employeeId: other,
      startsAt: '2026-01-09T16:15:00.000Z',
    });
    const [changed] = (await live(db())).filter(({ eventId }) => eventId === cores[1]);
    const undone = await dispatcher.plan.undoApproval.mutate({ approvalId: answer.approvalId });
    expect(undone.restored).toHaveLength(3);
    expect(undone.kept).toEqual([
      {
        lineId: saved.lineId,
        eventId: cores[1],
        message: expect.stringMatching(/^Core 612346 stays as it is: Admin Person moved it .* since\.$/),
      },
    ]);
    expect(await live(db())).toEqual([changed]);
    const now = await read(proposal.proposalId);
    expect(now.state).toBe('ready');
    expect(now.lines.filter(({ state }) => state === 'saved').map(({ eventId }) => eventId)).toEqual([
      cores[1],
    ]);
    expect(now.lines.find(({ eventId }) => eventId === check)?.state).toBe('proposed');
  });

  test('does not count what somebody unscheduled as scheduled', async () => {
    itIs(SUNDAY_NOON);
    const { cores } = await smallClub();
    const answer = await approve(await planned());
    const { scheduleId, version } = need(answer.saved.find(({ eventId }) => eventId === cores[1]));
    await colleague.schedules.unschedule.mutate({ scheduleId, version });
    const undone = await dispatcher.plan.undoApproval.mutate({ approvalId: answer.approvalId });
    expect(undone.kept.map(({ message }) => message)).toEqual([
      'Core 612346 stays as it is: Admin Person unscheduled it since.',
    ]);
    const now = await read(answer.proposalId);
    expect(now.lines.filter(({ ticked }) => !ticked)).toMatchObject([
      { eventId: cores[1], state: 'proposed', scheduleId: null },
    ]);
  });

  test('takes back what was changed and changed back', async () => {
    itIs(SUNDAY_NOON);
    const { cores } = await smallClub();
    const answer = await approve(await planned());
    const { scheduleId, version } = need(answer.saved.find(({ eventId }) => eventId === cores[1]));
    const { startsAt } = need((await live(db())).find(({ id }) => id === scheduleId));
    const later = startsAt.replace(/T\d\d:\d\d/, 'T17:15');
    const moved = await colleague.schedules.reschedule.mutate({ scheduleId, version, startsAt: later });
    await colleague.schedules.reschedule.mutate({ scheduleId, version: moved.version, startsAt });
    const undone = await dispatcher.plan.undoApproval.mutate({ approvalId: answer.approvalId });
    expect([undone.restored.length, undone.kept]).toEqual([4, []]);
  });

  test('keeps a Core and its noon check together where one of them changed', async () => {
    itIs(SUNDAY_NOON);
    const { cores, check } = await smallClub();
    const proposal = await planned();
    const answer = await approve(proposal);
    const core = need(answer.saved.find(({ eventId }) => eventId === cores[0]));
    const schedule = need((await live(db())).find(({ eventId }) => eventId === cores[0]));
    await colleague.schedules.reschedule.mutate({
      scheduleId: core.scheduleId,
      version: core.version,
      startsAt: schedule.startsAt.replace(/T\d\d:\d\d/, 'T17:15'),
    });
    const undone = await dispatcher.plan.undoApproval.mutate({ approvalId: answer.approvalId });
    expect(undone.kept.map(({ eventId }) => eventId).sort()).toEqual([cores[0], check].sort());
    expect((await live(db())).map(({ eventId }) => eventId).sort()).toEqual([cores[0], check].sort());
  });

  test('stays for work that has begun', async () => {
    itIs(SUNDAY_NOON);
    await smallClub();
    const proposal = await planned();
    const { approvalId } = await approve(proposal);
    const [first] = proposal.lines;
    itIs('2026-01-05T19:00:00.000Z');
    const undone = await dispatcher.plan.undoApproval.mutate({ approvalId });
    const begun = proposal.lines.filter(({ day }) => day === first?.day).map(({ eventId }) => eventId);
    expect(undone.kept.map(({ eventId }) => eventId).sort()).toEqual(begun.sort());
    expect(undone.kept[0]?.message).toMatch(/has begun, so it stays/);
  });

  test('is each approval by itself, in whatever order', async () => {
    itIs(SUNDAY_NOON);
    const { cores } = await smallClub();
    const proposal = await planned();
    const lineOf = (eventId: number | undefined) =>
      need(proposal.lines.find((line) => line.eventId === eventId)).lineId;
    const first = await approve(proposal, [lineOf(cores[1])]);
    const second = await approve(await read(proposal.proposalId), [lineOf(cores[2])]);
    await dispatcher.plan.undoApproval.mutate({ approvalId: first.approvalId });
    expect((await live(db())).map(({ eventId }) => eventId)).toEqual([cores[2]]);
    await dispatcher.plan.undoApproval.mutate({ approvalId: second.approvalId });
    expect(await live(db())).toEqual([]);
  });

  test('moves back what it moved, once what took its place is gone', async () => {
    itIs(SUNDAY_NOON);
    const person = await addPerson(db(), { storeId: store, name: 'Ben Specialist' });
    const later = await addEvent(db(), { storeId: store, name: coreName(612348), dueOn: '2026-01-15' });
    await addEvent(db(), {
      storeId: store,
      name: coreName(612349),
      startsOn: '2026-01-05',
      dueOn: '2026-01-06',
    });
    await dispatcher.schedules.create.mutate({
      eventId: later,
      employeeId: person,
      startsAt: '2026-01-05T15:45:00.000Z',
    });
    const before = await live(db());
    const proposal = await planned({ options: { moveExisting: true } });
    const { approvalId } = await approve(proposal);
    const undone = await dispatcher.plan.undoApproval.mutate({ approvalId });
    expect([undone.restored.length, undone.kept]).toEqual([2, []]);
    const places = (rows: Awaited<ReturnType<typeof live>>) =>
      rows.map(({ id, employeeId, startsAt, overrideReason }) => ({
        id,
        employeeId,
        startsAt,
        overrideReason,
      }));
    expect(places(await live(db()))).toEqual(places(before));
    const now = await read(proposal.proposalId);
    expect(now.lines.every(({ changed, state }) => changed === null && state === 'proposed')).toBe(true);
    expect((await approve(now)).refused).toEqual([]);
  });

  test('does not bring a plan back that was discarded', async () => {
    itIs(SUNDAY_NOON);
    const { cores } = await smallClub();
    const proposal = await planned();
    const lineIds = proposal.lines.filter(({ eventId }) => eventId === cores[1]).map(({ lineId }) => lineId);
    const { approvalId, version } = await approve(proposal, lineIds);
    await dispatcher.plan.discard.mutate({ proposalId: proposal.proposalId, version });
    const undone = await dispatcher.plan.undoApproval.mutate({ approvalId });
    expect(undone.restored).toHaveLength(1);
    expect(await live(db())).toEqual([]);
    expect((await read(proposal.proposalId)).state).toBe('discarded');
  });

  test.each(['discarded', 'replaced'] as const)(
    'is offered for a day although the rest of its plan was put away (%s), until it is taken back',
    async (state) => {
      itIs(SUNDAY_NOON);
      const { cores } = await smallClub();
      const proposal = await planned();
      const { proposalId } = proposal;
      const lineIds = proposal.lines
        .filter(({ eventId }) => eventId === cores[1])
        .map(({ lineId }) => lineId);
      const approved = await approve(proposal, lineIds);
      const seenNow = { proposalId, version: approved.version };
      if (state === 'discarded') await dispatcher.plan.discard.mutate(seenNow);
      else await planned({ again: seenNow });
      const listed = async () =>
        (await viewer.plan.list.query({ storeId: store })).filter((each) => each.proposalId === proposalId);
      expect(await listed()).toMatchObject([{ state }]);
      const { approvals } = await read(proposalId);
      expect(approvals).toMatchObject([{ approvalId: approved.approvalId, events: 1 }]);
      await db().execute(sql`update proposals set updated_at = app_now() - interval '25 hours'`);
      expect(await listed()).toEqual([]);
      await db().execute(sql`update proposals set updated_at = app_now()`);
      await colleague.plan.undoApproval.mutate({ approvalId: approved.approvalId });
      expect(await live(db())).toEqual([]);
      expect(await listed()).toEqual([]);
    },
  );

  test('is needed for that: a plan of which nothing was approved is gone once it is put away', async () => {
    itIs(SUNDAY_NOON);
    await smallClub();
    await dispatcher.plan.discard.mutate(seen(await planned()));
    expect(await viewer.plan.list.query({ storeId: store })).toEqual([]);
  });
});
