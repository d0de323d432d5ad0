import { type Db, holidays, proposals, rotationTurns, schedules, timeOff } from '@scheduler/db';
import { eq } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/postgres-js';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import {
  addEvent,
  addPerson,
  addStore,
  type Client,
  coreName,
  empty,
  everything,
  itIs,
  need,
  refusalOf,
  startTestServer,
  type TestServer,
} from '../../test/fixture.ts';
import { addSmallClub, makeProposal, SUNDAY_NOON, WEEK } from '../../test/plans.ts';
import { verifiedDays } from './days.ts';

/** Monday 5 January 2026 in the club, five hours behind UTC. */
const MON = '2026-01-05';
const TUE = '2026-01-06';
const WED = '2026-01-07';
const at = (time: string, day = MON) => `${day}T${time}:00.000Z`;

let server: TestServer;
let api: Client;
let viewer: Client;
let storeId: number;

beforeAll(async () => {
  server = await startTestServer();
  api = await server.as('dispatcher');
  viewer = await server.as('viewer');
});
afterAll(() => server.close());
beforeEach(async () => {
  await empty(server.database);
  storeId = await addStore(server.database.db);
});

const db = () => server.database.db;
const event = (name?: string, window?: { startsOn: string; dueOn: string }) =>
  addEvent(db(), { storeId, ...(name ? { name } : {}), ...window });
const schedule = (eventId: number, employeeId: number, startsAt = at('15:45')) =>
  api.schedules.create.mutate({ eventId, employeeId, startsAt, withSupervisor: false });
const daysOf = (more: Partial<Parameters<Client['verification']['days']['query']>[0]> = {}) =>
  viewer.verification.days.query({ storeId, fromDay: MON, toDay: WED, ...more });
const dayOf = async (day: string, more: Parameters<typeof daysOf>[0] = {}) =>
  need((await daysOf(more)).days.find((each) => each.day === day));
const brokenOn = async (day: string, more: Parameters<typeof daysOf>[0] = {}) =>
  (await dayOf(day, more)).checks.flatMap(({ code, findings }) => (findings.length > 0 ? [code] : []));

describe('the verification of some days', () => {
  test('tells for each day its work, its turns, what is due, who is off, the holiday and the score', async () => {
    const ada = await addPerson(db(), { storeId, name: 'Ada Example' });
    const jo = await addPerson(db(), { storeId, name: 'Jo Juicer', role: 'Juicer Barista' });
    const lea = await addPerson(db(), { storeId, name: 'Lea Lead', role: 'Lead Event Specialist' });
    const lou = await addPerson(db(), { storeId, name: 'Lou Lead', role: 'Lead Event Specialist' });
    await db()
      .insert(rotationTurns)
      .values([
        { storeId, kind: 'juicer', weekday: 1, employeeId: jo },
        { storeId, kind: 'primary_lead', weekday: 1, employeeId: lea },
        { storeId, kind: 'juicer', weekday: 3, employeeId: jo },
      ]);
    await db().insert(timeOff).values({ employeeId: jo, startsOn: MON, endsOn: MON, reason: 'dentist' });
    await db().insert(holidays).values({ day: WED, name: 'Stocktaking', yearly: false });
    await schedule(await event(), ada);
    const due = await event(coreName(600_003), { startsOn: '2026-01-01', dueOn: TUE });
    await schedule(await event(coreName(600_004)), lou, at('15:45', TUE));

    const { days, store } = await daysOf();
    expect(store).toMatchObject({ id: storeId, number: '8135' });
    const [monday, tuesday, wednesday] = days;
    expect(monday).toMatchObject({
      day: MON,
      holiday: null,
      counts: [{ type: 'Core', count: 1 }],
      turns: {
        juicer: { name: 'Jo Juicer', off: 'dentist' },
        primaryLead: { name: 'Lea Lead', off: null },
        secondaryLead: { employeeId: lou, name: 'Lou Lead', off: null },
      },
      due: [{ eventId: due, type: 'Core', eventNumber: '600003' }],
      off: [{ employeeId: jo, name: 'Jo Juicer', reason: 'dentist', isUsual: false }],
      // Half of the work is open, an event is due, and the Juicer is off.
      score: 100 - 25 - 10 - 5,
    });
    const nobody = { juicer: null, primaryLead: null, secondaryLead: null };
    expect(tuesday).toMatchObject({
      counts: [{ type: 'Core', count: 1 }],
      turns: nobody,
      due: [],
      score: 100,
    });
    expect(wednesday).toMatchObject({
      holiday: 'Stocktaking',
      counts: [],
      turns: nobody,
      off: [],
      score: 100,
    });
  });

  test('has the same checks for each day as the page of the day', async () => {
    const lea = await addPerson(db(), { storeId, name: 'Lea Lead', role: 'Lead Event Specialist' });
    const ada = await addPerson(db(), { storeId, name: 'Ada Example' });
    const core = await schedule(await event(coreName(612_345)), lea);
    await event(coreName(612_346), { startsOn: '2026-01-01', dueOn: WED });
    await event('612345-Acme-Oat Bars (260105123456)  - V2-Supervisor');
    await schedule(await event(coreName(612_347)), ada, at('15:45', WED));
    // Given to somebody without the role by Crossmark, which asks no rules.
    const freeosk = await schedule(await event('01.05-LKD-FSK-Nuts-9AM (260105123456)  - V2 - Freeosk'), lea);
    await db().update(schedules).set({ employeeId: ada }).where(eq(schedules.id, freeosk.scheduleId));
    await db().insert(timeOff).values({ employeeId: ada, startsOn: WED, endsOn: WED, reason: null });
    expect(core.scheduleId).toBeGreaterThan(0);
    const { days } = await daysOf({ fromDay: '2026-01-04', toDay: '2026-01-10' });
    for (const { day, checks } of days) {
      expect(checks, day).toEqual((await viewer.day.get.query({ storeId, day })).checks);
    }
    expect(await brokenOn(MON)).toEqual(['digital_freeosk_staffed', 'noon_checks']);
    expect(await brokenOn(TUE)).toEqual(['due_scheduled']);
    expect(await brokenOn(WED)).toEqual(['nobody_off']);
  });

  test('finds a seventh day of a person on the last day of the week, whichever days are read', async () => {
    const ada = await addPerson(db(), { storeId, name: 'Ada Example' });
    const week = ['2026-01-04', MON, TUE, WED, '2026-01-08', '2026-01-09', '2026-01-10'];
    for (const [index, day] of week.entries()) {
      const core = await event(coreName(620_001 + index));
      const overrideReason = day === '2026-01-10' ? { overrideReason: 'agreed with Ada' } : {};
      await api.schedules.create.mutate({
        eventId: core,
        employeeId: ada,
        startsAt: at('15:45', day),
        ...overrideReason,
      });
    }
    const saturday = { fromDay: '2026-01-10', toDay: '2026-01-11' };
    const { checks, score } = await dayOf('2026-01-10', saturday);
    expect(checks.find(({ code }) => code === 'no_seventh_day')?.findings).toMatchObject([
      { message: expect.stringContaining('all seven days'), accepted: 'agreed with Ada' },
    ]);
    expect(score).toBe(100);
    expect(await brokenOn(WED)).toEqual([]);
  });

  test('takes the same number of statements for a month as for a day', async () => {
    await addSmallClub(db(), storeId);
    const lea = await addPerson(db(), { storeId, name: 'Lea Lead', role: 'Lead Event Specialist' });
    await schedule(await event(coreName(600_001)), lea);
    const statements: string[] = [];
    const logger = { logQuery: (text: string) => void statements.push(text) };
    const logged = drizzle(server.database.sql, { casing: 'snake_case', logger }) as unknown as Db;
    const countFor = async (toDay: string) => {
      statements.length = 0;
      await verifiedDays(logged, { storeId, fromDay: MON, toDay }, null);
      return statements.length;
    };
    const forOneDay = await countFor(MON);
    expect(forOneDay).toBeGreaterThan(5);
    expect(await countFor('2026-02-04')).toBe(forOneDay);
  });

  test('shows the days as they would be with the ticked lines of a plan, and changes nothing', async () => {
    itIs(SUNDAY_NOON);
    await addSmallClub(db(), storeId);
    const due = await event(coreName(600_003), { startsOn: '2026-01-01', dueOn: TUE });
    const proposal = await makeProposal(api, { storeId });
    const before = await everything(db());
    const all = { fromDay: WEEK.fromDay, toDay: WEEK.toDay };
    const { proposalId } = proposal;
    const counted = async (more: object) =>
      (await daysOf({ ...all, ...more })).days.flatMap(({ counts }) => counts.map(({ count }) => count));
    expect(await counted({})).toEqual([]);
    const placed = await counted({ proposalId });
    expect(placed.reduce((sum, count) => sum + count, 0)).toBe(proposal.lines.length);
    expect((await dayOf(MON)).due).toMatchObject([{ eventId: due }]);
    expect((await dayOf(MON, { proposalId })).due).toEqual([]);
    expect((await dayOf(MON, { proposalId })).score).toBeGreaterThan((await dayOf(MON)).score);
    expect(await everything(db())).toEqual(before);

    const line = need(proposal.lines.find(({ eventId }) => eventId === due));
    const seen = { proposalId, version: proposal.version };
    await api.plan.markLines.mutate({ ...seen, lines: [{ lineId: line.lineId, ticked: false }] });
    expect((await dayOf(MON, { proposalId })).due).toMatchObject([{ eventId: due }]);
    // What somebody scheduled since would not be saved by the plan.
    const ben = need(proposal.lines.find(({ lineId, type }) => lineId !== line.lineId && type === 'Core'));
    await api.schedules.create.mutate({
      eventId: ben.eventId,
      employeeId: ben.employeeId,
      startsAt: at('15:45', WEEK.toDay),
      withSupervisor: false,
      overrideReason: 'as agreed',
    });
    const elsewhere = await dayOf(WEEK.toDay, { ...all, proposalId });
    expect(elsewhere.counts.find(({ type }) => type === 'Core')?.count).toBeGreaterThan(0);
  });

  test('takes a schedule that a plan moves away from where it was', async () => {
    itIs(SUNDAY_NOON);
    const ada = await addPerson(db(), { storeId, name: 'Ada Example' });
    const ben = await addPerson(db(), { storeId, name: 'Ben Example' });
    const core = await event(coreName(600_001));
    const { version, scheduleId } = await schedule(core, ada);
    const absence = { employeeId: ada, version: 1, startsOn: MON, endsOn: MON };
    const started = await api.plan.coverAbsence.mutate(absence);
    const proposalId = need(started.proposalId);
    await expect.poll(async () => (await viewer.plan.get.query({ proposalId })).state).toBe('ready');
    const [line] = (await viewer.plan.get.query({ proposalId })).lines;
    expect(line).toMatchObject({ kind: 'moved', eventId: core });
    expect(await brokenOn(MON)).toEqual(['nobody_off']);
    const with_ = { fromDay: MON, toDay: '2026-01-14', proposalId };
    expect(await brokenOn(MON, with_)).toEqual([]);
    const { days } = await daysOf(with_);
    expect(days.flatMap(({ day, counts }) => (counts.length > 0 ? [day] : []))).toEqual([need(line).day]);
    // If somebody changes the schedule, the line is out of date, and the day stays as it is.
    await api.schedules.changeEmployee.mutate({ scheduleId, version, employeeId: ben });
    expect(await brokenOn(MON, with_)).toEqual([]);
    expect((await dayOf(MON, with_)).counts).toEqual([{ type: 'Core', count: 1 }]);
  });

  test('refuses a plan that is unknown, of another store, or no longer under review', async () => {
    itIs(SUNDAY_NOON);
    await addSmallClub(db(), storeId);
    const { proposalId } = await makeProposal(api, { storeId });
    const otherStore = await addStore(db(), '8136');
    expect((await refusalOf(daysOf({ proposalId: 987_654 }))).message).toContain('no proposal 987654');
    expect((await refusalOf(daysOf({ storeId: otherStore, proposalId }))).message).toContain('another store');
    await db().update(proposals).set({ state: 'discarded' }).where(eq(proposals.id, proposalId));
    expect((await refusalOf(daysOf({ proposalId }))).message).toContain('doesn’t wait for review');
  });
});
