import { describe, expect, test, vi } from 'vitest';
import { mplanId } from './ids.ts';
import {
  ANN,
  BOOKING,
  CLUB,
  connect,
  EVENT,
  failureOf,
  hostAnswering,
  hostAnsweringJson,
  INDIANA,
  manyPlans,
  OTHER_CLUB,
  PHOENIX,
  PLAN,
  simulate,
  world,
} from './test-support.ts';

describe('a search for an event', () => {
  test('an event that Crossmark does not list is null, not an error', async () => {
    const simulator = await simulate();
    const missing = { mplanId: mplanId('39999999'), storeId: CLUB, timeZone: INDIANA };
    expect(await connect(simulator.url).findEvent(missing)).toBeNull();
  });

  describe('concurrent searches', () => {
    const SECOND_PLAN = mplanId('32000001');
    const queries = [
      { ...EVENT, timeZone: INDIANA },
      { mplanId: PLAN, storeId: OTHER_CLUB, timeZone: PHOENIX },
      { mplanId: SECOND_PLAN, storeId: CLUB, timeZone: INDIANA },
      { mplanId: mplanId('39999999'), storeId: CLUB, timeZone: INDIANA },
    ];
    const searchCount = (simulator: Awaited<ReturnType<typeof simulate>>) =>
      simulator.log.filter(({ call }) => call === 'getPlanningMplans').length;
    /** Starts a simulator with two plans, one of them booked, and a signed-in client. */
    async function startBooked(quirk: Record<string, unknown> = {}) {
      const state = world();
      const plans = [
        ...(state.plans ?? []),
        ...manyPlans(1, Number(SECOND_PLAN)).map((plan) => ({ ...plan, row: quirk })),
      ];
      const simulator = await simulate({}, { ...state, plans });
      const client = connect(simulator.url);
      await client.schedule(BOOKING);
      return { simulator, client };
    }
    const expected = [
      { ...EVENT, repId: ANN, startsAt: BOOKING.startsAt },
      { mplanId: PLAN, storeId: OTHER_CLUB, bookingId: null },
      { mplanId: SECOND_PLAN, storeId: CLUB, bookingId: null },
      null,
    ];

    test('share one call, and an event that it omits is searched for once more', async () => {
      const { simulator, client } = await startBooked();
      expect(await Promise.all(queries.map((one) => client.findEvent(one)))).toMatchObject(expected);
      expect(searchCount(simulator)).toBe(2);
    });

    test('are made one by one if Crossmark searches for a single plan only, and stay so', async () => {
      const { simulator, client } = await startBooked();
      simulator.configure({ findsSeveralPlans: false });
      expect(await Promise.all(queries.map((one) => client.findEvent(one)))).toMatchObject(expected);
      expect(searchCount(simulator)).toBe(3);
      expect(await Promise.all(queries.map((one) => client.findEvent(one)))).toMatchObject(expected);
      expect(searchCount(simulator)).toBe(7);
    });

    test.each([400, 503])('are made one by one if the shared call fails (%i)', async (status) => {
      const { simulator, client } = await startBooked();
      simulator.addFaults({ call: 'getPlanningMplans', kind: 'status', status });
      expect(await Promise.all(queries.map((one) => client.findEvent(one)))).toMatchObject(expected);
      expect(searchCount(simulator)).toBe(5);
    });

    test.each([{ kind: 'status', status: 429 }, { kind: 'drop' }] as const)(
      'fail together if each of them alone would fail: %j',
      async (fault) => {
        const { simulator, client } = await startBooked();
        simulator.addFaults({ call: 'getPlanningMplans', ...fault });
        const all = await Promise.all(queries.map((one) => failureOf(client.findEvent(one))));
        expect(all).toMatchObject(queries.map(() => ({ kind: 'transient' })));
        expect(searchCount(simulator)).toBe(1);
      },
    );

    test('fail independently', async () => {
      const { client } = await startBooked({ condition: 'Unheard of' });
      const all = await Promise.allSettled(queries.map((one) => client.findEvent(one)));
      expect(all.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected', 'fulfilled']);
      expect(all[2]).toMatchObject({ reason: { kind: 'transient' } });
    });

    test('go on for the other callers when one caller cancels', async () => {
      const { simulator, client } = await startBooked();
      simulator.configure({ latencyMs: { getPlanningMplans: 50 } });
      const stop = new AbortController();
      const signals = queries.map((_, n) => (n === 0 ? stop : new AbortController()).signal);
      const all = queries.map((one, n) => client.findEvent({ ...one, signal: signals[n] }));
      const cancelled = failureOf(all[0] as Promise<unknown>);
      await vi.waitFor(() => expect(searchCount(simulator)).toBe(1));
      stop.abort();
      expect(await cancelled).toMatchObject({ kind: 'transient' });
      expect(await Promise.all(all.slice(1))).toMatchObject(expected.slice(1));
    });
  });

  const answering = async (body: unknown) => connect(await hostAnsweringJson(body));
  const query = { ...EVENT, timeZone: INDIANA };
  /** A row of {@link EVENT} with some of its fields replaced. */
  const row = (fields: object) => ({
    mPlanID: '31000001',
    storeID: '200101',
    name: 'X',
    startDate: '01/02/2026',
    endDate: '01/16/2026',
    condition: 'Unstaffed',
    ...fields,
  });

  test.each([
    ['only another plan', { mplans: [row({ mPlanID: '31000002' })], total: 1 }],
    ['a plan without an id', { mplans: [row({ mPlanID: null })], total: 1 }],
    ['a row without a store', { mplans: [row({ storeID: null })], total: 1 }],
    ['a row of a store that can’t be read', { mplans: [row({ storeID: '2001x1' })], total: 1 }],
    ['fewer rows than it counts', { mplans: [], total: 1 }],
  ])('that lists %s does not mean that the plan is not listed', async (_fault, body) => {
    const client = await answering(body);
    expect(await failureOf(client.findEvent(query))).toMatchObject({ kind: 'transient' });
    const other = { ...query, mplanId: mplanId('31000003') };
    const both = await Promise.all([query, other].map((one) => failureOf(client.findEvent(one))));
    expect(both).toMatchObject([{ kind: 'transient' }, { kind: 'transient' }]);
  });

  test('that lists one store twice in place of another is made again', async () => {
    let searches = 0;
    const twice = Array.from({ length: 2 }, () => row({ storeID: OTHER_CLUB }));
    const client = connect(
      await hostAnswering((_request, response) => {
        searches += 1;
        const mplans = searches === 1 || searches > 2 ? twice : [row({ storeID: OTHER_CLUB }), row({})];
        response.end(JSON.stringify({ mplans, total: 2 }));
      }),
    );
    expect(await client.findEvent(query)).toMatchObject(EVENT);
    expect(await client.findEvent(query)).toBeNull();
    expect(searches).toBe(4);
  });

  test('that lists other plans as well finds the plan, and does not find it in other stores', async () => {
    const rows = [row({ mPlanID: '31000002' }), row({})];
    expect(await (await answering({ mplans: rows, total: 2 })).findEvent(query)).toMatchObject(EVENT);
    const otherStore = [row({ storeID: OTHER_CLUB })];
    expect(await (await answering({ mplans: otherStore, total: 1 })).findEvent(query)).toBeNull();
  });
});
