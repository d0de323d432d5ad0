import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import {
  addEvent,
  addPerson,
  addStore,
  type Client,
  empty,
  itIs,
  refusalOf,
  startTestServer,
  type TestServer,
} from '../../test/fixture.ts';

let server: TestServer;
let dispatcher: Client;
let viewer: Client;
let store: number;
beforeAll(async () => {
  server = await startTestServer();
  [dispatcher, viewer] = await Promise.all([server.as('dispatcher'), server.as('viewer')]);
});
afterAll(() => server.close());
beforeEach(async () => {
  await empty(server.database);
  store = await addStore(server.database.db);
});

/** A Sunday. */
const NOW = '2026-01-04T17:00:00.000Z';
const monday = { fromDay: '2026-01-05', toDay: '2026-01-05' };

async function club() {
  const { db } = server.database;
  const person = (name: string, role: 'Juicer Barista' | 'Lead Event Specialist' | 'Club Supervisor') =>
    addPerson(db, { storeId: store, name, role });
  return {
    ann: await person('Ann Barista', 'Juicer Barista'),
    bea: await person('Bea Barista', 'Juicer Barista'),
    cid: await person('Cid Lead', 'Lead Event Specialist'),
    dot: await person('Dot Lead', 'Lead Event Specialist'),
    eve: await person('Eve Supervisor', 'Club Supervisor'),
  };
}

describe('rotations', () => {
  test('name a person for a weekday, an exception wins, and each change has its audit row', async () => {
    itIs(NOW);
    const { ann, bea, cid, dot } = await club();
    const turn = { storeId: store, weekday: 1 };
    await dispatcher.plan.setTurn.mutate({ ...turn, kind: 'juicer', employeeId: ann, seen: null });
    await dispatcher.plan.setTurn.mutate({ ...turn, kind: 'primary_lead', employeeId: dot, seen: null });
    const exception = { storeId: store, kind: 'juicer', day: '2026-01-05' } as const;
    await dispatcher.plan.setException.mutate({
      ...exception,
      employeeId: bea,
      reason: 'Course',
      seen: null,
    });
    const [today] = await viewer.plan.turns.query({ storeId: store, ...monday });
    expect(today).toEqual({
      day: '2026-01-05',
      juicer: { employeeId: bea, name: 'Bea Barista', isException: true, off: null, substitutes: [] },
      primaryLead: { employeeId: dot, name: 'Dot Lead', isException: false, off: null, substitutes: [] },
      secondaryLead: { employeeId: cid, name: 'Cid Lead' },
    });
    const rotations = await viewer.plan.rotations.query({ storeId: store });
    expect(rotations.weekdays).toHaveLength(2);
    expect(rotations.exceptions).toMatchObject([{ employeeId: bea, reason: 'Course' }]);
    expect(rotations.choices.juicer.map(({ employeeId }) => employeeId)).toEqual([ann, bea]);
    await dispatcher.plan.setException.mutate({ ...exception, employeeId: null, seen: bea });
    expect((await viewer.plan.turns.query({ storeId: store, ...monday }))[0]?.juicer?.employeeId).toBe(ann);
    const audit = await server.database
      .sql`select after from audit_log where action like 'rotation.%' order by id`;
    expect(audit.map(({ after }) => after)).toMatchObject([
      { turn: 'the Juicer', weekday: 'Monday', person: 'Ann Barista' },
      { turn: 'the primary Lead', weekday: 'Monday', person: 'Dot Lead' },
      { turn: 'the Juicer', day: '2026-01-05', person: 'Bea Barista', reason: 'Course' },
      { turn: 'the Juicer', day: '2026-01-05', person: null },
    ]);
  });

  test('of two who change one turn at once, only one succeeds', async () => {
    itIs(NOW);
    const { ann, bea } = await club();
    const change = (employeeId: number) =>
      dispatcher.plan.setTurn.mutate({ storeId: store, kind: 'juicer', weekday: 1, employeeId, seen: null });
    const both = await Promise.allSettled([change(ann), change(bea)]);
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    const stale = await refusalOf(change(bea));
    expect(stale.reason.code).toBe('stale');
  });

  test('ask for somebody else where the person is off: a Lead before the Club Supervisor', async () => {
    itIs(NOW);
    const { cid, dot, eve } = await club();
    const turn = { storeId: store, kind: 'primary_lead', weekday: 1 } as const;
    await dispatcher.plan.setTurn.mutate({ ...turn, employeeId: dot, seen: null });
    await dispatcher.employees.addTimeOff.mutate({
      employeeId: dot,
      version: 1,
      startsOn: '2026-01-05',
      endsOn: '2026-01-05',
      reason: 'Dentist',
    });
    const [day] = await viewer.plan.turns.query({ storeId: store, ...monday });
    expect(day?.primaryLead).toMatchObject({ employeeId: dot, off: 'Dentist' });
    expect(day?.primaryLead?.substitutes.map(({ employeeId }) => employeeId)).toEqual([cid, eve]);
  });

  test('decide who gets Juicer work in a plan', async () => {
    itIs(NOW);
    const { bea } = await club();
    await dispatcher.plan.setTurn.mutate({
      storeId: store,
      kind: 'juicer',
      weekday: 1,
      employeeId: bea,
      seen: null,
    });
    await addEvent(server.database.db, {
      storeId: store,
      name: '01-05 8HR-ES1-JUICER-PRODUCTION-SPCLTY (260105123456)  - ES1',
      startsOn: '2026-01-05',
      dueOn: '2026-01-06',
    });
    const { proposalId } = await dispatcher.plan.start.mutate({ storeId: store, ...monday });
    await vi.waitFor(async () => {
      const { lines } = await viewer.plan.get.query({ proposalId });
      expect(lines).toMatchObject([{ employeeId: bea }]);
    });
  });
});
