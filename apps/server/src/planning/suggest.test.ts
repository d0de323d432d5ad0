import { events, holidays, schedules, timeOff } from '@scheduler/db';
import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import {
  addEvent,
  addPerson,
  addStore,
  type Client,
  coreName,
  empty,
  itIs,
  refusalOf,
  startTestServer,
  type TestServer,
} from '../../test/fixture.ts';
import { addSmallClub, makeProposal, SUNDAY_NOON } from '../../test/plans.ts';

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
const monday = '2026-01-05';
const atMonday = '2026-01-05T15:45:00.000Z';

const addHour = (instant: string) => new Date(Date.parse(instant) + 3_600_000).toISOString();
const smallClub = () => addSmallClub(db(), store);
const planned = () => makeProposal(dispatcher, { storeId: store });

describe('suggestions', () => {
  test('rank people for an event, and for a schedule that would move', async () => {
    itIs(SUNDAY_NOON);
    const { people, cores } = await smallClub();
    const [first = 0, second = 0] = cores;
    await dispatcher.schedules.create.mutate({
      eventId: first,
      employeeId: people.ben,
      startsAt: '2026-01-05T15:45:00.000Z',
      withSupervisor: false,
    });
    const open = await viewer.plan.suggest.query({ eventId: second, day: '2026-01-05' });
    expect(open.people.map(({ employeeId }) => employeeId)).toEqual([people.lead, people.cleo, people.ben]);
    expect(open.people.at(-1)?.needsReason[0]?.code).toBe('second_core');
    const moving = await viewer.plan.suggest.query({ eventId: first, day: '2026-01-05' });
    expect(moving.people.every(({ needsReason }) => needsReason.length === 0)).toBe(true);
  });

  test('count what the plan under review gives to others, of its ticked lines', async () => {
    itIs(SUNDAY_NOON);
    await smallClub();
    const { proposalId, version, lines } = await planned();
    const cores = lines.filter(({ coreEventId }) => coreEventId === null);
    const [one, other] = cores.filter(({ day }) => day === monday);
    if (!one || !other) throw new Error('The plan has too few Cores on Monday.');
    const ask = { eventId: one.eventId, day: monday };
    const rankOf = async (query: typeof ask & { proposalId?: number }) =>
      (await viewer.plan.suggest.query(query)).people.find(
        ({ employeeId }) => employeeId === other.employeeId,
      );
    expect((await rankOf(ask))?.needsReason).toEqual([]);
    expect((await rankOf({ ...ask, proposalId }))?.needsReason[0]?.code).toBe('second_core');
    const own = (await viewer.plan.suggest.query({ ...ask, proposalId })).people.find(
      ({ employeeId }) => employeeId === one.employeeId,
    );
    expect(own?.needsReason).toEqual([]);
    const unticked = { lineId: other.lineId, ticked: false };
    await dispatcher.plan.markLines.mutate({ proposalId, version, lines: [unticked] });
    expect((await rankOf({ ...ask, proposalId }))?.needsReason).toEqual([]);
    const events = await viewer.plan.suggestEvents.query({
      employeeId: other.employeeId,
      day: monday,
      proposalId,
    });
    expect(events.events.map(({ eventId }) => eventId)).toEqual([other.eventId]);
    const elsewhere = await addStore(db(), '8136');
    const stranger = await addEvent(db(), { storeId: elsewhere, name: coreName(612399) });
    const refused = await refusalOf(viewer.plan.suggest.query({ eventId: stranger, proposalId }));
    expect(refused.code).toBe('NOT_FOUND');
  });

  test('rank open events for an empty cell, and say why not the others', async () => {
    itIs(SUNDAY_NOON);
    const { people, cores, check } = await smallClub();
    const request = { employeeId: people.ben, day: monday };
    const { events, cannot } = await viewer.plan.suggestEvents.query(request);
    expect(
      events.filter(({ needsReason }) => needsReason.length === 0).map(({ eventId }) => eventId),
    ).toEqual(cores);
    const told = [
      ...events.map(({ eventId }) => eventId),
      ...cannot.flatMap((each) => each.events.map(({ eventId }) => eventId)),
    ];
    expect(told.sort()).toEqual([...cores, check].sort());
    expect((await refusalOf(viewer.plan.suggestEvents.query({ ...request, employeeId: 999_999 }))).code).toBe(
      'NOT_FOUND',
    );
  });

  test('rank who could take over the short work of a day', async () => {
    itIs(SUNDAY_NOON);
    const { people } = await smallClub();
    const other = await addPerson(db(), { storeId: store, name: 'Dora Lead', role: 'Lead Event Specialist' });
    const off = await addPerson(db(), {
      storeId: store,
      name: 'Eve Lead',
      role: 'Lead Event Specialist',
      linked: false,
    });
    const eventId = await addEvent(db(), { storeId: store, name: 'Alder Freeosk' });
    const work = { eventId, employeeId: people.lead, startsAt: atMonday, withSupervisor: false };
    await dispatcher.schedules.create.mutate(work);
    const takers = await viewer.plan.suggestTakers.query({ storeId: store, day: monday });
    expect(takers.map(({ employeeId, takes }) => [employeeId, takes])).toEqual([
      [other, 1],
      [off, 0],
    ]);
    const none = { storeId: store, day: monday, fromEmployeeId: other };
    expect(await viewer.plan.suggestTakers.query(none)).toEqual([]);
  });

  test('and plans offer nothing to a guest, whom an approval would refuse, and tell nothing of them', async () => {
    itIs(SUNDAY_NOON);
    const { people, cores } = await smallClub();
    const elsewhere = await addStore(db(), '8136');
    const guest = await addPerson(db(), {
      storeId: elsewhere,
      name: 'Gus Guest',
      role: 'Lead Event Specialist',
    });
    await db()
      .insert(timeOff)
      .values({ employeeId: guest, startsOn: '2026-01-06', endsOn: '2026-01-06', reason: 'Surgery' });
    // Crossmark or a file gave them this work here.
    const eventId = await addEvent(db(), { storeId: store, name: 'Alder Freeosk' });
    await db()
      .insert(schedules)
      .values({
        eventId,
        employeeId: guest,
        startsAt: atMonday,
        endsAt: addHour(atMonday),
        workDate: monday,
      });
    const takers = await viewer.plan.suggestTakers.query({ storeId: store, day: monday });
    expect(takers.map(({ employeeId, takes }) => [employeeId, takes])).toEqual([[people.lead, 1]]);
    const answers = [
      takers,
      await viewer.plan.suggest.query({ eventId: cores[0] ?? 0 }),
      await viewer.plan.suggest.query({ eventId }),
      await planned(),
    ];
    for (const answer of answers) expect(JSON.stringify(answer)).not.toMatch(/Gus|Surgery/);

    // Their own work, where the day is closed, goes to somebody who can be saved.
    await db().insert(holidays).values({ day: monday, name: 'Inventory', yearly: false });
    const { proposalId } = await dispatcher.plan.coverClosedDay.mutate({ storeId: store, day: monday });
    const cover = await vi.waitFor(async () => {
      const proposal = await viewer.plan.get.query({ proposalId: proposalId ?? 0 });
      if (proposal.state === 'running') throw new Error('The plan is being made.');
      return proposal;
    });
    expect(cover.lines).toMatchObject([{ eventId, employeeId: people.lead, changed: null }]);
    const { saved, refused } = await dispatcher.plan.approve.mutate({
      proposalId: cover.proposalId,
      version: cover.version,
    });
    expect([saved.length, refused]).toEqual([1, []]);
  });

  test('fairness counts a week and the four that end with it', async () => {
    itIs(SUNDAY_NOON);
    const { people, cores } = await smallClub();
    await dispatcher.schedules.create.mutate({
      eventId: cores[0] ?? 0,
      employeeId: people.ben,
      startsAt: '2026-01-05T15:45:00.000Z',
      withSupervisor: false,
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

test('a line says what speaks against it by now, in whatever week its event is', async () => {
  itIs(SUNDAY_NOON);
  await smallClub();
  const { proposalId, lines } = await planned();
  const [moved, gone, scheduled] = lines.filter(({ coreEventId }) => coreEventId === null);
  if (!moved || !gone || !scheduled) throw new Error('The plan has too few lines.');
  await db()
    .update(events)
    .set({ startsOn: '2026-02-02', dueOn: '2026-02-06' })
    .where(eq(events.id, moved.eventId));
  await db().update(events).set({ goneSince: SUNDAY_NOON }).where(eq(events.id, gone.eventId));
  await dispatcher.schedules.create.mutate({
    eventId: scheduled.eventId,
    employeeId: scheduled.employeeId,
    withSupervisor: false,
    startsAt: '2026-01-13T15:45:00.000Z',
  });
  const told = (await viewer.plan.get.query({ proposalId })).lines;
  const saysOf = (line: typeof moved) => told.find(({ lineId }) => lineId === line.lineId)?.changed;
  expect(saysOf(moved)).toMatch(/ is outside\. /);
  expect(saysOf(gone)).toMatch(/no longer there to be planned/);
  expect(saysOf(scheduled)).toMatch(/ was scheduled since\.$/);
});
