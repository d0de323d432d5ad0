import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
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
  refusalOf,
  startTestServer,
  supervisorName,
  type TestServer,
} from '../../test/fixture.ts';
import { seen } from '../../test/plans.ts';

let server: TestServer;
let dispatcher: Client;
let store: number;
let ada: number;
let ben: number;

beforeAll(async () => {
  server = await startTestServer();
  dispatcher = await server.as('dispatcher');
});
afterAll(() => server.close());
beforeEach(async () => {
  await empty(server.database);
  store = await addStore(db());
  ada = await addPerson(db(), { storeId: store, name: 'Ada Lead', role: 'Lead Event Specialist' });
  ben = await addPerson(db(), { storeId: store, name: 'Ben Lead', role: 'Lead Event Specialist' });
});

const db = () => server.database.db;
/** Noon at the store, on a Saturday. */
const SATURDAY_NOON = '2026-01-03T17:00:00.000Z';
const MONDAY = '2026-01-05';
const TUESDAY = '2026-01-06';
const withSupervisor = false;
const read = (proposalId: number) => dispatcher.plan.get.query({ proposalId });
const scheduled = async () =>
  new Map((await live(db())).map(({ eventId, employeeId, workDate }) => [eventId, { employeeId, workDate }]));

/** Ben is off on a Monday on which only Ada could do his Core and its noon check, but for her own Core. */
async function benIsOff() {
  itIs(SATURDAY_NOON);
  const hers = await addEvent(db(), { storeId: store, name: coreName(612345), dueOn: '2026-01-15' });
  const window = { startsOn: MONDAY, dueOn: TUESDAY };
  const his = await addEvent(db(), { storeId: store, name: coreName(612346), ...window });
  const check = await addEvent(db(), { storeId: store, name: supervisorName(612346), ...window });
  const create = (eventId: number, employeeId: number, time: string) =>
    dispatcher.schedules.create.mutate({
      eventId,
      employeeId,
      startsAt: `${MONDAY}T${time}:00.000Z`,
      withSupervisor,
      overrideReason: 'As agreed',
    });
  await create(hers, ada, '15:45');
  await create(his, ben, '15:45');
  await create(check, ben, '17:00');
  const before = await scheduled();
  const { version } = await dispatcher.employees.get.query({ employeeId: ben });
  const { proposalId } = await dispatcher.plan.coverAbsence.mutate({
    employeeId: ben,
    version,
    startsOn: MONDAY,
    endsOn: MONDAY,
    reason: null,
  });
  const proposal = await vi.waitFor(async () => {
    const made = await read(need(proposalId));
    if (made.state === 'running') throw new Error('The plan is being made.');
    return made;
  });
  return { hers, his, check, before, proposal };
}

describe('a change that makes a place for work that needs somebody', () => {
  test('is taken in with its noon check, and out again; approved and undone, all of it goes together', async () => {
    const { hers, his, check, before, proposal } = await benIsOff();
    expect(proposal.lines).toEqual([]);
    const open = proposal.open.find(({ eventId }) => eventId === his);
    expect(open?.repair).toMatch(/^Free if Ada Lead’s Core 612345 on Mon Jan 5 moves to /);
    expect(open?.canRepair).toBe(true);

    const {
      lineId,
      placed: _,
      ...taken
    } = await dispatcher.plan.takeRepair.mutate({ ...seen(proposal), eventId: his });
    const repaired = await read(proposal.proposalId);
    expect(repaired.lines.find((line) => line.lineId === lineId)?.eventId).toBe(his);
    expect(repaired.open).toEqual([]);
    expect(new Map(repaired.lines.map((line) => [line.eventId, line]))).toEqual(
      new Map([
        [hers, expect.objectContaining({ kind: 'moved', makesRoomFor: his, employeeId: ada, changed: null })],
        [his, expect.objectContaining({ kind: 'moved', employeeId: ada, day: MONDAY, changed: null })],
        [check, expect.objectContaining({ kind: 'moved', employeeId: ada, coreEventId: his })],
      ]),
    );
    expect(repaired.lines.find((line) => line.eventId === his)?.from?.employeeId).toBe(ben);
    expect(await scheduled()).toEqual(before);

    const out = await dispatcher.plan.removeRepair.mutate({ ...taken, eventId: his });
    const removed = await read(proposal.proposalId);
    expect(removed.lines).toEqual([]);
    expect(removed.open.map(({ eventId }) => eventId).sort()).toEqual([his, check].sort());

    const { version } = await dispatcher.plan.takeRepair.mutate({ ...out, eventId: his });
    const answer = await dispatcher.plan.approve.mutate({ ...seen(proposal), version });
    expect(answer.refused).toEqual([]);
    const after = await scheduled();
    expect([after.get(his), after.get(check)]).toEqual([
      { employeeId: ada, workDate: MONDAY },
      { employeeId: ada, workDate: MONDAY },
    ]);
    expect(after.get(hers)?.workDate).not.toBe(MONDAY);
    await dispatcher.plan.undoCover.mutate({ proposalId: proposal.proposalId });
    expect(await scheduled()).toEqual(before);
  });

  test('is refused for work that the cause no longer concerns, and nothing of it is kept', async () => {
    const { his, proposal } = await benIsOff();
    const schedule = need((await live(db())).find(({ eventId }) => eventId === his));
    await dispatcher.schedules.unschedule.mutate({ scheduleId: schedule.id, version: schedule.version });
    const gone = await refusalOf(dispatcher.plan.takeRepair.mutate({ ...seen(proposal), eventId: his }));
    expect(gone.message).toContain('was scheduled, changed or removed since');
    expect((await read(proposal.proposalId)).lines).toEqual([]);
  });
});
