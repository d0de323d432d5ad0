import { proposals, stores } from '@scheduler/db';
import { eq } from 'drizzle-orm';
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
  need,
  refusalOf,
  startTestServer,
  type TestServer,
} from '../../test/fixture.ts';
import { makeProposal, SUNDAY_NOON, WEEK } from '../../test/plans.ts';
import type { PlanSettings, ProposalView } from './types.ts';

let server: TestServer;
let admin: Client;
let dispatcher: Client;
let storeId: number;

beforeAll(async () => {
  server = await startTestServer();
  admin = await server.as('admin');
  dispatcher = await server.as('dispatcher');
});
afterAll(() => server.close());
beforeEach(async () => {
  await empty(server.database);
  storeId = await addStore(server.database.db);
});

const db = () => server.database.db;
const USUAL: PlanSettings = {
  types: null,
  horizonDays: 7,
  earliestInDays: 1,
  allow: [],
  afterImport: false,
  nightlyAt: null,
};

const planned = async (input: Parameters<typeof makeProposal>[1] = {}): Promise<ProposalView> => {
  const proposal = await makeProposal(dispatcher, { storeId, ...input });
  expect(proposal.state).toBe('ready');
  return proposal;
};

describe('the settings of plans', () => {
  test('are kept by version, told in the audit log, and kept only where they differ', async () => {
    itIs(SUNDAY_NOON);
    expect(await dispatcher.plan.settings.query({})).toEqual({ storeId, version: 1, settings: USUAL });
    const settings: PlanSettings = {
      types: ['Core', 'Supervisor'],
      horizonDays: 14,
      earliestInDays: 3,
      allow: ['seventh_day', 'role'],
      afterImport: true,
      nightlyAt: '03:30',
    };
    const changed = await admin.plan.setSettings.mutate({ storeId, version: 1, settings });
    const sorted = { ...settings, allow: ['role', 'seventh_day'] };
    expect(changed).toEqual({ storeId, version: 2, settings: sorted });
    expect(await dispatcher.plan.settings.query({ storeId })).toEqual(changed);
    const { entries } = await admin.audit.list.query({});
    expect(JSON.stringify(entries[0])).toContain('14 days from 3 days ahead on; may break role, seventh day');
    const late = await refusalOf(admin.plan.setSettings.mutate({ storeId, version: 1, settings: USUAL }));
    expect(late.message).toMatch(/Admin Person changed how plans are made/);
    await admin.plan.setSettings.mutate({ storeId, version: 2, settings: USUAL });
    const [store] = await db().select().from(stores).where(eq(stores.id, storeId));
    expect(store?.planning).toEqual({});
  });

  test('a nightly plan that is turned on begins with the next time that comes', async () => {
    itIs(SUNDAY_NOON);
    const plannedOn = async (nightlyAt: string | null) => {
      const { version } = await admin.plan.settings.query({});
      await admin.plan.setSettings.mutate({ storeId, version, settings: { ...USUAL, nightlyAt } });
      const [store] = await db().select().from(stores).where(eq(stores.id, storeId));
      return store?.nightPlannedOn ?? null;
    };
    expect(await plannedOn('22:00')).toBe('2026-01-03');
    expect(await plannedOn('03:00')).toBe('2026-01-04');
  });

  test('are what a plan starts from, unless its caller says otherwise', async () => {
    itIs(SUNDAY_NOON);
    await addPerson(db(), { storeId, name: 'Ada Lead', role: 'Lead Event Specialist' });
    await addEvent(db(), { storeId, name: coreName(612345) });
    await addEvent(db(), { storeId, name: coreName(612346) });
    await addEvent(db(), { storeId, name: '01.05-LKD-FSK-Oat-9AM (260105123456)  - V2 - Freeosk' });
    const settings = { ...USUAL, types: ['Core' as const], earliestInDays: 3 };
    await admin.plan.setSettings.mutate({ storeId, version: 1, settings });
    const proposal = await planned();
    expect(proposal.options).toMatchObject({ types: ['Core'], earliestDay: '2026-01-07', allow: [] });
    expect(proposal.lines).toHaveLength(2);
    expect(proposal.lines.every(({ day }) => day >= '2026-01-07')).toBe(true);
    const other = await planned({ options: { types: ['Freeosk'], earliestDay: '2026-01-05' } });
    expect(other.lines.map(({ day }) => day)).toEqual(['2026-01-05']);
  });
});

test('an import has a plan made where the settings say so, in the same transaction', async () => {
  itIs(SUNDAY_NOON);
  const header =
    'Project Name,Project Reference Number,Location MVID,Store Number,Store Name,Start Date/Time,Due Date/Time,Estimated Time,Rep Name,Employee ID,Schedule Date/Time';
  const file = (number: number) =>
    `${header}\r\n${number}-Acme-Oat (260105123456)  - V2-CORE,123456789,0f0f0f0f-0f0f-0f0f-0f0f-0f0f0f0f0f0f,8135,Club,01/01/2026 12:00:00 AM,01/15/2026 12:01:00 AM,,,,\r\n`;
  await dispatcher.csv.import.mutate({ text: file(612999) });
  expect(await jobs(db())).toEqual([]);
  await admin.plan.setSettings.mutate({ storeId, version: 1, settings: { ...USUAL, afterImport: true } });
  await dispatcher.csv.import.mutate({ text: file(612998) });
  expect(await jobs(db())).toEqual([`propose_plan plan:${storeId}`]);
  // Nothing new, nothing to plan.
  await dispatcher.csv.import.mutate({ text: file(612998) });
  expect(await jobs(db())).toHaveLength(1);
});

describe('an event that is never to be planned automatically', () => {
  test('is left out and counted; the mark is audited, and one who saw it otherwise is refused', async () => {
    itIs(SUNDAY_NOON);
    await addPerson(db(), { storeId, name: 'Ada Lead', role: 'Lead Event Specialist' });
    const [eventId, other] = [
      await addEvent(db(), { storeId, name: coreName(612345) }),
      await addEvent(db(), { storeId, name: coreName(612346) }),
    ];
    const before = await planned();
    expect(before.leftOut).toBe(0);
    await dispatcher.plan.setNeverPlan.mutate({ eventId, neverPlan: true, seen: false });
    expect((await dispatcher.events.get.query({ eventId })).event.neverPlan).toBe(true);
    const { entries } = await admin.audit.list.query({});
    expect(JSON.stringify(entries[0])).toContain('left it out of automatic plans');

    // A plan that has it already says so.
    const told = await dispatcher.plan.get.query({ proposalId: before.proposalId });
    expect(told.lines.find((line) => line.eventId === eventId)?.changed).toMatch(/marked since/);
    const after = await planned();
    expect(after.lines.map((line) => line.eventId)).toEqual([other]);
    expect(after).toMatchObject({ leftOut: 1, open: [] });

    const late = dispatcher.plan.setNeverPlan.mutate({ eventId, neverPlan: true, seen: false });
    expect((await refusalOf(late)).reason).toMatchObject({ code: 'stale' });
    await dispatcher.plan.setNeverPlan.mutate({ eventId, neverPlan: false, seen: true });
    expect((await planned()).leftOut).toBe(0);
  });

  test('keeps its schedule where a plan may move others', async () => {
    itIs(SUNDAY_NOON);
    const ada = await addPerson(db(), { storeId, name: 'Ada Example' });
    const eventId = await addEvent(db(), { storeId, name: coreName(612345) });
    // Due first, and only this day is left for it.
    await addEvent(db(), {
      storeId,
      name: coreName(612346),
      startsOn: '2026-01-05',
      dueOn: '2026-01-06',
    });
    await dispatcher.schedules.create.mutate({
      eventId,
      employeeId: ada,
      startsAt: '2026-01-05T15:45:00.000Z',
    });
    const options = { moveExisting: true };
    expect((await planned({ options })).lines).toHaveLength(2);
    await dispatcher.plan.setNeverPlan.mutate({ eventId, neverPlan: true, seen: false });
    expect((await planned({ options })).lines).toEqual([]);
  });
});

describe('an automatic plan that failed', () => {
  const NOTE = 'Something went wrong while the plan was made. Nothing was changed.';
  const failed = async (more: Partial<typeof proposals.$inferInsert> = {}) => {
    const [row] = await db()
      .insert(proposals)
      .values({
        storeId,
        ...WEEK,
        state: 'failed',
        occasion: 'night',
        options: {},
        requestedBy: 'schedule',
        requestedByName: 'Crossmark Scheduler',
        note: NOTE,
        ...more,
      })
      .returning();
    return need(row);
  };
  const listed = async () =>
    (await dispatcher.plan.list.query({ storeId })).map(({ proposalId, state }) => ({ proposalId, state }));

  test('is in the list of plans for a day, with the reason, until a later plan is made', async () => {
    itIs(SUNDAY_NOON);
    await addPerson(db(), { storeId, name: 'Ben Specialist' });
    await addEvent(db(), { storeId, name: coreName(612_345) });
    const { id: proposalId } = await failed();
    expect(await listed()).toEqual([{ proposalId, state: 'failed' }]);
    expect((await dispatcher.plan.get.query({ proposalId })).note).toBe(NOTE);
    const later = await planned();
    expect(await listed()).toEqual([{ proposalId: later.proposalId, state: 'ready' }]);
    await dispatcher.plan.discard.mutate({ proposalId: later.proposalId, version: later.version });
    expect(await listed()).toEqual([]);
  });

  test('can be put away', async () => {
    itIs(SUNDAY_NOON);
    const { id: proposalId, version } = await failed();
    await dispatcher.plan.discard.mutate({ proposalId, version });
    expect(await listed()).toEqual([]);
    const twice = await refusalOf(dispatcher.plan.discard.mutate({ proposalId, version }));
    expect(twice.message).toBe('This plan can’t be changed: somebody discarded it.');
  });

  test('is not in the list after a day; nor is one that a person asked for', async () => {
    itIs(SUNDAY_NOON);
    await failed({ updatedAt: '2026-01-03T16:00:00.000Z' });
    await failed({ occasion: 'request' });
    expect(await listed()).toEqual([]);
  });
});
