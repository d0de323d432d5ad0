import { proposals } from '@scheduler/db';
import { inventedClub } from '@scheduler/planner/testing';
import { eq, sql } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import {
  addEvent,
  addPerson,
  addStore,
  type Client,
  coreName,
  empty,
  everything,
  itIs,
  jobs,
  live,
  refusalOf,
  startTestServer,
  supervisorName,
  type TestServer,
} from '../../test/fixture.ts';
import { PlanRuns, planRunsOf, RunEnded } from './runs.ts';
import type { ProposalView } from './types.ts';

let server: TestServer;
let dispatcher: Client;
let viewer: Client;
let store: number;

beforeAll(async () => {
  server = await startTestServer();
  dispatcher = await server.as('dispatcher');
  viewer = await server.as('viewer');
});
afterAll(() => server.close());
beforeEach(async () => {
  await empty(server.database);
  store = await addStore(server.database.db);
});

const db = () => server.database.db;
/** A Sunday. */
const NOW = '2026-01-04T17:00:00.000Z';
const week = { fromDay: '2026-01-05', toDay: '2026-01-10' };

/** A club of three people with three Cores and a noon check. */
async function smallClub() {
  const lead = await addPerson(db(), { storeId: store, name: 'Ada Lead', role: 'Lead Event Specialist' });
  const ben = await addPerson(db(), { storeId: store, name: 'Ben Specialist' });
  const cleo = await addPerson(db(), { storeId: store, name: 'Cleo Specialist' });
  const cores: number[] = [];
  for (const number of [612345, 612346, 612347]) {
    cores.push(await addEvent(db(), { storeId: store, name: coreName(number) }));
  }
  const check = await addEvent(db(), { storeId: store, name: supervisorName(612345) });
  return { people: { lead, ben, cleo }, cores, check };
}

async function planned(
  more: Partial<Parameters<Client['plan']['start']['mutate']>[0]> = {},
): Promise<ProposalView> {
  const { proposalId } = await dispatcher.plan.start.mutate({ storeId: store, ...week, ...more });
  return vi.waitFor(async () => {
    const proposal = await viewer.plan.get.query({ proposalId });
    if (proposal.state === 'running') throw new Error('The plan is being made.');
    return proposal;
  });
}

const seen = ({ proposalId, version }: ProposalView) => ({ proposalId, version });

describe('a proposed plan', () => {
  test('is kept with reasons, and changes nothing but itself', async () => {
    itIs(NOW);
    const { cores, check } = await smallClub();
    const before = await everything(db());
    const proposal = await planned();
    expect(proposal).toMatchObject({
      state: 'ready',
      madeBy: 'solver',
      note: null,
      requestedBy: 'Dispatcher Person',
    });
    expect(proposal.lines.map(({ eventId }) => eventId).sort()).toEqual([...cores, check].sort());
    expect(proposal.lines.every(({ why, changed, ticked }) => why !== '' && changed === null && ticked)).toBe(
      true,
    );
    expect(proposal.atMostPlaced).toBe(4);
    expect(await live(db())).toEqual([]);
    expect(await jobs(db())).toEqual([]);
    // The audit log and the proposal's own tables are all that differs.
    await db().execute(sql`delete from proposals`);
    await server.database.sql`alter table audit_log disable trigger user`;
    await server.database.sql`delete from audit_log`;
    await server.database.sql`alter table audit_log enable trigger user`;
    expect(await everything(db())).toEqual(before);
  });

  test('is approved like any schedule: one job each, the noon check beside its Core', async () => {
    itIs(NOW);
    const { check } = await smallClub();
    const proposal = await planned();
    const answer = await dispatcher.plan.approve.mutate(seen(proposal));
    expect(answer.refused).toEqual([]);
    expect(answer.saved).toHaveLength(4);
    const schedules = await live(db());
    expect(schedules.map(({ eventId, employeeId, startsAt }) => ({ eventId, employeeId, startsAt }))).toEqual(
      expect.arrayContaining(
        proposal.lines.map(({ eventId, employeeId, startsAt }) => ({ eventId, employeeId, startsAt })),
      ),
    );
    expect(await jobs(db())).toHaveLength(4);
    const core = proposal.lines.find(({ coreEventId }) => coreEventId !== null);
    expect(core?.eventId).toBe(check);
    const after = await viewer.plan.get.query({ proposalId: proposal.proposalId });
    expect(after.state).toBe('approved');
    expect(after.lines.every(({ state, scheduleId }) => state === 'saved' && scheduleId !== null)).toBe(true);
    expect(await viewer.plan.current.query({ storeId: store })).toBe(null);
    const [entry] = await db().execute<{ after: unknown }>(
      sql`select after from audit_log where action = 'proposal.approve'`,
    );
    expect(entry?.after).toEqual({ proposal: proposal.proposalId, saved: 4, refused: 0 });
  });

  test('a noon check waits with its Core that is not ticked, and both are saved once it is', async () => {
    itIs(NOW);
    const { check } = await smallClub();
    const proposal = await planned();
    const coreEventId = proposal.lines.find(({ eventId }) => eventId === check)?.coreEventId;
    const core = proposal.lines.find(({ eventId }) => eventId === coreEventId);
    const lineId = core?.lineId ?? 0;
    const mark = (view: ProposalView, ticked: boolean) =>
      dispatcher.plan.markLines.mutate({ ...seen(view), lines: [{ lineId, ticked }] });
    const readAgain = () => viewer.plan.get.query({ proposalId: proposal.proposalId });
    await mark(proposal, false);
    const first = await dispatcher.plan.approve.mutate(seen(await readAgain()));
    expect([first.saved.length, first.refused]).toEqual([2, []]);
    const between = await readAgain();
    expect(between.state).toBe('ready');
    expect(between.lines.find(({ eventId }) => eventId === check)).toMatchObject({
      state: 'proposed',
      ticked: true,
    });
    await mark(between, true);
    const second = await dispatcher.plan.approve.mutate(seen(await readAgain()));
    expect([second.saved.length, second.refused]).toEqual([2, []]);
    expect((await readAgain()).state).toBe('approved');
  });

  test('approving twice does nothing twice', async () => {
    itIs(NOW);
    await smallClub();
    const proposal = await planned();
    const [core] = proposal.lines.filter(({ coreEventId }) => coreEventId === null);
    const lineIds = [core?.lineId ?? 0];
    const both = await Promise.allSettled([
      dispatcher.plan.approve.mutate({ ...seen(proposal), lineIds }),
      dispatcher.plan.approve.mutate({ ...seen(proposal), lineIds }),
    ]);
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(await live(db())).toHaveLength(1);
    const now = await viewer.plan.get.query({ proposalId: proposal.proposalId });
    const again = await dispatcher.plan.approve.mutate({ ...seen(now), lineIds });
    expect([again.saved, again.refused]).toEqual([[], []]);
    expect(await live(db())).toHaveLength(1);
  });

  test('two dispatchers approve overlapping proposals: each event is scheduled once', async () => {
    itIs(NOW);
    const { cores } = await smallClub();
    const first = await planned();
    const second = await planned();
    expect(second.proposalId).not.toBe(first.proposalId);
    const answers = await Promise.all([
      dispatcher.plan.approve.mutate(seen(first)),
      dispatcher.plan.approve.mutate(seen(second)),
    ]);
    const saved = answers.flatMap((answer) => answer.saved.map(({ eventId }) => eventId));
    expect(saved.length).toBe(cores.length + 1);
    expect(new Set(saved).size).toBe(saved.length);
    expect(await live(db())).toHaveLength(saved.length);
    const refused = answers.flatMap((answer) => answer.refused);
    expect(refused.every(({ message }) => /already scheduled|was not saved/.test(message))).toBe(true);
  });

  test('refuses what changed meanwhile, saves the rest, and says so before', async () => {
    itIs(NOW);
    const { people, cores } = await smallClub();
    const proposal = await planned();
    const [taken = 0] = cores;
    const line = proposal.lines.find(({ eventId }) => eventId === taken);
    const startsAt = line?.startsAt ?? '';
    await dispatcher.schedules.create.mutate({
      eventId: taken,
      employeeId: people.ben,
      startsAt,
      withSupervisor: false,
    });
    const looked = await viewer.plan.get.query({ proposalId: proposal.proposalId });
    const changed = looked.lines.filter((each) => each.changed !== null);
    expect(changed.find(({ eventId }) => eventId === taken)?.changed).toBe(
      'Core 612345 was scheduled since.',
    );
    const before = await live(db());
    const answer = await dispatcher.plan.approve.mutate(seen(looked));
    expect(answer.refused.map(({ eventId }) => eventId)).toContain(taken);
    expect(answer.saved.length).toBeGreaterThan(0);
    expect((await live(db())).slice(0, 1)).toEqual(before);
  });

  test('a line is unticked, moved and locked; a stale change is refused; planning again keeps the lock', async () => {
    itIs(NOW);
    const { people } = await smallClub();
    const proposal = await planned();
    const [line, other] = proposal.lines.filter(({ coreEventId, eventId }) => {
      const hasCheck = proposal.lines.some((each) => each.coreEventId === eventId);
      return coreEventId === null && !hasCheck;
    });
    if (!line || !other) throw new Error('Two Cores without a check are expected.');
    const unticked = await dispatcher.plan.markLines.mutate({
      ...seen(proposal),
      lines: [{ lineId: other.lineId, ticked: false }],
    });
    const stale = await refusalOf(
      dispatcher.plan.markLines.mutate({ ...seen(proposal), lines: [{ lineId: line.lineId, locked: true }] }),
    );
    expect(stale.reason).toMatchObject({ code: 'stale', currentVersion: unticked.version });
    const moved = await dispatcher.plan.moveLine.mutate({
      ...unticked,
      ...{ lineId: line.lineId, employeeId: people.cleo, day: '2026-01-09', time: '12:15' },
    });
    const now = await viewer.plan.get.query({ proposalId: proposal.proposalId });
    expect(now.lines.find(({ lineId }) => lineId === line.lineId)).toMatchObject({
      ...{ employeeId: people.cleo, day: '2026-01-09', startsAt: '2026-01-09T17:15:00.000Z' },
    });
    expect(now.lines.find(({ lineId }) => lineId === line.lineId)?.why).toContain('Cleo Specialist');
    await dispatcher.plan.markLines.mutate({ ...moved, lines: [{ lineId: line.lineId, locked: true }] });
    const locked = await viewer.plan.get.query({ proposalId: proposal.proposalId });
    const again = await planned({ again: seen(locked) });
    expect(again.lines.find(({ eventId }) => eventId === line.eventId)).toMatchObject({
      ...{ employeeId: people.cleo, startsAt: '2026-01-09T17:15:00.000Z', locked: true },
    });
    expect((await viewer.plan.get.query({ proposalId: proposal.proposalId })).state).toBe('replaced');
  });

  test('a Core that is moved takes its noon check along', async () => {
    itIs(NOW);
    const { people, cores, check } = await smallClub();
    const proposal = await planned();
    const core = proposal.lines.find(({ eventId }) => eventId === cores[0]);
    await dispatcher.plan.moveLine.mutate({
      ...seen(proposal),
      ...{ lineId: core?.lineId ?? 0, employeeId: people.lead, day: '2026-01-08' },
    });
    const now = await viewer.plan.get.query({ proposalId: proposal.proposalId });
    expect(now.lines.find(({ eventId }) => eventId === check)).toMatchObject({
      ...{ day: '2026-01-08', employeeId: people.lead, ticked: true },
    });
  });

  test('is refused where a hard rule speaks against a move, and put away when it is discarded', async () => {
    itIs(NOW);
    const { people } = await smallClub();
    const proposal = await planned();
    const [line] = proposal.lines;
    const refusal = await refusalOf(
      dispatcher.plan.moveLine.mutate({
        ...seen(proposal),
        ...{ lineId: line?.lineId ?? 0, employeeId: people.ben, day: '2026-02-20' },
      }),
    );
    expect(refusal.reason.code).toBe('rules');
    await dispatcher.plan.discard.mutate(seen(proposal));
    expect(await viewer.plan.current.query({ storeId: store })).toBe(null);
    const late = await refusalOf(dispatcher.plan.approve.mutate({ ...seen(proposal), version: 2 }));
    expect(late.message).toContain('somebody discarded it');
    expect(await live(db())).toEqual([]);
  });

  test('moves a schedule only if it may, and the moved one makes room first', async () => {
    itIs(NOW);
    const person = await addPerson(db(), { storeId: store, name: 'Ben Specialist' });
    const later = await addEvent(db(), { storeId: store, name: coreName(612348), dueOn: '2026-01-15' });
    const urgent = await addEvent(db(), {
      ...{ storeId: store, name: coreName(612349), startsOn: '2026-01-05', dueOn: '2026-01-06' },
    });
    await dispatcher.schedules.create.mutate({
      ...{ eventId: later, employeeId: person, startsAt: '2026-01-05T15:45:00.000Z' },
    });
    const still = await planned();
    expect(still.lines).toEqual([]);
    expect(still.open[0]?.repair).toMatch(/^Free if Ben Specialist’s Core 612348 on Mon Jan 5 moves to /);
    const proposal = await planned({ options: { moveExisting: true } });
    expect(proposal.lines.map(({ kind, eventId }) => [kind, eventId])).toEqual(
      expect.arrayContaining([
        ['moved', later],
        ['new', urgent],
      ]),
    );
    const answer = await dispatcher.plan.approve.mutate(seen(proposal));
    expect(answer.refused).toEqual([]);
    const schedules = await live(db());
    expect(schedules.find(({ eventId }) => eventId === urgent)?.workDate).toBe('2026-01-05');
    expect(schedules.find(({ eventId }) => eventId === later)?.version).toBe(2);
  });

  test('that breaks a soft rule is saved with a reason alone', async () => {
    itIs(NOW);
    const person = await addPerson(db(), { storeId: store, name: 'Ada Supervisor', role: 'Club Supervisor' });
    await addEvent(db(), { storeId: store, name: coreName(612345) });
    expect((await planned()).lines).toEqual([]);
    const proposal = await planned({ options: { allow: ['club_supervisor_on_core'] } });
    expect(proposal.lines).toMatchObject([
      { employeeId: person, warnings: [{ code: 'club_supervisor_on_core' }] },
    ]);
    const without = await dispatcher.plan.approve.mutate(seen(proposal));
    expect(without.saved).toEqual([]);
    const lineIds = proposal.lines.map(({ lineId }) => lineId);
    const version = without.version;
    const overrideReason = 'Nobody else is in town';
    const { saved } = await dispatcher.plan.approve.mutate({
      ...{ proposalId: proposal.proposalId, version, lineIds, overrideReason },
    });
    expect(saved).toHaveLength(1);
    expect((await live(db()))[0]?.overrideReason).toBe(overrideReason);
  });
});

describe('a plan that is being made', () => {
  test('is one at a time for a store', async () => {
    itIs(NOW);
    await smallClub();
    await db()
      .insert(proposals)
      .values({
        ...{ storeId: store, ...week, options: {}, requestedBy: 'somebody', requestedByName: 'Somebody' },
      });
    const refusal = await refusalOf(dispatcher.plan.start.mutate({ storeId: store, ...week }));
    expect(refusal.message).toBe('A plan for this store is being made already. Wait for it, or cancel it.');
  });

  test('of a server that is gone is interrupted, and another one can be made', async () => {
    itIs(NOW);
    await smallClub();
    const [left] = await db()
      .insert(proposals)
      .values({
        ...{ storeId: store, ...week, options: {}, requestedBy: 'somebody', requestedByName: 'Somebody' },
        createdAt: '2026-01-04T16:00:00.000Z',
      })
      .returning();
    expect((await viewer.plan.get.query({ proposalId: left?.id ?? 0 })).state).toBe('interrupted');
    expect((await planned()).state).toBe('ready');
    const [now] = await db()
      .select()
      .from(proposals)
      .where(eq(proposals.id, left?.id ?? 0));
    expect(now?.state).toBe('interrupted');
  });

  test('can be canceled, and what its thread says then is not kept', async () => {
    itIs(NOW);
    await smallClub();
    const { proposalId } = await dispatcher.plan.start.mutate({ storeId: store, ...week });
    const canceled = await dispatcher.plan.cancel.mutate({ proposalId }).catch(() => null);
    await vi.waitFor(async () => {
      const { state, lines } = await viewer.plan.get.query({ proposalId });
      expect(state).toBe(canceled ? 'canceled' : 'ready');
      expect(lines.length > 0).toBe(canceled === null);
    });
    const twice = await refusalOf(dispatcher.plan.cancel.mutate({ proposalId }));
    expect(twice.reason.code).toBe('not_allowed');
  });

  test('is told as interrupted by the server that stops, and its end is told to whoever listens', async () => {
    itIs(NOW);
    const heard: unknown[] = [];
    await server.database.sql.listen('changes', (payload) => heard.push(JSON.parse(payload)));
    const [row] = await db()
      .insert(proposals)
      .values({
        ...{ storeId: store, ...week, options: {}, requestedBy: 'somebody', requestedByName: 'Somebody' },
      })
      .returning();
    const id = row?.id ?? 0;
    const runs = new PlanRuns(db());
    const input = inventedClub(4, { people: 50, days: 28, events: 600 });
    runs.start(id, () =>
      runs.plan(id, { input, options: {} }).then(
        () => {},
        () => {},
      ),
    );
    await runs.close();
    const proposal = await viewer.plan.get.query({ proposalId: id });
    expect(proposal).toMatchObject({ state: 'interrupted', note: expect.stringContaining('plan again') });
    await vi.waitFor(() =>
      expect(heard.filter((each) => (each as { id: number }).id === id)).toEqual([
        { kind: 'proposal', id },
        { kind: 'proposal', id },
      ]),
    );
  });

  test('is ended wherever it is: with its thread, or before its turn', async () => {
    const runs = new PlanRuns(db());
    const job = { input: inventedClub(4, { people: 50, days: 28, events: 600 }), options: {} };
    const [first, second] = [1, 2].map((id) => {
      let plan: Promise<unknown> = Promise.resolve();
      runs.start(id, async () => {
        plan = runs.plan(id, job);
        await plan.catch(() => {});
      });
      return plan;
    });
    runs.end(2);
    await vi.waitFor(() => expect(runs.isPlanning(1)).toBe(true));
    runs.end(1);
    await expect(first).rejects.toBeInstanceOf(RunEnded);
    await expect(second).rejects.toBeInstanceOf(RunEnded);
    expect(runs.isPlanning(1)).toBe(false);
    await runs.close();
    await expect(runs.plan(3, job)).rejects.toBeInstanceOf(RunEnded);
    expect(planRunsOf(db())).toBe(planRunsOf(db()));
  });
});

describe('suggestions', () => {
  test('rank people for an event, and for a schedule that would move', async () => {
    itIs(NOW);
    const { people, cores } = await smallClub();
    const [first = 0, second = 0] = cores;
    await dispatcher.schedules.create.mutate({
      ...{
        eventId: first,
        employeeId: people.ben,
        startsAt: '2026-01-05T15:45:00.000Z',
        withSupervisor: false,
      },
    });
    const open = await viewer.plan.suggest.query({ eventId: second, day: '2026-01-05' });
    expect(open.people.map(({ employeeId }) => employeeId)).toEqual([people.lead, people.cleo, people.ben]);
    expect(open.people.at(-1)?.needsReason[0]?.code).toBe('second_core');
    const moving = await viewer.plan.suggest.query({ eventId: first, day: '2026-01-05' });
    expect(moving.people.every(({ needsReason }) => needsReason.length === 0)).toBe(true);
  });

  test('fairness counts a week and the four that end with it', async () => {
    itIs(NOW);
    const { people, cores } = await smallClub();
    await dispatcher.schedules.create.mutate({
      ...{
        eventId: cores[0] ?? 0,
        employeeId: people.ben,
        startsAt: '2026-01-05T15:45:00.000Z',
        withSupervisor: false,
      },
    });
    const now = await viewer.plan.fairness.query({ storeId: store, weekOf: '2026-01-04' });
    expect(now.week.find(({ employeeId }) => employeeId === people.ben)).toMatchObject({
      minutes: 390,
      cores: 1,
    });
    const next = await viewer.plan.fairness.query({ storeId: store, weekOf: '2026-01-11' });
    expect(next.week.every(({ minutes }) => minutes === 0)).toBe(true);
    expect(next.fourWeeks.find(({ employeeId }) => employeeId === people.ben)?.minutes).toBe(390);
  });
});
