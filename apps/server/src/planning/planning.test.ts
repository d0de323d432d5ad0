import { auditLog, employees, events, proposalLines, proposals, stores } from '@scheduler/db';
import { inventedClub } from '@scheduler/planner/testing';
import { makePlan, openPlan, PlanRuns, planRunsOf } from '@scheduler/plans';
import { ThreadEnded } from '@scheduler/runtime';
import { addMinutes } from '@scheduler/scheduling';
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
  need,
  refusalOf,
  startTestServer,
  type TestServer,
} from '../../test/fixture.ts';
import { addSmallClub, makeProposal, SUNDAY_NOON, seen, WEEK } from '../../test/plans.ts';
import { csvLines } from '../core/csv-lines.ts';
import { COLUMNS } from '../csv/format.ts';
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

const smallClub = () => addSmallClub(db(), store);
const planned = (more: Parameters<typeof makeProposal>[1] = {}) =>
  makeProposal(dispatcher, { storeId: store, ...more });

/** Approves a Core without its noon check, which is not ticked for that. */
const approveAlone = async (proposal: ProposalView, coreLine: number, checkLine: number) => {
  const lines = [{ lineId: checkLine, ticked: false }];
  const marked = await dispatcher.plan.markLines.mutate({ ...seen(proposal), lines });
  return dispatcher.plan.approve.mutate({ ...marked, lineIds: [coreLine] });
};

describe('a proposed plan', () => {
  test('is kept with reasons, and changes nothing but itself', async () => {
    itIs(SUNDAY_NOON);
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
    itIs(SUNDAY_NOON);
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
    itIs(SUNDAY_NOON);
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
    itIs(SUNDAY_NOON);
    const club = await smallClub();
    const proposal = await planned();
    const { cores } = club;
    const core = proposal.lines.find(({ eventId }) => eventId === cores[1]);
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
    itIs(SUNDAY_NOON);
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
    itIs(SUNDAY_NOON);
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

  test('says of each line what an import of a file did to its event, and approves the others', async () => {
    itIs(SUNDAY_NOON);
    const { people, cores, check } = await smallClub();
    await db()
      .update(employees)
      .set({ employeeNumber: sql`'US90000' || ${employees.id}` });
    const proposal = await planned();
    const [free, taken, longer] = cores;
    const known = new Map((await db().select().from(events)).map((event) => [event.id, event]));
    const fileOf = (rows: { eventId: number; more: Partial<Record<(typeof COLUMNS)[number], string>> }[]) =>
      csvLines(
        [
          [...COLUMNS],
          ...rows.map(({ eventId, more }) => {
            const { name, mplanId } = need(known.get(eventId));
            const row = {
              'Project Name': name,
              'Project Reference Number': String(mplanId),
              'Store Number': '8135',
              'Store Name': 'Club 8135',
              'Start Date/Time': '01/01/2026 12:00:00 AM',
              'Due Date/Time': '01/15/2026 12:00:00 AM',
              'Estimated Time': '360',
              ...more,
            };
            return COLUMNS.map((column) => new Map(Object.entries(row)).get(column) ?? '');
          }),
        ],
        { first: true },
      );
    // One event takes longer in the file, and one is scheduled in it.
    const text = fileOf([
      { eventId: need(longer), more: { 'Estimated Time': '420' } },
      {
        eventId: need(taken),
        more: {
          'Rep Name': 'Cleo Specialist',
          'Employee ID': `US90000${people.cleo}`,
          'Schedule Date/Time': '01/08/2026 10:45:00 AM',
        },
      },
    ]);
    expect(await dispatcher.csv.import.mutate({ text })).toMatchObject({ changed: 2, scheduled: 1 });
    const now = await viewer.plan.get.query({ proposalId: proposal.proposalId });
    const changed = new Map(now.lines.map((line) => [line.eventId, line.changed]));
    expect([free, check, longer, taken].map((eventId) => changed.get(need(eventId)))).toEqual([
      null,
      null,
      'It takes 450 minutes since, not 390.',
      'Core 612346 was scheduled since.',
    ]);
    const answer = await dispatcher.plan.approve.mutate(seen(now));
    expect(answer.saved.map(({ eventId }) => eventId).sort()).toEqual([free, check, longer].sort());
    expect(answer.refused.map(({ eventId }) => eventId)).toEqual([taken]);
    const { startsAt, endsAt } = need((await live(db())).find(({ eventId }) => eventId === longer));
    expect(endsAt).toBe(addMinutes(startsAt, 450));
  });

  test('a line is unticked and moved, which locks it; a stale change is refused; planning again keeps the lock', async () => {
    itIs(SUNDAY_NOON);
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
    const { placed, ...moved } = await dispatcher.plan.moveLine.mutate({
      ...unticked,
      lineId: line.lineId,
      employeeId: people.cleo,
      day: '2026-01-09',
      time: '12:15',
    });
    const startsAt = '2026-01-09T17:15:00.000Z';
    expect(placed).toEqual([{ lineId: line.lineId, employeeId: people.cleo, startsAt, state: 'proposed' }]);
    const now = await viewer.plan.get.query({ proposalId: proposal.proposalId });
    expect(now.lines.find(({ lineId }) => lineId === line.lineId)).toMatchObject({
      employeeId: people.cleo,
      day: '2026-01-09',
      startsAt: '2026-01-09T17:15:00.000Z',
      proposed: { employeeId: line.employeeId, startsAt: line.startsAt },
      locked: true,
    });
    expect(now.lines.find(({ lineId }) => lineId === line.lineId)?.why).toContain('Cleo Specialist');
    const again = await planned({ again: moved });
    expect(again.lines.find(({ eventId }) => eventId === line.eventId)).toMatchObject({
      employeeId: people.cleo,
      startsAt: '2026-01-09T17:15:00.000Z',
      locked: true,
    });
    expect((await viewer.plan.get.query({ proposalId: proposal.proposalId })).state).toBe('replaced');
  });

  test('a Core that is moved takes its noon check along', async () => {
    itIs(SUNDAY_NOON);
    const { people, cores, check } = await smallClub();
    const proposal = await planned();
    const core = proposal.lines.find(({ eventId }) => eventId === cores[0]);
    await dispatcher.plan.moveLine.mutate({
      ...seen(proposal),
      lineId: core?.lineId ?? 0,
      employeeId: people.lead,
      day: '2026-01-08',
    });
    const now = await viewer.plan.get.query({ proposalId: proposal.proposalId });
    expect(now.lines.find(({ eventId }) => eventId === check)).toMatchObject({
      day: '2026-01-08',
      employeeId: people.lead,
      ticked: true,
    });
  });

  test('a noon check that is not ticked goes with its Core, there and back, and stays unticked', async () => {
    itIs(SUNDAY_NOON);
    const { people, cores, check } = await smallClub();
    const proposal = await planned();
    const [core, noon] = [cores[0], check].map((eventId) =>
      need(proposal.lines.find((line) => line.eventId === eventId)),
    );
    if (!core || !noon) throw new Error('The Core and its check are expected in the plan.');
    const readCheck = async () => {
      const { lines } = await viewer.plan.get.query({ proposalId: proposal.proposalId });
      return need(lines.find(({ eventId }) => eventId === check));
    };
    const marked = await dispatcher.plan.markLines.mutate({
      ...seen(proposal),
      lines: [{ lineId: noon.lineId, ticked: false }],
    });
    const { placed, ...moved } = await dispatcher.plan.moveLine.mutate({
      ...marked,
      lineId: core.lineId,
      employeeId: people.lead,
      day: '2026-01-08',
    });
    expect(placed.map(({ lineId }) => lineId).sort()).toEqual([core.lineId, noon.lineId].sort());
    expect(await readCheck()).toMatchObject({ day: '2026-01-08', ticked: false, state: 'proposed' });
    await dispatcher.plan.moveLine.mutate({
      ...moved,
      lineId: core.lineId,
      employeeId: core.employeeId,
      day: core.day,
    });
    const { employeeId, startsAt } = noon;
    expect(await readCheck()).toMatchObject({ employeeId, startsAt, ticked: false });
  });

  test('a noon check that nobody can do on the day of its Core says so there, is not saved, and is back with it', async () => {
    itIs(SUNDAY_NOON);
    const { people, cores, check } = await smallClub();
    const proposal = await planned();
    const core = need(proposal.lines.find(({ eventId }) => eventId === cores[0]));
    const noon = need(proposal.lines.find(({ eventId }) => eventId === check));
    const readCheck = async () => {
      const { lines } = await viewer.plan.get.query({ proposalId: proposal.proposalId });
      return need(lines.find(({ eventId }) => eventId === check));
    };
    const { placed, ...moved } = await dispatcher.plan.moveLine.mutate({
      ...seen(proposal),
      lineId: core.lineId,
      employeeId: people.ben,
      day: '2026-01-10',
    });
    expect(placed.map(({ lineId }) => lineId).sort()).toEqual([core.lineId, noon.lineId].sort());
    expect(await readCheck()).toMatchObject({
      day: '2026-01-10',
      ticked: false,
      warnings: [
        {
          code: 'needs_core',
          severity: 'hint',
          message:
            'On Sat Jan 10, the day of its Core, no Lead with a Core and no Club Supervisor can do it. Give it to somebody, or move the Core.',
        },
      ],
    });
    const { placed: _, ...back } = await dispatcher.plan.moveLine.mutate({
      ...moved,
      lineId: core.lineId,
      employeeId: core.employeeId,
      day: core.day,
    });
    const { employeeId, startsAt } = noon;
    expect(await readCheck()).toMatchObject({ employeeId, startsAt, ticked: true, warnings: [] });
    const { placed: __, ...there } = await dispatcher.plan.moveLine.mutate({
      ...back,
      lineId: core.lineId,
      employeeId: people.ben,
      day: '2026-01-10',
    });
    const { saved } = await dispatcher.plan.approve.mutate(there);
    expect(saved.map(({ eventId }) => eventId).sort()).toEqual([...cores].sort());
    // A person may give it to somebody all the same.
    const now = await viewer.plan.get.query({ proposalId: proposal.proposalId });
    const { placed: ___, ...handed } = await dispatcher.plan.moveLine.mutate({
      ...seen(now),
      lineId: noon.lineId,
      employeeId: people.lead,
      day: '2026-01-10',
    });
    expect((await dispatcher.plan.approve.mutate(handed)).saved.map(({ eventId }) => eventId)).toEqual([
      check,
    ]);
    expect((await live(db())).find(({ eventId }) => eventId === check)?.workDate).toBe('2026-01-10');
  });

  describe.each(['gave to a person', 'locked'])('a noon check that somebody %s', (how) => {
    /** A plan with such a noon check, and the Core's line. */
    const withDecided = async () => {
      itIs(SUNDAY_NOON);
      const club = await smallClub();
      const cora = await addPerson(db(), { storeId: store, name: 'Cora Club', role: 'Club Supervisor' });
      const proposal = await planned();
      const { proposalId } = proposal;
      const lineOf = (lines: ProposalView['lines'], eventId: number | undefined) =>
        need(lines.find((line) => line.eventId === eventId));
      const core = lineOf(proposal.lines, club.cores[0]);
      const noon = lineOf(proposal.lines, club.check);
      const { lineId, day } = noon;
      if (how === 'locked') {
        await dispatcher.plan.markLines.mutate({ ...seen(proposal), lines: [{ lineId, locked: true }] });
      } else {
        await dispatcher.plan.moveLine.mutate({ ...seen(proposal), lineId, day, employeeId: cora });
      }
      const readNow = () => viewer.plan.get.query({ proposalId });
      const readCheck = async () => {
        const { employeeId, startsAt, locked, ticked, proposed, repairs } = lineOf(
          (await readNow()).lines,
          club.check,
        );
        return { employeeId, startsAt, locked, ticked, proposed, repairs };
      };
      const decided = await readCheck();
      expect(decided).toMatchObject({ employeeId: how === 'locked' ? noon.employeeId : cora, locked: true });
      return { ...club, cora, core, noon, decided, readNow, readCheck };
    };

    test('stays as it is while its Core moves within the day, unless a hard rule forbids it', async () => {
      const { people, cora, core, noon, decided, readNow, readCheck } = await withDecided();
      const moveCore = async (time: string) =>
        dispatcher.plan.moveLine.mutate({
          ...seen(await readNow()),
          lineId: core.lineId,
          employeeId: people.ben,
          day: core.day,
          time,
        });
      await moveCore('11:15');
      expect(await readCheck()).toEqual(decided);
      const { employeeId } = decided;
      const { version } = await dispatcher.employees.get.query({ employeeId });
      const off = { employeeId, version, startsOn: noon.day, endsOn: noon.day };
      await dispatcher.employees.addTimeOff.mutate(off);
      await moveCore('10:45');
      const after = await readCheck();
      if (how === 'locked') expect(after.employeeId).toBe(cora);
      // Nobody else can do it: the Lead has no Core any more.
      else expect(after).toMatchObject({ locked: false, proposed: null, ticked: false });
    });

    test('stays as it is with a change that moves its Core within the day, taken in and out', async () => {
      const { people, cores, core, decided, readNow, readCheck } = await withDecided();
      const open = need(cores[1]);
      await db().delete(proposalLines).where(eq(proposalLines.eventId, open));
      const steps = {
        place: { employeeId: core.employeeId, day: core.day },
        move: { eventId: core.eventId, employeeId: people.cleo, day: core.day },
      };
      const left = [{ eventId: open, obstacles: [], repair: 'Free if it moves.', steps }];
      await db()
        .update(proposals)
        .set({ outcome: sql`outcome || ${JSON.stringify({ open: left })}::jsonb` });
      await dispatcher.plan.takeRepair.mutate({ ...seen(await readNow()), eventId: open });
      expect(await readCheck()).toEqual(decided);
      await dispatcher.plan.removeRepair.mutate({ ...seen(await readNow()), eventId: open });
      expect(await readCheck()).toEqual(decided);
      const { lines } = await readNow();
      const { employeeId, startsAt } = core;
      expect(lines.find(({ eventId }) => eventId === core.eventId)).toMatchObject({ employeeId, startsAt });
    });
  });

  test.each(['ticked', 'not ticked', 'approved'])(
    'a noon check goes to no other day than that of its Core, which is %s',
    async (how) => {
      itIs(SUNDAY_NOON);
      const { people, cores, check } = await smallClub();
      const proposal = await planned();
      const core = need(proposal.lines.find(({ eventId }) => eventId === cores[0]));
      const noon = need(proposal.lines.find(({ eventId }) => eventId === check));
      if (how === 'approved') await approveAlone(proposal, core.lineId, noon.lineId);
      if (how === 'not ticked') {
        const lines = [{ lineId: core.lineId, ticked: false }];
        await dispatcher.plan.markLines.mutate({ ...seen(proposal), lines });
      }
      const now = await viewer.plan.get.query({ proposalId: proposal.proposalId });
      const refusal = await refusalOf(
        dispatcher.plan.moveLine.mutate({
          ...seen(now),
          lineId: noon.lineId,
          employeeId: people.lead,
          day: '2026-01-10',
        }),
      );
      expect(refusal.reason.code).toBe('rules');
      expect(refusal.message).toMatch(
        /^Supervisor 612345 is done on the day of its Core, Mon Jan 5\. Move the Core, and it goes along\.$/,
      );
      expect(await viewer.plan.get.query({ proposalId: proposal.proposalId })).toEqual(now);
    },
  );

  test('a noon check is not approved on a day that its Core has left on the board', async () => {
    itIs(SUNDAY_NOON);
    const { cores, check } = await smallClub();
    const proposal = await planned();
    const [core, noon] = [cores[0], check].map((eventId) =>
      need(proposal.lines.find((line) => line.eventId === eventId)),
    );
    const { saved } = await approveAlone(proposal, need(core).lineId, need(noon).lineId);
    const { scheduleId, version } = need(saved[0]);
    await dispatcher.schedules.reschedule.mutate({
      scheduleId,
      version,
      startsAt: '2026-01-08T15:45:00.000Z',
    });
    const now = await viewer.plan.get.query({ proposalId: proposal.proposalId });
    const why = 'Its Core is on Thu Jan 8, and a noon check is done on that day.';
    expect(now.lines.find(({ eventId }) => eventId === check)?.changed).toBe(why);
    const lineIds = [need(noon).lineId];
    const { refused } = await dispatcher.plan.approve.mutate({ ...seen(now), lineIds });
    expect(refused).toMatchObject([{ eventId: check, message: why }]);
    expect((await live(db())).some(({ eventId }) => eventId === check)).toBe(false);
  });

  test('is refused where a hard rule speaks against a move, and put away when it is discarded', async () => {
    itIs(SUNDAY_NOON);
    const { people } = await smallClub();
    const proposal = await planned();
    const [line] = proposal.lines;
    const refusal = await refusalOf(
      dispatcher.plan.moveLine.mutate({
        ...seen(proposal),
        lineId: line?.lineId ?? 0,
        employeeId: people.ben,
        day: '2026-02-20',
      }),
    );
    expect(refusal.reason.code).toBe('rules');
    await dispatcher.plan.discard.mutate(seen(proposal));
    expect(await viewer.plan.current.query({ storeId: store })).toBe(null);
    const late = await refusalOf(dispatcher.plan.approve.mutate({ ...seen(proposal), version: 2 }));
    expect(late.message).toContain('somebody discarded it');
    expect(await live(db())).toEqual([]);
  });

  test('is back with its changed lines once its discard is taken back, unless another plan was begun', async () => {
    itIs(SUNDAY_NOON);
    await smallClub();
    const proposal = await planned();
    const [line] = proposal.lines;
    if (!line) throw new Error('The plan is empty.');
    const lines = [{ lineId: line.lineId, ticked: false }];
    const { version } = await dispatcher.plan.markLines.mutate({ ...seen(proposal), lines });
    const discarded = await dispatcher.plan.discard.mutate({ ...seen(proposal), version });
    const restored = await dispatcher.plan.restore.mutate(discarded);
    expect(restored.version).toBe(discarded.version + 1);
    const again = await viewer.plan.current.query({ storeId: store });
    expect(again).toMatchObject({ ...restored, state: 'ready' });
    expect(again?.lines.find(({ lineId }) => lineId === line.lineId)?.ticked).toBe(false);
    const rows = await db().select().from(auditLog).where(eq(auditLog.action, 'proposal.restore'));
    expect(rows.map(({ after }) => after)).toEqual([{ proposal: proposal.proposalId }]);

    const twice = await refusalOf(dispatcher.plan.restore.mutate(restored));
    expect(twice.message).toBe('This plan can’t be changed: it is ready.');
    const gone = await dispatcher.plan.discard.mutate(restored);
    expect((await refusalOf(dispatcher.plan.restore.mutate(discarded))).reason.code).toBe('stale');
    await planned();
    const late = await refusalOf(dispatcher.plan.restore.mutate(gone));
    expect(late.message).toMatch(/^Another plan of the same work was begun since\./);
  });

  test('moves a schedule only if it may, and the moved one makes room first', async () => {
    itIs(SUNDAY_NOON);
    const person = await addPerson(db(), { storeId: store, name: 'Ben Specialist' });
    const later = await addEvent(db(), { storeId: store, name: coreName(612348), dueOn: '2026-01-15' });
    const urgent = await addEvent(db(), {
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

  /** Two Cores of one person who can do both only if the scheduled one moves to another day. */
  async function fullDay() {
    const person = await addPerson(db(), { storeId: store, name: 'Ben Specialist' });
    const later = await addEvent(db(), { storeId: store, name: coreName(612348), dueOn: '2026-01-15' });
    const urgent = await addEvent(db(), {
      storeId: store,
      name: coreName(612349),
      startsOn: '2026-01-05',
      dueOn: '2026-01-06',
    });
    const schedule = await dispatcher.schedules.create.mutate({
      eventId: later,
      employeeId: person,
      startsAt: '2026-01-05T15:45:00.000Z',
    });
    return { person, later, urgent, schedule };
  }

  test('takes a repair in as two lines, and out again; approved, the schedule moves and the event has its place', async () => {
    itIs(SUNDAY_NOON);
    const { later, urgent, schedule } = await fullDay();
    const proposal = await planned();
    expect(proposal.open).toMatchObject([{ eventId: urgent, canRepair: true }]);
    const { lineId, placed, ...taken } = await dispatcher.plan.takeRepair.mutate({
      ...seen(proposal),
      eventId: urgent,
    });
    const stale = await refusalOf(dispatcher.plan.takeRepair.mutate({ ...seen(proposal), eventId: urgent }));
    expect(stale.reason.code).toBe('stale');
    const repaired = await viewer.plan.get.query({ proposalId: proposal.proposalId });
    expect(repaired.open).toEqual([]);
    expect(repaired.lines).toHaveLength(2);
    expect(placed.sort((a, b) => a.lineId - b.lineId)).toEqual(
      repaired.lines
        .map(({ lineId, employeeId, startsAt, state }) => ({ lineId, employeeId, startsAt, state }))
        .sort((a, b) => a.lineId - b.lineId),
    );
    expect(repaired.lines).toEqual(
      expect.arrayContaining([
        expect.objectContaining({
          kind: 'moved',
          eventId: later,
          repairs: urgent,
          makesRoomFor: urgent,
          ticked: true,
          changed: null,
          proposed: null,
          from: expect.objectContaining({ scheduleId: schedule.scheduleId }),
        }),
        expect.objectContaining({
          lineId,
          kind: 'new',
          eventId: urgent,
          day: '2026-01-05',
          repairs: urgent,
          ticked: true,
          changed: null,
        }),
      ]),
    );
    const twice = await refusalOf(dispatcher.plan.takeRepair.mutate({ ...taken, eventId: urgent }));
    expect(twice.message).toBe('This event has a place in the plan already.');
    expect((await live(db())).map(({ workDate }) => workDate)).toEqual(['2026-01-05']);

    const removed = await dispatcher.plan.removeRepair.mutate({ ...taken, eventId: urgent });
    const without = await viewer.plan.get.query({ proposalId: proposal.proposalId });
    expect(without.lines).toEqual([]);
    expect(without.open).toEqual(proposal.open);
    const gone = await refusalOf(dispatcher.plan.removeRepair.mutate({ ...removed, eventId: urgent }));
    expect(gone.message).toBe('This change is no longer in the plan.');

    const { version } = await dispatcher.plan.takeRepair.mutate({ ...removed, eventId: urgent });
    const answer = await dispatcher.plan.approve.mutate({ ...seen(proposal), version });
    expect(answer.refused).toEqual([]);
    const days = new Map((await live(db())).map(({ eventId, workDate }) => [eventId, workDate]));
    expect(days.get(urgent)).toBe('2026-01-05');
    expect(days.get(later)).not.toBe('2026-01-05');
    expect(days.size).toBe(2);
    const repairs = await db().execute<{ action: string; after: unknown }>(
      sql`select action, after from audit_log where action like 'proposal.%_repair' order by id`,
    );
    const taking = { proposal: proposal.proposalId, event: 'Core 612349', madeRoom: 'Core 612348' };
    expect(repairs).toEqual([
      { action: 'proposal.take_repair', after: taking },
      { action: 'proposal.remove_repair', after: { proposal: proposal.proposalId, event: 'Core 612349' } },
      { action: 'proposal.take_repair', after: taking },
    ]);
  });

  test('refuses a repair that no longer fits, and keeps nothing of it', async () => {
    itIs(SUNDAY_NOON);
    const { person, later, urgent, schedule } = await fullDay();
    const proposal = await planned();
    await dispatcher.schedules.reschedule.mutate({
      scheduleId: schedule.scheduleId,
      version: schedule.version,
      startsAt: '2026-01-06T15:45:00.000Z',
    });
    const moved = await refusalOf(dispatcher.plan.takeRepair.mutate({ ...seen(proposal), eventId: urgent }));
    expect(moved.reason.code).toBe('rules');
    expect(moved.message).toMatch(/^This no longer fits: The work that would go elsewhere/);
    await dispatcher.schedules.create.mutate({
      eventId: urgent,
      employeeId: person,
      startsAt: '2026-01-05T15:45:00.000Z',
    });
    const scheduled = await refusalOf(
      dispatcher.plan.takeRepair.mutate({ ...seen(proposal), eventId: urgent }),
    );
    expect(scheduled.message).toContain('The event was scheduled, changed or removed since.');
    const other = await refusalOf(dispatcher.plan.takeRepair.mutate({ ...seen(proposal), eventId: later }));
    expect(other.message).toContain('knows no change');
    expect((await viewer.plan.get.query({ proposalId: proposal.proposalId })).lines).toEqual([]);
  });

  test('a repair moves another line of the plan, which is back where it was once the repair is out', async () => {
    itIs(SUNDAY_NOON);
    const { people, cores, check } = await smallClub();
    const proposal = await planned();
    const core = proposal.lines.find(({ eventId }) => eventId === cores[0]);
    const noon = proposal.lines.find(({ eventId }) => eventId === check);
    const open = proposal.lines.find(({ eventId }) => eventId === cores[1]);
    if (!core || !noon || !open) throw new Error('All Cores and the check are expected in the plan.');
    // A solver that had to stop early could have left this.
    await db().delete(proposalLines).where(eq(proposalLines.eventId, open.eventId));
    const steps = {
      place: { employeeId: core.employeeId, day: core.day },
      move: { eventId: core.eventId, employeeId: people.lead, day: '2026-01-09' },
    };
    const left = [{ eventId: open.eventId, obstacles: [], repair: 'Free if it moves.', steps }];
    await db()
      .update(proposals)
      .set({ outcome: sql`outcome || ${JSON.stringify({ open: left })}::jsonb` });
    // The check goes along although somebody unticked it, and stays unticked.
    const marked = await dispatcher.plan.markLines.mutate({
      ...seen(proposal),
      lines: [{ lineId: noon.lineId, ticked: false }],
    });
    const { version } = await dispatcher.plan.takeRepair.mutate({ ...marked, eventId: open.eventId });
    const isTicked = async () => {
      const { lines } = await viewer.plan.get.query({ proposalId: proposal.proposalId });
      return lines.find(({ eventId }) => eventId === check)?.ticked;
    };
    const places = async () => {
      const { lines } = await viewer.plan.get.query({ proposalId: proposal.proposalId });
      return new Map(
        lines.map(({ eventId, employeeId, startsAt, day }) => [eventId, { employeeId, startsAt, day }]),
      );
    };
    const repaired = await places();
    expect(repaired.get(open.eventId)).toMatchObject({ employeeId: core.employeeId, day: core.day });
    expect(repaired.get(core.eventId)).toMatchObject({ employeeId: people.lead, day: '2026-01-09' });
    expect(repaired.get(check)).toMatchObject({ day: '2026-01-09' });
    expect(await isTicked()).toBe(false);
    await dispatcher.plan.removeRepair.mutate({ ...seen(proposal), version, eventId: open.eventId });
    const back = await places();
    expect(back.has(open.eventId)).toBe(false);
    for (const { eventId, employeeId, startsAt, day } of [core, noon]) {
      expect(back.get(eventId)).toEqual({ employeeId, startsAt, day });
    }
    expect(await isTicked()).toBe(false);
  });

  test('takes in a repair that needs a reason alone, and its line says so', async () => {
    itIs(SUNDAY_NOON);
    await addPerson(db(), { storeId: store, name: 'Ada Supervisor', role: 'Club Supervisor' });
    const eventId = await addEvent(db(), { storeId: store, name: coreName(612345) });
    const proposal = await planned();
    expect(proposal.open[0]?.repair).toMatch(/^Free for Ada Supervisor on .* with a reason/);
    const { lineId } = await dispatcher.plan.takeRepair.mutate({ ...seen(proposal), eventId });
    const { lines } = await viewer.plan.get.query({ proposalId: proposal.proposalId });
    expect(lines).toMatchObject([
      { lineId, eventId, warnings: [{ code: 'club_supervisor_on_core', severity: 'soft' }] },
    ]);
  });

  test('that breaks a soft rule is saved with a reason alone', async () => {
    itIs(SUNDAY_NOON);
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
      proposalId: proposal.proposalId,
      version,
      lineIds,
      overrideReason,
    });
    expect(saved).toHaveLength(1);
    expect((await live(db()))[0]?.overrideReason).toBe(overrideReason);
  });

  test.each(['at once', 'when it is approved again'])(
    'a line that a later move of another one brought against a soft rule takes the reason %s',
    async (when) => {
      itIs(SUNDAY_NOON);
      const { people, cores } = await smallClub();
      const [, second, first] = cores;
      const { proposalId, lines } = await planned();
      const readNow = () => viewer.plan.get.query({ proposalId });
      const lineIdOf = (eventId: number | undefined) =>
        need(lines.find((line) => line.eventId === eventId)).lineId;
      for (const [eventId, time] of [
        [second, '11:15'],
        [first, '10:45'],
      ] as const) {
        await dispatcher.plan.moveLine.mutate({
          ...seen(await readNow()),
          lineId: lineIdOf(eventId),
          employeeId: people.ben,
          day: '2026-01-09',
          time,
        });
      }
      /** The events for which the page asks for a reason. */
      const warned = async () =>
        (await readNow()).lines
          .filter(
            (line) => line.state !== 'saved' && line.warnings.some(({ severity }) => severity === 'soft'),
          )
          .map(({ eventId }) => eventId);
      expect(await warned()).toEqual([first, second]);
      const overrideReason = 'Both stand side by side';
      if (when === 'at once') {
        const { refused } = await dispatcher.plan.approve.mutate({
          ...seen(await readNow()),
          overrideReason,
        });
        expect(refused).toEqual([]);
      } else {
        const { refused } = await dispatcher.plan.approve.mutate(seen(await readNow()));
        expect(refused).toMatchObject([{ eventId: second }]);
        expect(await warned()).toEqual([second]);
        const retried = await dispatcher.plan.approve.mutate({
          ...seen(await readNow()),
          lineIds: [lineIdOf(second)],
          overrideReason,
        });
        expect(retried.refused).toEqual([]);
      }
      const reasons = new Map(
        (await live(db())).map((schedule) => [schedule.eventId, schedule.overrideReason]),
      );
      expect([reasons.get(need(first)), reasons.get(need(second))]).toEqual([null, overrideReason]);
    },
  );
});

describe('a plan that is planned again', () => {
  /** Records that a plan is being made in place of another one, and not by this process. */
  const runFor = async (replaces: number, updatedAt?: string) => {
    const [run] = await db()
      .insert(proposals)
      .values({
        storeId: store,
        ...WEEK,
        options: {},
        requestedBy: 'somebody',
        requestedByName: 'Somebody',
        replaces,
        ...(updatedAt && { updatedAt }),
      })
      .returning();
    return need(run).id;
  };
  const read = (proposalId: number) => viewer.plan.get.query({ proposalId });

  test('takes no change that the new plan would not have, and says so; canceled, it takes them again', async () => {
    itIs(SUNDAY_NOON);
    const { people, cores } = await smallClub();
    const whole = await planned();
    const { proposalId } = whole;
    const lineIds = whole.lines.filter(({ eventId }) => eventId === cores[2]).map(({ lineId }) => lineId);
    const { approvalId } = await dispatcher.plan.approve.mutate({ ...seen(whole), lineIds });
    const proposal = await read(proposalId);
    const { lineId, day } = need(proposal.lines.find(({ state }) => state === 'proposed'));
    const run = await runFor(proposalId);
    expect((await read(proposalId)).plannedAgainBy).toBe('Somebody');
    const before = await everything(db());
    const now = seen(proposal);
    const changes = {
      markLines: () => dispatcher.plan.markLines.mutate({ ...now, lines: [{ lineId, locked: true }] }),
      moveLine: () => dispatcher.plan.moveLine.mutate({ ...now, lineId, day, employeeId: people.cleo }),
      takeRepair: () => dispatcher.plan.takeRepair.mutate({ ...now, eventId: need(cores[0]) }),
      removeRepair: () => dispatcher.plan.removeRepair.mutate({ ...now, eventId: need(cores[0]) }),
      approve: () => dispatcher.plan.approve.mutate(now),
      discard: () => dispatcher.plan.discard.mutate(now),
      again: () => dispatcher.plan.again.mutate(now),
      undoApproval: () => dispatcher.plan.undoApproval.mutate({ approvalId: need(approvalId) }),
    };
    const nothingDone =
      'Nothing of yours was saved. Wait for the new plan, or cancel it and repeat your change here.';
    const nothingUndone =
      'Nothing was undone, because the new plan would not have it. Cancel the new plan and undo here again, or wait for it and undo then.';
    for (const [name, change] of Object.entries(changes)) {
      const refusal = await refusalOf(change());
      const wayOut = name === 'undoApproval' ? nothingUndone : nothingDone;
      expect([name, refusal.message]).toEqual([name, `Somebody has this plan made again. ${wayOut}`]);
    }
    expect(await read(proposalId)).toEqual({ ...proposal, plannedAgainBy: 'Somebody' });
    expect(await everything(db())).toEqual(before);
    await dispatcher.plan.cancel.mutate({ proposalId: run });
    expect((await read(proposalId)).plannedAgainBy).toBeNull();
    await changes.markLines();
    const isMarked = ({ lines }: ProposalView) => lines.find((line) => line.lineId === lineId)?.locked;
    expect(isMarked(await read(proposalId))).toBe(true);
    expect((await changes.undoApproval()).restored).toMatchObject([{ eventId: cores[2] }]);
    expect((await read(proposalId)).lines.every(({ state }) => state === 'proposed')).toBe(true);
  });

  test('by a server that has died takes changes, and that run replaces nothing any more', async () => {
    itIs(SUNDAY_NOON);
    await smallClub();
    const proposal = await planned();
    const [{ lineId } = { lineId: 0 }] = proposal.lines;
    const run = await runFor(proposal.proposalId, '2026-01-04T16:00:00.000Z');
    expect((await read(proposal.proposalId)).plannedAgainBy).toBeNull();
    await dispatcher.plan.markLines.mutate({ ...seen(proposal), lines: [{ lineId, locked: true }] });
    const [left] = await db().select().from(proposals).where(eq(proposals.id, run));
    expect(left?.state).toBe('interrupted');
    expect((await read(proposal.proposalId)).state).toBe('ready');
  });

  test('at the moment at which a colleague changes it has the change, or the change is refused', async () => {
    itIs(SUNDAY_NOON);
    await smallClub();
    const proposal = await planned();
    const [line] = proposal.lines.filter(({ coreEventId }) => coreEventId === null);
    const { lineId } = need(line);
    const both = await Promise.allSettled([
      dispatcher.plan.again.mutate(seen(proposal)),
      dispatcher.plan.markLines.mutate({ ...seen(proposal), lines: [{ lineId, locked: true }] }),
    ]);
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    await vi.waitFor(async () => {
      expect(await db().$count(proposals, eq(proposals.state, 'running'))).toBe(0);
    });
  });

  test('keeps its options, and begins tomorrow although its first day is over', async () => {
    itIs(SUNDAY_NOON);
    const { cores } = await smallClub();
    const first = await planned({
      options: { types: ['Core'], moveExisting: true, neverPlan: [need(cores[0])] },
    });
    await db().delete(proposalLines);
    await db().update(proposals).set({ state: 'failed' }).where(eq(proposals.id, first.proposalId));
    itIs('2026-01-06T17:00:00.000Z');
    const second = await planned({ again: seen(first) });
    const { earliestDay, ...options } = first.options;
    expect(earliestDay).toBe('2026-01-05');
    expect(second).toMatchObject({ state: 'ready', cause: null, fromDay: first.fromDay, toDay: first.toDay });
    expect(second.options).toEqual({ ...options, earliestDay: '2026-01-07' });
    expect(second.lines.map(({ eventId }) => eventId).sort()).toEqual(cores.slice(1).sort());
    expect(second.lines.every(({ day }) => day >= '2026-01-07')).toBe(true);
  });
});

describe('a plan that is being made', () => {
  test('is one at a time for a store', async () => {
    itIs(SUNDAY_NOON);
    await smallClub();
    await db()
      .insert(proposals)
      .values({
        storeId: store,
        ...WEEK,
        options: {},
        requestedBy: 'somebody',
        requestedByName: 'Somebody',
      });
    const refusal = await refusalOf(dispatcher.plan.start.mutate({ storeId: store, ...WEEK }));
    expect(refusal.message).toBe('A plan for this store is being made already. Wait for it, or cancel it.');
  });

  test('of a server that is gone is interrupted, and another one can be made', async () => {
    itIs(SUNDAY_NOON);
    await smallClub();
    const [left] = await db()
      .insert(proposals)
      .values({
        storeId: store,
        ...WEEK,
        options: {},
        requestedBy: 'somebody',
        requestedByName: 'Somebody',
        updatedAt: '2026-01-04T16:00:00.000Z',
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
    itIs(SUNDAY_NOON);
    await smallClub();
    const { proposalId } = await dispatcher.plan.start.mutate({ storeId: store, ...WEEK });
    const canceled = await dispatcher.plan.cancel.mutate({ proposalId }).catch(() => null);
    await vi.waitFor(async () => {
      const { state, lines } = await viewer.plan.get.query({ proposalId });
      expect(state).toBe(canceled ? 'canceled' : 'ready');
      expect(lines.length > 0).toBe(canceled === null);
    });
    const twice = await refusalOf(dispatcher.plan.cancel.mutate({ proposalId }));
    expect(twice.reason.code).toBe('not_allowed');
  });

  test('is kept although Postgres was away when it was made', async () => {
    itIs(SUNDAY_NOON);
    await smallClub();
    const [club] = await db().select().from(stores).where(eq(stores.id, store));
    const opened = await db().transaction((tx) =>
      openPlan(tx, {
        store: club as typeof stores.$inferSelect,
        ...WEEK,
        options: {},
        locks: [],
        requestedBy: { id: 'somebody', name: 'Somebody' },
      }),
    );
    const transact = db().transaction.bind(db());
    const away = Object.assign(new Error('write CONNECTION_CLOSED'), { code: 'CONNECTION_CLOSED' });
    const calls = vi.spyOn(db(), 'transaction');
    calls.mockImplementationOnce(transact).mockRejectedValueOnce(away).mockImplementation(transact);
    planRunsOf(db()).start(opened.proposalId, () => makePlan(db(), opened));
    const { proposalId } = opened;
    await vi.waitFor(async () => {
      const { state, lines } = await viewer.plan.get.query({ proposalId });
      expect({ state, lines: lines.length }).toEqual({ state: 'ready', lines: 4 });
    });
    expect(calls).toHaveBeenCalledTimes(3);
    calls.mockRestore();
  });

  test('is told as interrupted by the server that stops, and its end is told to whoever listens', async () => {
    itIs(SUNDAY_NOON);
    const heard: unknown[] = [];
    await server.database.sql.listen('changes', (payload) => heard.push(JSON.parse(payload)));
    const [row] = await db()
      .insert(proposals)
      .values({
        storeId: store,
        ...WEEK,
        options: {},
        requestedBy: 'somebody',
        requestedByName: 'Somebody',
      })
      .returning();
    const id = row?.id ?? 0;
    const runs = new PlanRuns(db());
    const input = inventedClub(4, { people: 50, days: 28, events: 600 });
    runs.start(id, () =>
      runs
        .plan(id, () => ({ input, options: {} }))
        .then(
          () => {},
          () => {},
        ),
    );
    await runs.close();
    const proposal = await viewer.plan.get.query({ proposalId: id });
    expect(proposal).toMatchObject({ state: 'interrupted', note: expect.stringContaining('plan again') });
    await vi.waitFor(() =>
      expect(heard.filter((each) => (each as { id: number }).id === id)).toEqual([
        { kind: 'proposal', id, storeId: store },
        { kind: 'proposal', id, storeId: store },
      ]),
    );
  });

  test('is ended wherever it is: with its thread, or before its turn', async () => {
    const runs = new PlanRuns(db());
    const job = () => ({ input: inventedClub(4, { people: 50, days: 28, events: 600 }), options: {} });
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
    await expect(first).rejects.toBeInstanceOf(ThreadEnded);
    await expect(second).rejects.toBeInstanceOf(ThreadEnded);
    expect(runs.isPlanning(1)).toBe(false);
    await runs.close();
    await expect(runs.plan(3, job)).rejects.toBeInstanceOf(ThreadEnded);
    expect(planRunsOf(db())).toBe(planRunsOf(db()));
  });
});
