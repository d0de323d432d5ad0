import { bookingId } from '@scheduler/crossmark';
import { events, holidays, proposalLines, proposals, schedules, stores, timeOff } from '@scheduler/db';
import { planRunsOf } from '@scheduler/plans';
import { addDays } from '@scheduler/scheduling';
import { eq } from 'drizzle-orm';
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
  live,
  need,
  refusalOf,
  startTestServer,
  supervisorName,
  type TestServer,
} from '../../test/fixture.ts';
import { seen } from '../../test/plans.ts';
import { todayAt } from '../stores/stores.ts';
import { coverAbsence } from './covers.ts';
import type { CoverStarted, ProposalView } from './types.ts';

let server: TestServer;
let dispatcher: Client;
let colleague: Client;
let viewer: Client;
let store: number;
let ada: number;
let ben: number;
let cleo: number;

beforeAll(async () => {
  server = await startTestServer();
  dispatcher = await server.as('dispatcher');
  colleague = await server.as('admin');
  viewer = await server.as('viewer');
});
afterAll(() => server.close());
beforeEach(async () => {
  await empty(server.database);
  store = await addStore(db());
  ada = await addPerson(db(), { storeId: store, name: 'Ada Lead', role: 'Lead Event Specialist' });
  ben = await addPerson(db(), { storeId: store, name: 'Ben Specialist' });
  cleo = await addPerson(db(), { storeId: store, name: 'Cleo Specialist' });
});

const db = () => server.database.db;
const DISPATCHER = { id: 'u1', name: 'Dispatcher Person', requestId: 'r1' };
const MONDAY = '2026-01-05';
const TUESDAY = '2026-01-06';
/** Monday, 8:00 at the store. */
const EARLY = '2026-01-05T13:00:00.000Z';
const at = (day: string) => `${day}T15:45:00.000Z`;

let nextNumber = 612_345;
/** Adds a scheduled Core, with its noon check if one is requested. */
async function core(
  employeeId: number,
  day: string,
  more: { checkBy?: number; startsOn?: string; dueOn?: string } = {},
): Promise<{ eventId: number; check: number }> {
  const { checkBy, ...window } = more;
  const number = nextNumber++;
  const eventId = await addEvent(db(), { storeId: store, name: coreName(number), ...window });
  const withSupervisor = false;
  await dispatcher.schedules.create.mutate({ eventId, employeeId, startsAt: at(day), withSupervisor });
  if (checkBy === undefined) return { eventId, check: 0 };
  const check = await addEvent(db(), { storeId: store, name: supervisorName(number), ...window });
  const startsAt = `${day}T17:00:00.000Z`;
  await dispatcher.schedules.create.mutate({ eventId: check, employeeId: checkBy, startsAt, withSupervisor });
  return { eventId, check };
}

const versionOf = async (employeeId: number) => (await viewer.employees.get.query({ employeeId })).version;
const off = async (employeeId: number, startsOn = MONDAY, endsOn = startsOn): Promise<CoverStarted> =>
  dispatcher.plan.coverAbsence.mutate({
    employeeId,
    version: await versionOf(employeeId),
    startsOn,
    endsOn,
    reason: 'Sick',
  });
const read = (proposalId: number) => viewer.plan.get.query({ proposalId });
const made = async ({ proposalId }: CoverStarted): Promise<ProposalView> =>
  vi.waitFor(async () => {
    const proposal = await read(need(proposalId));
    if (proposal.state === 'running') throw new Error('The plan is being made.');
    return proposal;
  });
/** Waits until no plan is being made, so that none is left to the next test, which has the same ids. */
const allMade = () =>
  vi.waitFor(async () => expect(await db().$count(proposals, eq(proposals.state, 'running'))).toBe(0));
const approve = (proposal: ProposalView) => dispatcher.plan.approve.mutate(seen(proposal));
const daysOff = () => db().select().from(timeOff);
const holders = async () =>
  new Map((await live(db())).map(({ eventId, employeeId, startsAt }) => [eventId, { employeeId, startsAt }]));
const actions = async () =>
  (await server.database.sql`select action from audit_log order by id`).map(({ action }) => action);

describe('a sick call', () => {
  test('says what needs somebody else and is in another store, for which nobody is looked for', async () => {
    // By the real clock, because the database has to agree that these days are to come.
    const soon = addDays(todayAt('America/Indiana/Indianapolis'), 7);
    const later = addDays(soon, 1);
    const window = { startsOn: soon, dueOn: addDays(soon, 5) };
    const mine = await core(ben, soon, window);
    const elsewhere = await addStore(db(), '8200');
    const away = await addEvent(db(), { storeId: elsewhere, name: coreName(699_001), ...window });
    await server.database.sql`
      insert into schedules (event_id, employee_id, starts_at, ends_at, work_date, source)
      values (${away}, ${ben}, ${at(later)}, ${at(later)}::timestamptz + interval '390 minutes', ${later}, 'crossmark')`;
    const { upcoming } = await viewer.employees.get.query({ employeeId: ben });
    expect(upcoming.map(({ isInOwnStore }) => isInOwnStore)).toEqual([true, false]);
    const begun = await off(ben, soon, later);
    expect(begun).toMatchObject({ events: 1, stays: [], broken: [{ eventId: away, workDate: later }] });
    const { lines } = await made(begun);
    expect(lines.map(({ eventId }) => eventId)).toEqual([mine.eventId]);
  });

  test('records the time off at once and proposes others at the same time; nothing else is changed', async () => {
    itIs(EARLY);
    const mine = await core(ben, MONDAY);
    const later = await core(ben, TUESDAY);
    const before = await live(db());
    const begun = await off(ben);
    expect(begun).toMatchObject({ events: 1, stays: [], broken: [] });
    expect(await daysOff()).toMatchObject([{ employeeId: ben, startsOn: MONDAY, endsOn: MONDAY }]);
    const proposal = await made(begun);
    expect(proposal).toMatchObject({ state: 'ready', madeBy: 'solver', note: null, open: [], stays: [] });
    expect(proposal.cause).toMatchObject({ kind: 'off', employeeId: ben, name: 'Ben Specialist' });
    expect(proposal.lines).toMatchObject([
      { eventId: mine.eventId, kind: 'moved', startsAt: at(MONDAY), changed: null },
    ]);
    const [line] = proposal.lines;
    expect([ada, cleo]).toContain(line?.employeeId);
    expect(line?.why).toContain('It keeps its day and time.');
    expect(line?.runnerUp).not.toBeNull();
    expect(await live(db())).toEqual(before);
    expect(later.eventId).not.toBe(mine.eventId);
    expect((await actions()).slice(-2)).toEqual(['employee.time_off', 'proposal.cover']);
  });

  test('for some hours proposes others only for what lasts into them, not the same person at another time', async () => {
    itIs(EARLY);
    const { eventId } = await core(ben, MONDAY);
    const call = async (fromTime: string, untilTime: string | null) =>
      dispatcher.plan.coverAbsence.mutate({
        employeeId: ben,
        version: await versionOf(ben),
        startsOn: MONDAY,
        endsOn: MONDAY,
        fromTime,
        untilTime,
      });
    const before = await live(db());
    const evening = await call('21:00', null);
    expect(evening).toMatchObject({ proposalId: null, events: 0, stays: [], broken: [] });
    const noon = await call('12:00', '13:00');
    expect(noon).toMatchObject({ events: 1, stays: [], broken: [] });
    const proposal = await made(noon);
    expect(proposal.cause).toMatchObject({ kind: 'off', fromTime: '12:00', untilTime: '13:00' });
    const [line] = proposal.lines;
    expect(line).toMatchObject({ eventId, startsAt: at(MONDAY) });
    expect([ada, cleo]).toContain(line?.employeeId);
    await approve(proposal);
    await dispatcher.plan.undoCover.mutate({ proposalId: proposal.proposalId });
    expect(await daysOff()).toMatchObject([{ fromTime: '21:00', untilTime: null }]);
    expect((await holders()).get(eventId)).toEqual({ employeeId: ben, startsAt: before[0]?.startsAt });
  });

  test('is approved like any plan, and approved twice does nothing twice', async () => {
    itIs(EARLY);
    const { eventId } = await core(ben, MONDAY);
    const proposal = await made(await off(ben));
    const answers = await Promise.allSettled([approve(proposal), approve(proposal)]);
    expect(answers.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    const [line] = proposal.lines;
    expect((await holders()).get(eventId)).toEqual({ employeeId: line?.employeeId, startsAt: at(MONDAY) });
    expect((await live(db()))[0]?.version).toBe(2);
    expect((await read(proposal.proposalId)).state).toBe('approved');
  });

  test.each(['before it is approved', 'after'])(
    'is taken back %s: time off and approval together, by whoever asks',
    async (when) => {
      itIs(EARLY);
      const { eventId, check } = await core(ada, MONDAY, { checkBy: ada });
      await core(ben, TUESDAY);
      await addPerson(db(), { storeId: store, name: 'Sue Supervisor', role: 'Club Supervisor' });
      const before = await holders();
      const proposal = await made(await off(ada));
      expect(proposal.lines.map((line) => line.eventId).sort()).toEqual([eventId, check].sort());
      if (when === 'after') {
        const { refused, approvalId } = await approve(proposal);
        expect(refused).toEqual([]);
        expect(approvalId).not.toBeNull();
        expect([...(await holders()).values()].some(({ employeeId }) => employeeId === ada)).toBe(false);
      }
      const undone = await colleague.plan.undoCover.mutate({ proposalId: proposal.proposalId });
      expect([undone.restored.length, undone.kept]).toEqual([when === 'after' ? 2 : 0, []]);
      expect(await holders()).toEqual(before);
      expect(await daysOff()).toEqual([]);
      expect((await read(proposal.proposalId)).state).toBe('discarded');
      expect(await viewer.plan.list.query({ storeId: store })).toEqual([]);
      const again = await refusalOf(dispatcher.plan.undoCover.mutate({ proposalId: proposal.proposalId }));
      expect(again.message).toContain('took this back already');
    },
  );

  test('is taken back by the undo of its approval too', async () => {
    itIs(EARLY);
    const { eventId } = await core(ben, MONDAY);
    const { approvalId } = await approve(await made(await off(ben)));
    await dispatcher.plan.undoApproval.mutate({ approvalId: need(approvalId) });
    expect((await holders()).get(eventId)).toEqual({ employeeId: ben, startsAt: at(MONDAY) });
    expect(await daysOff()).toEqual([]);
  });

  test('leaves what has begun with its person, and says so', async () => {
    const day = { startsOn: MONDAY, dueOn: '2026-01-15' };
    itIs(EARLY);
    const mine = await core(ben, MONDAY, day);
    const next = await core(ben, TUESDAY, day);
    itIs('2026-01-05T17:00:00.000Z');
    const begun = await off(ben, MONDAY, TUESDAY);
    expect(begun).toMatchObject({ events: 1, stays: [{ eventId: mine.eventId }] });
    const proposal = await made(begun);
    expect(proposal.lines.map(({ eventId }) => eventId)).toEqual([next.eventId]);
    expect(proposal.stays[0]?.message).toMatch(
      /^Core \d+ began on Mon Jan 5, 10:45 AM, so it stays as it is\.$/,
    );
    await approve(proposal);
    expect((await holders()).get(mine.eventId)?.employeeId).toBe(ben);
  });

  test('goes to another day where nobody can do it on its own', async () => {
    itIs(EARLY);
    await core(ada, MONDAY);
    await core(cleo, MONDAY);
    const movable = await core(ben, MONDAY);
    const proposal = await made(await off(ben));
    expect(proposal.lines).toHaveLength(1);
    expect(proposal.lines[0]).toMatchObject({ eventId: movable.eventId, day: TUESDAY });
    expect(proposal.lines[0]?.why).toContain('can’t be done on Mon Jan 5');
  });

  test('lists what needs somebody, with what excludes people, and leaves it where it is', async () => {
    itIs(EARLY);
    await core(ada, MONDAY);
    await core(cleo, MONDAY);
    const { eventId } = await core(ben, MONDAY, { dueOn: TUESDAY });
    const before = await live(db());
    const proposal = await made(await off(ben));
    expect(proposal.lines).toEqual([]);
    expect(proposal.open).toMatchObject([{ eventId }]);
    const said = proposal.open[0]?.obstacles.map(({ message }) => message).join(' ');
    expect(said).toMatch(/have a Core/);
    expect(said).toMatch(/Ben Specialist has time off/);
    expect(await live(db())).toEqual(before);
  });

  test('overwrites nothing that changed meanwhile: refused, listed, and left by the undo', async () => {
    itIs(EARLY);
    const first = await core(ben, MONDAY);
    const second = await core(ben, TUESDAY);
    const proposal = await made(await off(ben, MONDAY, TUESDAY));
    const schedule = need((await live(db())).find(({ eventId }) => eventId === first.eventId));
    const other =
      proposal.lines.find(({ eventId }) => eventId === first.eventId)?.employeeId === ada ? cleo : ada;
    await colleague.schedules.changeEmployee.mutate({
      scheduleId: schedule.id,
      version: schedule.version,
      employeeId: other,
    });
    const looked = await read(proposal.proposalId);
    expect(looked.lines.find(({ eventId }) => eventId === first.eventId)?.changed).not.toBeNull();
    const answer = await approve(looked);
    expect(answer.refused.map(({ eventId }) => eventId)).toEqual([first.eventId]);
    expect(answer.saved.map(({ eventId }) => eventId)).toEqual([second.eventId]);
    expect((await holders()).get(first.eventId)?.employeeId).toBe(other);
    const taken = need((await live(db())).find(({ eventId }) => eventId === second.eventId));
    const third = [ada, ben, cleo].find((id) => id !== ben && id !== taken.employeeId) ?? 0;
    await colleague.schedules.changeEmployee.mutate({
      scheduleId: taken.id,
      version: taken.version,
      employeeId: third,
    });
    const undone = await dispatcher.plan.undoCover.mutate({ proposalId: proposal.proposalId });
    expect(undone.kept).toMatchObject([
      { eventId: second.eventId, message: expect.stringContaining('Admin') },
    ]);
    expect((await holders()).get(second.eventId)?.employeeId).toBe(third);
    expect(await daysOff()).toEqual([]);
  });

  test('of reissued work goes by its expiry: its lines are as on the board, and can be moved until then', async () => {
    itIs(EARLY);
    const { eventId } = await core(ben, MONDAY);
    const past = { startsOn: '2025-12-01', dueOn: '2025-12-15', condition: 'Reissued' as const };
    await db().update(events).set(past).where(eq(events.id, eventId));
    await db()
      .update(schedules)
      .set({ reissueOf: bookingId('50000001'), reissueExpiresOn: '2026-01-08', reissueResponses: false })
      .where(eq(schedules.eventId, eventId));
    const proposal = await made(await off(ben));
    expect(proposal.lines).toMatchObject([{ eventId, day: MONDAY, changed: null }]);
    const lineId = need(proposal.lines[0]).lineId;
    const { placed: _, ...moved } = await dispatcher.plan.moveLine.mutate({
      ...seen(proposal),
      lineId,
      employeeId: cleo,
      day: TUESDAY,
      time: '10:45',
    });
    expect((await read(proposal.proposalId)).lines).toMatchObject([
      { employeeId: cleo, day: TUESDAY, changed: null, warnings: [], runnerUp: { employeeId: ada } },
    ]);
    const late = await refusalOf(
      dispatcher.plan.moveLine.mutate({ ...moved, lineId, employeeId: cleo, day: '2026-01-08' }),
    );
    expect(late.message).toMatch(/is reopened until Wed Jan 7, and Thu Jan 8 is later/);
    const started = await dispatcher.plan.again.mutate(moved);
    const again = await made({ ...started, timeOffId: null, events: 1, stays: [], broken: [] });
    expect(again.unkept).toEqual([]);
    expect(again.lines).toMatchObject([{ employeeId: cleo, day: TUESDAY, locked: true, changed: null }]);
    expect((await dispatcher.plan.approve.mutate(seen(again))).refused).toEqual([]);
    expect((await holders()).get(eventId)).toMatchObject({ employeeId: cleo });
  });

  test('of somebody whom a colleague changed meanwhile records nothing', async () => {
    itIs(EARLY);
    await core(ben, MONDAY);
    const version = await versionOf(ben);
    await colleague.employees.update.mutate({ employeeId: ben, version, changes: { phone: '555' } });
    const before = await everything(db());
    const stale = await refusalOf(
      dispatcher.plan.coverAbsence.mutate({ employeeId: ben, version, startsOn: MONDAY, endsOn: MONDAY }),
    );
    expect(stale.reason.code).toBe('stale');
    expect(await everything(db())).toEqual(before);
  });

  test('of somebody without work records the time off alone', async () => {
    itIs(EARLY);
    expect(await off(ben)).toEqual({ proposalId: null, timeOffId: 1, events: 0, stays: [], broken: [] });
    expect(await daysOff()).toHaveLength(1);
  });

  test('is planned again around what is locked, and taken back as one', async () => {
    itIs(EARLY);
    const { eventId } = await core(ben, MONDAY);
    const first = await made(await off(ben));
    const [line] = first.lines;
    const other = line?.employeeId === ada ? cleo : ada;
    const lineId = line?.lineId ?? 0;
    const { placed: _, ...moved } = await dispatcher.plan.moveLine.mutate({
      ...seen(first),
      lineId,
      employeeId: other,
      day: MONDAY,
      time: '10:45',
    });
    const started = await dispatcher.plan.again.mutate(moved);
    const second = await made({ ...started, timeOffId: null, events: 1, stays: [], broken: [] });
    expect(second.lines).toMatchObject([{ eventId, employeeId: other, locked: true, startsAt: at(MONDAY) }]);
    await approve(second);
    await dispatcher.plan.undoCover.mutate({ proposalId: first.proposalId });
    expect((await holders()).get(eventId)?.employeeId).toBe(ben);
    expect(await daysOff()).toEqual([]);
  });

  test('is taken back as one by the undo of the later plan too, with what was approved of the earlier one', async () => {
    itIs(EARLY);
    const early = await core(ben, MONDAY);
    const late = await core(ben, TUESDAY);
    const places = await holders();
    const first = await made(await off(ben, MONDAY, TUESDAY));
    const lineIds = first.lines.filter((line) => line.eventId === early.eventId).map(({ lineId }) => lineId);
    const approved = await dispatcher.plan.approve.mutate({ ...seen(first), lineIds });
    const again = { proposalId: first.proposalId, version: approved.version };
    const started = await dispatcher.plan.again.mutate(again);
    const second = await made({ ...started, timeOffId: null, events: 1, stays: [], broken: [] });
    const { approvalId } = await approve(second);
    const undone = await dispatcher.plan.undoApproval.mutate({ approvalId: need(approvalId) });
    expect(undone.restored.map((line) => line.eventId)).toEqual([early.eventId, late.eventId]);
    expect(await holders()).toEqual(places);
    expect(await daysOff()).toEqual([]);
  });
});

describe('a cover that is planned again', () => {
  /** Has the plan of an absence of some weeks made, and ends it in another state. */
  const ended = async (state: 'failed' | 'interrupted', proposalId: number | null) => {
    await made({ proposalId, timeOffId: null, events: 1, stays: [], broken: [] });
    await db().delete(proposalLines);
    await db()
      .update(proposals)
      .set({ state, note: 'It was not made.' })
      .where(eq(proposals.id, need(proposalId)));
    return read(need(proposalId));
  };
  const again = async (proposal: ProposalView) => {
    const { proposalId } = await dispatcher.plan.again.mutate(seen(proposal));
    return made({ proposalId, timeOffId: null, events: 1, stays: [], broken: [] });
  };
  const LATER = '2026-03-02';
  const ask = {
    off: () => off(ben, MONDAY, '2026-02-20'),
    leaving: () => dispatcher.plan.coverLeaving.mutate({ employeeId: ben, lastDay: MONDAY }),
    closed: async () => {
      await db().insert(holidays).values({ day: TUESDAY, name: 'Inventory' });
      return dispatcher.plan.coverClosedDay.mutate({ storeId: store, day: TUESDAY });
    },
  };

  test.each([
    ['failed', 'off'],
    ['interrupted', 'off'],
    ['failed', 'leaving'],
    ['interrupted', 'closed'],
  ] as const)(
    'after it %s: for the same cause (%s), days and work, of more than four weeks',
    async (state, kind) => {
      itIs(EARLY);
      const { eventId } = await core(ben, TUESDAY, { dueOn: LATER });
      const started = await ask[kind]();
      const first = await ended(state, started.proposalId);
      const second = await again(first);
      expect(second).toMatchObject({
        state: 'ready',
        cause: first.cause,
        fromDay: first.fromDay,
        toDay: first.toDay,
        lines: [{ eventId, kind: 'moved' }],
      });
      expect(second.toDay > '2026-02-28').toBe(true);
      expect(second.proposalId).not.toBe(first.proposalId);
      const { approvalId, refused } = await approve(second);
      expect([approvalId === null, refused]).toEqual([false, []]);
    },
  );

  test('of a server that is gone is one cover of its time off, which its undo takes back', async () => {
    itIs(EARLY);
    const { eventId } = await core(ben, MONDAY);
    const { proposalId } = await off(ben);
    await made({ proposalId, timeOffId: null, events: 1, stays: [], broken: [] });
    await db().delete(proposalLines);
    await db()
      .update(proposals)
      .set({ state: 'running', updatedAt: '2026-01-05T12:00:00.000Z' })
      .where(eq(proposals.id, need(proposalId)));
    const left = await read(need(proposalId));
    expect(left.state).toBe('interrupted');
    const second = await again(left);
    expect(second.lines).toMatchObject([{ eventId }]);
    await approve(second);
    await dispatcher.plan.undoCover.mutate({ proposalId: second.proposalId });
    expect((await holders()).get(eventId)?.employeeId).toBe(ben);
    expect(await daysOff()).toEqual([]);
  });

  test('is the one that was opened for it meanwhile', async () => {
    itIs(EARLY);
    await core(ben, MONDAY);
    const first = await ended('failed', (await off(ben)).proposalId);
    const other = await made(await off(ben));
    expect(await dispatcher.plan.again.mutate(seen(first))).toEqual({ proposalId: other.proposalId });
    expect(await db().$count(proposals)).toBe(2);
  });

  test('keeps the locks of the one that still waits where a making in between failed, and replaces it', async () => {
    itIs(EARLY);
    const { eventId } = await core(ben, TUESDAY);
    const first = await made(await off(ben, TUESDAY));
    const { lineId, employeeId, day } = need(first.lines[0]);
    const other = employeeId === cleo ? ada : cleo;
    await dispatcher.plan.moveLine.mutate({ ...seen(first), lineId, employeeId: other, day });
    const { fromDay, toDay, cause } = first;
    const [between] = await db()
      .insert(proposals)
      .values({
        storeId: store,
        fromDay,
        toDay,
        options: {},
        cause: { ...need(cause) },
        requestedBy: 'somebody',
        requestedByName: 'Somebody',
        replaces: first.proposalId,
        state: 'failed',
      })
      .returning();
    const second = await again(await read(need(between).id));
    expect(second.proposalId).not.toBe(first.proposalId);
    expect(second.lines).toMatchObject([{ eventId, employeeId: other, day, locked: true }]);
    expect((await read(first.proposalId)).state).toBe('replaced');
  });

  test('plans what is left of the work, not the types that the store’s own plans leave out', async () => {
    itIs(EARLY);
    const gone = await core(ben, MONDAY);
    const kept = await core(ben, TUESDAY);
    await db()
      .update(stores)
      .set({ planning: { types: ['Freeosk'] } });
    const first = await made(await off(ben, MONDAY, TUESDAY));
    const schedule = need((await live(db())).find(({ eventId }) => eventId === gone.eventId));
    const { id: scheduleId, version } = schedule;
    await colleague.schedules.changeEmployee.mutate({ scheduleId, version, employeeId: cleo });
    expect((await again(first)).lines.map(({ eventId }) => eventId)).toEqual([kept.eventId]);
  });

  test('is refused once its person is in after all, its day open, or its work done by others', async () => {
    itIs(EARLY);
    const { eventId } = await core(ben, TUESDAY);
    const sick = await made(await off(ben, TUESDAY));
    const [{ id: timeOffId } = { id: 0 }] = await daysOff();
    await colleague.employees.removeTimeOff.mutate({
      employeeId: ben,
      version: await versionOf(ben),
      timeOffId,
    });
    const before = await db().$count(proposals);
    const why = 'Ben Specialist is no longer off on all of these days.';
    expect((await read(sick.proposalId)).causeOver).toBe(why);
    const in_ = await refusalOf(dispatcher.plan.again.mutate(seen(sick)));
    expect(in_.message).toBe(`${why} So no plan was made.`);
    const leaving = await made(await ask.leaving());
    const [schedule] = (await live(db())).filter((each) => each.eventId === eventId);
    const { id: scheduleId, version } = need(schedule);
    await colleague.schedules.changeEmployee.mutate({ scheduleId, version, employeeId: cleo });
    const done = await refusalOf(dispatcher.plan.again.mutate(seen(leaving)));
    expect(done.message).toBe('No work is left to find others for, so no plan was made.');
    const closed = await made(await ask.closed());
    await db().delete(holidays);
    const open = await refusalOf(dispatcher.plan.again.mutate(seen(closed)));
    expect(open.message).toBe('The store is open on Tue Jan 6 again. So no plan was made.');
    expect(await db().$count(proposals)).toBe(before + 2);
  });
});

describe('an absence that is recorded already', () => {
  test('is recorded once, and asking again answers with its plan, until that is undone', async () => {
    itIs(EARLY);
    const { eventId } = await core(ben, MONDAY);
    const places = await holders();
    const first = await off(ben);
    const second = await off(ben);
    expect(second).toEqual({ ...first, timeOffId: null });
    expect(await daysOff()).toHaveLength(1);
    const proposal = await made(second);
    expect(await off(ben)).toEqual(second);
    await approve(proposal);
    // Nothing of theirs is left to cover.
    expect(await off(ben)).toEqual({ proposalId: null, timeOffId: null, events: 0, stays: [], broken: [] });
    const undone = await colleague.plan.undoCover.mutate({ proposalId: proposal.proposalId });
    expect(undone.restored).toMatchObject([{ eventId }]);
    expect(await holders()).toEqual(places);
    expect(await daysOff()).toEqual([]);
    const again = await off(ben);
    expect(again.timeOffId).not.toBeNull();
    expect(again.proposalId).not.toBe(first.proposalId);
    await allMade();
  });

  test('is recorded once if two people report it at the same moment', async () => {
    itIs(EARLY);
    await core(ben, MONDAY);
    const version = await versionOf(ben);
    const input = { employeeId: ben, version, startsOn: MONDAY, endsOn: MONDAY };
    const both = await Promise.allSettled([
      dispatcher.plan.coverAbsence.mutate(input),
      colleague.plan.coverAbsence.mutate(input),
    ]);
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(await daysOff()).toHaveLength(1);
    expect(await db().$count(proposals)).toBe(1);
    await allMade();
  });

  test('of a longer time has no second plan for a part of it', async () => {
    itIs(EARLY);
    await core(ben, MONDAY);
    await core(ben, TUESDAY);
    const { proposalId } = await off(ben, MONDAY, TUESDAY);
    expect(await off(ben, TUESDAY)).toMatchObject({ proposalId, timeOffId: null });
    expect(await daysOff()).toHaveLength(1);
    await allMade();
  });

  test('whose plan was discarded gets another one, and the undo of that takes the time off back', async () => {
    itIs(EARLY);
    const { eventId } = await core(ben, MONDAY);
    const first = await made(await off(ben));
    await dispatcher.plan.discard.mutate(seen(first));
    const second = await off(ben);
    expect(second.proposalId).not.toBe(first.proposalId);
    expect(await daysOff()).toHaveLength(1);
    await approve(await made(second));
    await dispatcher.plan.undoCover.mutate({ proposalId: need(second.proposalId) });
    expect((await holders()).get(eventId)?.employeeId).toBe(ben);
    expect(await daysOff()).toEqual([]);
  });

  /** Removes the only time off of somebody on their page, as a colleague. */
  const removeOnPage = async (employeeId: number) => {
    const [span] = await daysOff();
    await colleague.employees.removeTimeOff.mutate({
      employeeId,
      version: await versionOf(employeeId),
      timeOffId: need(span).id,
    });
  };

  test.each([
    ['the same days', MONDAY, TUESDAY],
    ['a part of them', TUESDAY, TUESDAY],
  ])(
    'and removed by a colleague is recorded anew for %s, with a plan whose undo takes back that record',
    async (_, startsOn, endsOn) => {
      itIs(EARLY);
      await core(ben, MONDAY);
      const { eventId } = await core(ben, TUESDAY);
      const places = await holders();
      const first = await off(ben, MONDAY, TUESDAY);
      await made(first);
      await removeOnPage(ben);
      const second = await off(ben, startsOn, endsOn);
      expect(second.timeOffId).not.toBeNull();
      expect(second.proposalId).not.toBe(first.proposalId);
      expect(await daysOff()).toMatchObject([{ id: second.timeOffId, startsOn, endsOn }]);
      const proposal = await made(second);
      expect(proposal.cause).toMatchObject({ timeOffId: second.timeOffId });
      expect(proposal.lines.map((line) => line.eventId)).toContain(eventId);
      expect(await off(ben, startsOn, endsOn)).toMatchObject({
        proposalId: second.proposalId,
        timeOffId: null,
      });
      await approve(proposal);
      const undone = await dispatcher.plan.undoCover.mutate({ proposalId: need(second.proposalId) });
      expect(undone).toMatchObject({ kept: [], stillOff: null });
      expect(await daysOff()).toEqual([]);
      expect(await holders()).toEqual(places);
    },
  );

  test('and removed by a colleague has no plan any more that another record could be mistaken for', async () => {
    itIs(EARLY);
    await core(ben, MONDAY);
    await core(ben, TUESDAY);
    const first = await off(ben, MONDAY, TUESDAY);
    await made(first);
    await removeOnPage(ben);
    await colleague.employees.addTimeOff.mutate({
      employeeId: ben,
      version: await versionOf(ben),
      startsOn: TUESDAY,
      endsOn: TUESDAY,
      reason: 'Moving house',
    });
    const second = await off(ben, TUESDAY);
    expect(second).toMatchObject({ timeOffId: null, events: 1 });
    expect(second.proposalId).not.toBe(first.proposalId);
    await made(second);
    // The undo of the first plan says that the person is off all the same.
    const undone = await dispatcher.plan.undoCover.mutate({ proposalId: need(first.proposalId) });
    expect(undone.stillOff).toBe('Ben Specialist still has time off on Tue Jan 6 (Moving house).');
    expect(await daysOff()).toMatchObject([{ startsOn: TUESDAY, reason: 'Moving house' }]);
  });

  test('says nothing of time off at other hours when it is taken back', async () => {
    itIs(EARLY);
    await core(ben, MONDAY);
    const days = { employeeId: ben, startsOn: MONDAY, endsOn: MONDAY };
    await colleague.employees.addTimeOff.mutate({
      ...days,
      version: await versionOf(ben),
      fromTime: '21:00',
      reason: 'Class',
    });
    const noon = await dispatcher.plan.coverAbsence.mutate({
      ...days,
      version: await versionOf(ben),
      fromTime: '12:00',
      untilTime: '13:00',
    });
    await made(noon);
    const undone = await dispatcher.plan.undoCover.mutate({ proposalId: need(noon.proposalId) });
    expect(undone.stillOff).toBeNull();
  });

  test.each([
    ['a part', '2026-01-16'],
    ['all', TUESDAY],
  ])('as %s of a vacation is covered, and the vacation stands whatever is undone', async (_, endsOn) => {
    itIs(EARLY);
    const { eventId } = await core(ben, TUESDAY);
    await dispatcher.employees.addTimeOff.mutate({
      employeeId: ben,
      version: await versionOf(ben),
      startsOn: endsOn === TUESDAY ? TUESDAY : MONDAY,
      endsOn,
      reason: 'Vacation',
    });
    const started = await off(ben, TUESDAY);
    expect(started).toMatchObject({ timeOffId: null, events: 1 });
    const proposal = await made(started);
    expect(proposal.cause).toMatchObject({ kind: 'off', timeOffId: null });
    const { approvalId } = await approve(proposal);
    const before = await everything(db());
    const whole = await refusalOf(dispatcher.plan.undoCover.mutate({ proposalId: proposal.proposalId }));
    expect(whole.message).toBe('This plan recorded no time off. Take its approval back instead.');
    const approval = await refusalOf(dispatcher.plan.undoApproval.mutate({ approvalId: need(approvalId) }));
    expect(approval.message).toMatch(
      /^Ben Specialist has time off on Tue Jan 6 \(Vacation\), so the work can’t/,
    );
    expect(await everything(db())).toEqual(before);
    expect((await holders()).get(eventId)?.employeeId).not.toBe(ben);
  });

  test.each(['at once', 'at the same moment'])(
    'asks for the plan of a closed day or of a leaving person twice, %s: it is the same plan',
    async (when) => {
      itIs(EARLY);
      await core(ben, TUESDAY);
      await db().insert(holidays).values({ day: TUESDAY, name: 'Inventory' });
      const ask = {
        closed: (client: Client) => client.plan.coverClosedDay.mutate({ storeId: store, day: TUESDAY }),
        leaving: (client: Client) => client.plan.coverLeaving.mutate({ employeeId: ben, lastDay: MONDAY }),
      };
      for (const cover of Object.values(ask)) {
        const answers =
          when === 'at once'
            ? [await cover(dispatcher), await cover(colleague)]
            : await Promise.all([cover(dispatcher), cover(colleague)]);
        expect(answers[0]).toEqual(answers[1]);
        expect(answers[0]?.proposalId).not.toBeNull();
      }
      expect(await db().$count(proposals)).toBe(2);
      await allMade();
    },
  );
});

describe('while another plan of the store is being made', () => {
  const otherPlan = async () => {
    const [other] = await db()
      .insert(proposals)
      .values({
        storeId: store,
        fromDay: MONDAY,
        toDay: TUESDAY,
        options: {},
        requestedBy: 'u1',
        requestedByName: 'Morgan',
      })
      .returning();
    return need(other).id;
  };

  /** Has the plan made in this process, whose other plans the test holds. */
  const offHere = async (employeeId: number) =>
    coverAbsence(db(), DISPATCHER, {
      employeeId,
      version: await versionOf(employeeId),
      startsOn: MONDAY,
      endsOn: MONDAY,
      reason: null,
    });

  test('a sick call is recorded, and its plan is made all the same', async () => {
    itIs(EARLY);
    const { eventId } = await core(ben, MONDAY);
    const other = await otherPlan();
    const proposal = await made(await off(ben));
    expect(await daysOff()).toHaveLength(1);
    expect(proposal).toMatchObject({ state: 'ready', lines: [{ eventId }] });
    expect((await read(other)).state).toBe('running');
  });

  test('its plan waits for the thread, says so, and is made from the board of that time', async () => {
    itIs(EARLY);
    const mine = await core(ben, MONDAY);
    const other = await otherPlan();
    const thread = Promise.withResolvers<void>();
    const runs = planRunsOf(db());
    const running = runs.start(other, async () => {
      await runs
        .plan(other, async () => {
          await thread.promise;
          throw new Error('This plan fails.');
        })
        .catch(() => {});
    });
    const started = await offHere(ben);
    const waiting = await read(need(started.proposalId));
    expect(waiting).toMatchObject({
      state: 'running',
      note: expect.stringMatching(/^Another plan of this store/),
    });
    expect(await daysOff()).toHaveLength(1);
    // A colleague gives one of the events away meanwhile.
    const schedule = need((await live(db())).find(({ eventId }) => eventId === mine.eventId));
    const { id: scheduleId, version } = schedule;
    await colleague.schedules.changeEmployee.mutate({ scheduleId, version, employeeId: cleo });
    thread.resolve();
    await running;
    const proposal = await made(started);
    expect(proposal).toMatchObject({ state: 'ready', note: null, lines: [] });
  });

  test('a waiting plan that is taken back is never made', async () => {
    itIs(EARLY);
    await core(ben, MONDAY);
    const other = await otherPlan();
    const thread = Promise.withResolvers<void>();
    const runs = planRunsOf(db());
    const running = runs.start(other, async () => {
      await runs
        .plan(other, () => thread.promise.then(() => Promise.reject(new Error('It fails.'))))
        .catch(() => {});
    });
    const { proposalId } = await offHere(ben);
    await dispatcher.plan.undoCover.mutate({ proposalId: need(proposalId) });
    thread.resolve();
    await running;
    expect(await daysOff()).toEqual([]);
    expect((await read(need(proposalId))).state).toBe('canceled');
    expect((await read(need(proposalId))).lines).toEqual([]);
  });
});

test('work after somebody’s last day is given to others before they are retired', async () => {
  itIs(EARLY);
  const stays = await core(ben, MONDAY);
  const goes = await core(ben, TUESDAY);
  const started = await dispatcher.plan.coverLeaving.mutate({ employeeId: ben, lastDay: MONDAY });
  const proposal = await made(started);
  expect(proposal.lines.map(({ eventId }) => eventId)).toEqual([goes.eventId]);
  expect(proposal.lines[0]?.employeeId).not.toBe(ben);
  const { approvalId, refused } = await approve(proposal);
  expect(refused).toEqual([]);
  expect((await holders()).get(stays.eventId)?.employeeId).toBe(ben);
  const removed = await dispatcher.employees.delete.mutate({
    employeeId: ben,
    version: await versionOf(ben),
    lastWorkDay: MONDAY,
  });
  expect(removed.schedulesToReassign).toEqual([]);
  // They have left since, so the work can't go back to them.
  const before = await everything(db());
  const undo = () => dispatcher.plan.undoApproval.mutate({ approvalId: need(approvalId) });
  const refusal = await refusalOf(undo());
  expect(refusal.message).toBe(
    'Ben Specialist is retired as of Mon Jan 5, so the work can’t go back. Nothing was undone. Take them back on the People page first, or move single events on the board.',
  );
  expect(await everything(db())).toEqual(before);
  const version = await versionOf(ben);
  await dispatcher.employees.update.mutate({ employeeId: ben, version, changes: { terminatedOn: null } });
  expect(await undo()).toMatchObject({ restored: [{ eventId: goes.eventId }], kept: [] });
  expect((await holders()).get(goes.eventId)?.employeeId).toBe(ben);
});

test('the work of a closed day goes to other days with its people, or stays open', async () => {
  itIs(EARLY);
  const movable = await core(ben, TUESDAY);
  const stuck = await core(cleo, TUESDAY, { startsOn: TUESDAY, dueOn: '2026-01-07' });
  await db().insert(holidays).values({ day: TUESDAY, name: 'Inventory' });
  const proposal = await made(await dispatcher.plan.coverClosedDay.mutate({ storeId: store, day: TUESDAY }));
  expect(proposal.lines).toMatchObject([{ eventId: movable.eventId, employeeId: ben }]);
  expect(proposal.lines[0]?.day).not.toBe(TUESDAY);
  expect(proposal.open).toMatchObject([{ eventId: stuck.eventId }]);
  expect(proposal.open[0]?.obstacles[0]?.message).toMatch(/closed/);
  const { refused } = await approve(proposal);
  expect(refused).toEqual([]);
  expect((await holders()).get(movable.eventId)?.startsAt).not.toBe(at(TUESDAY));
});

test('the approval of a closed day’s plan is undone once the day is open again; until then nothing is', async () => {
  itIs(EARLY);
  const { eventId } = await core(ben, TUESDAY);
  const other = await core(cleo, TUESDAY);
  const places = await holders();
  await db().insert(holidays).values({ day: TUESDAY, name: 'Inventory' });
  const { approvalId } = await approve(
    await made(await dispatcher.plan.coverClosedDay.mutate({ storeId: store, day: TUESDAY })),
  );
  const before = await everything(db());
  const undo = () => dispatcher.plan.undoApproval.mutate({ approvalId: need(approvalId) });
  expect((await refusalOf(undo())).message).toBe(
    'The store is closed on Tue Jan 6 (Inventory), so the work can’t go back. Nothing was undone. Remove the day in Settings first, or move single events on the board.',
  );
  expect(await everything(db())).toEqual(before);
  await db().delete(holidays);
  const undone = await undo();
  expect(undone.restored.map((line) => line.eventId).sort()).toEqual([eventId, other.eventId].sort());
  expect(await holders()).toEqual(places);
});

test('a sick call is not undone while the person is off for another reason too, and nothing changes', async () => {
  itIs(EARLY);
  const { eventId } = await core(ben, MONDAY);
  const proposal = await made(await off(ben));
  await approve(proposal);
  await colleague.employees.addTimeOff.mutate({
    employeeId: ben,
    version: await versionOf(ben),
    startsOn: MONDAY,
    endsOn: TUESDAY,
    reason: 'Moving house',
  });
  const before = await everything(db());
  const undo = () => dispatcher.plan.undoCover.mutate({ proposalId: proposal.proposalId });
  expect((await refusalOf(undo())).message).toBe(
    'Ben Specialist has time off on Mon Jan 5 (Moving house), so the work can’t go back. Nothing was undone. Remove it on their page first, or move single events on the board.',
  );
  expect(await everything(db())).toEqual(before);
  const { timeOff: spans } = await viewer.employees.get.query({ employeeId: ben });
  const longer = need(spans.find(({ reason }) => reason === 'Moving house'));
  await dispatcher.employees.removeTimeOff.mutate({
    employeeId: ben,
    version: await versionOf(ben),
    timeOffId: longer.id,
  });
  expect(await undo()).toMatchObject({ restored: [{ eventId }], kept: [] });
  expect(await daysOff()).toEqual([]);
});
