import { describe, expect, test } from 'vitest';
import {
  ALL,
  ANN,
  BOOKING,
  CLUB,
  collect,
  connect,
  EVENT,
  failureOf,
  hostAnswering,
  hostAnsweringJson,
  INDIANA,
  manyPlans,
  simulate,
  world,
} from './test-support.ts';
import type { EventPage } from './types.ts';

describe('the list of events', () => {
  const idsOf = (list: { rows: EventPage['rows'] }) => list.rows.map((row) => row.mplanId);

  test.each([[{ data: [], total: 0 }], [{ mplans: [] }], [{ mplans: {}, total: 0 }], [[]], [''], ['null']])(
    'an answer of the form %j is a failure',
    async (body) => {
      const client = connect(await hostAnsweringJson(body));
      expect(await failureOf(collect(client.listEvents(ALL)))).toMatchObject({ kind: 'transient' });
      expect(await failureOf(client.findEvent({ ...EVENT, timeZone: INDIANA }))).toMatchObject({
        kind: 'transient',
      });
    },
  );

  test('the planning list may also come as records', async () => {
    const client = connect(await hostAnsweringJson({ records: [], total: '0' }));
    expect(await collect(client.listEvents(ALL))).toMatchObject({ rows: [], total: 0 });
  });

  test('all of 5,001 events arrive', async () => {
    const simulator = await simulate({}, { ...world(), plans: manyPlans(5_001) });
    const list = await collect(connect(simulator.url).listEvents(ALL));
    expect(new Set(idsOf(list)).size).toBe(5_001);
    expect(list).toMatchObject({ read: 5_001, total: 5_001, bad: [] });
  });

  test('a host with smaller pages than requested is read to the end', async () => {
    const simulator = await simulate({ maxPageSize: 7 }, { ...world(), plans: manyPlans(40) });
    expect(idsOf(await collect(connect(simulator.url).listEvents(ALL)))).toHaveLength(40);
  });

  test.each([2, 1, -1, -3])(
    'a list that shifts by %i between pages loses no event and repeats none',
    async (rows) => {
      const simulator = await simulate(
        { listShift: { rows, chance: 1 } },
        { ...world(), plans: manyPlans(45) },
      );
      const pages = connect(simulator.url).listEvents({ ...ALL, pageSize: 10 });
      const ids: string[] = [];
      for await (const page of pages) {
        ids.push(...page.rows.map((row) => row.mplanId));
        if (page.read > 20) simulator.configure({ listShift: { rows: 0 } });
      }
      expect(ids.toSorted()).toEqual(manyPlans(45).map((plan) => plan.mplanId));
    },
  );

  test('an event removed from an early page during the read hides no other event', async () => {
    const simulator = await simulate({}, { ...world(), plans: manyPlans(30) });
    const ids: string[] = [];
    for await (const page of connect(simulator.url).listEvents({ ...ALL, pageSize: 10 })) {
      ids.push(...page.rows.map((row) => row.mplanId));
      if (ids.length === 10) simulator.removePlan('32000003', CLUB);
    }
    expect(ids).toContain('32000011');
    expect(new Set(ids).size).toBe(30);
  });

  test('a list that never stops changing is a failure, not a short list', async () => {
    const simulator = await simulate({ listShift: { rows: -1 } }, { ...world(), plans: manyPlans(30) });
    const failure = await failureOf(collect(connect(simulator.url).listEvents({ ...ALL, pageSize: 10 })));
    expect(failure).toMatchObject({
      kind: 'transient',
      message: expect.stringContaining('not read completely'),
    });
  });

  /**
   * Starts a host that answers pass after pass with these lists, and every later pass with the last
   * one.
   */
  async function listing(...passes: { ids: number[]; total: number }[]) {
    let passesBegun = 0;
    const url = await hostAnswering((request, response) => {
      const query = new URL(String(request.url), 'http://host').searchParams;
      const start = Number(query.get('start'));
      if (start === 0) passesBegun += 1;
      const { ids, total } = passes[Math.min(passesBegun, passes.length) - 1] ?? { ids: [], total: 0 };
      const mplans = ids.slice(start, start + Number(query.get('limit'))).map((id) => ({
        mPlanID: id,
        storeID: CLUB,
        name: `Plan ${id}`,
        startDate: '02/01/2026',
        endDate: '02/09/2026',
        condition: 'Unstaffed',
      }));
      response.end(JSON.stringify({ mplans, total }));
    });
    return { client: connect(url), passesBegun: () => passesBegun };
  }
  const whole = { ids: [1, 2, 3, 4, 5], total: 5 };

  describe.each([1_000, 3, 2])('with one row repeated in place of another, in pages of %i', (pageSize) => {
    test.each([[[1, 2, 2, 4, 5]], [[1, 2, 3, 3, 5]], [[1, 1, 3, 4, 5]], [[1, 2, 3, 4, 1]]])(
      'is read again, and no row is missing (%j)',
      async (ids) => {
        const { client, passesBegun } = await listing({ ids, total: 5 }, whole);
        const list = await collect(client.listEvents({ ...ALL, pageSize }));
        expect(idsOf(list).toSorted()).toEqual(['1', '2', '3', '4', '5']);
        expect(list).toMatchObject({ read: 5, total: 5 });
        expect(passesBegun()).toBe(2);
      },
    );

    test('is accepted if two complete passes in a row repeat the same rows', async () => {
      const { client, passesBegun } = await listing(
        { ids: [1, 2, 3, 3, 3], total: 5 },
        { ids: [1, 2, 3, 3, 4], total: 5 },
        { ids: [4, 3, 1, 2, 3], total: 5 },
      );
      const list = await collect(client.listEvents({ ...ALL, pageSize }));
      expect(idsOf(list).toSorted()).toEqual(['1', '2', '3', '4']);
      expect(list).toMatchObject({ read: 4, total: 5 });
      expect(passesBegun()).toBe(3);
    });

    test.each([
      [
        'repeats another row in each pass',
        [
          [1, 1, 3, 4, 5],
          [1, 2, 2, 4, 5],
          [1, 2, 3, 3, 5],
          [1, 2, 3, 4, 4],
        ],
      ],
      [
        'repeats the same row among other rows',
        [
          [1, 1, 3, 4, 5],
          [1, 1, 2, 4, 5],
          [1, 1, 3, 4, 5],
          [1, 1, 2, 4, 5],
        ],
      ],
      [
        'is shorter than its total',
        [
          [1, 2, 2, 4],
          [1, 2, 2, 4],
          [1, 2, 2, 4],
          [1, 2, 2, 4],
        ],
      ],
    ])('and that %s, is not a complete list', async (_fault, passes) => {
      const { client } = await listing(...passes.map((ids) => ({ ids, total: 5 })));
      expect(await failureOf(collect(client.listEvents({ ...ALL, pageSize })))).toMatchObject({
        kind: 'transient',
        message: expect.stringContaining('not read completely'),
      });
    });
  });

  test('two bad rows count as two, even with the same fault', async () => {
    const plans = manyPlans(3).map((plan) => ({ ...plan, row: { mPlanID: null } }));
    const simulator = await simulate({}, { ...world(), plans });
    const list = await collect(connect(simulator.url).listEvents(ALL));
    expect(list).toMatchObject({ rows: [], read: 3, total: 3 });
    expect(list.bad).toHaveLength(3);
    expect(simulator.log.filter(({ call }) => call === 'getPlanningMplans')).toHaveLength(1);
  });

  test('a page that fails fails the whole read', async () => {
    const simulator = await simulate({}, { ...world(), plans: manyPlans(30) });
    simulator.addFaults({ kind: 'status', call: 'getPlanningMplans', after: 1 });
    const failure = await failureOf(collect(connect(simulator.url).listEvents({ ...ALL, pageSize: 10 })));
    expect(failure).toMatchObject({ kind: 'transient', status: 503 });
  });

  test('the whole window and the requested conditions are sent', async () => {
    const simulator = await simulate();
    await collect(connect(simulator.url).listEvents({ ...ALL, conditions: ['Unstaffed'] }));
    const { params } = simulator.log.at(-1) ?? {};
    expect(params).toMatchObject({
      intervalStart: '2026-01-01',
      intervalEnd: '2026-12-31',
      page: '1',
      start: '0',
    });
    expect(JSON.parse(params?.searchFields ?? '').searchTerms.condition.items[0]).toEqual({
      id: 1,
      value: ['Unstaffed'],
      displayValue: ['Unstaffed'],
      exactmatch: true,
      allActive: false,
    });
  });

  test('unusual rows are parsed literally', async () => {
    const [a, b, c, d] = manyPlans(4).map((plan) => plan.mplanId);
    const plans = manyPlans(4);
    const simulator = await simulate({}, { ...world(), plans });
    simulator.book(
      { ...EVENT, mplanId: a ?? '', repId: ANN, startsAt: BOOKING.startsAt, endsAt: BOOKING.endsAt },
      true,
    );
    simulator.putPlans([
      { ...plans[1], condition: 'Staffed', row: { staffedReps: 'Nobody Known, Someone Else' } } as never,
      { ...plans[2], row: { scheduleDate: '01/05/2026 09:00:00 AM', scheduleRepID: '140001' } } as never,
      { ...plans[3], instructionsUrl: 'javascript:alert(1)' } as never,
    ]);
    const { rows } = await collect(connect(simulator.url).listEvents(ALL));
    const row = (id: string | undefined) => rows.find((one) => one.mplanId === id);
    expect(row(a)).toMatchObject({ condition: 'Unstaffed', repId: ANN, startsAt: BOOKING.startsAt });
    expect(row(b)).toMatchObject({
      condition: 'Staffed',
      startsAt: null,
      staffedReps: ['Nobody Known', 'Someone Else'],
    });
    expect(row(c)).toMatchObject({ bookingId: null, repId: ANN, startsAt: '2026-01-05T14:00:00.000Z' });
    expect(row(d)).toMatchObject({ instructionsUrl: null, staffedReps: [] });
  });

  test('a bad row is reported with its reason, guesses nothing and hides no other row', async () => {
    const plans = manyPlans(6);
    const rows = [
      { startDate: '13/45/2026' },
      { scheduleDate: 'tomorrow' },
      { condition: 'Lost' },
      { mPlanID: null },
      { scheduleDate: '01/05/2026 09:00:00 AM', storeID: '299999' },
    ];
    const odd = plans.map((plan, index) => ({ ...plan, ...(rows[index] && { row: rows[index] }) }));
    const simulator = await simulate({}, { ...world(), plans: odd });
    const list = await collect(connect(simulator.url).listEvents(ALL));
    expect(idsOf(list)).toEqual([plans[5]?.mplanId]);
    expect(list.bad).toEqual([
      { mplanId: '32000001', storeId: CLUB, reason: expect.stringMatching(/^startDate/) },
      { mplanId: '32000002', storeId: CLUB, reason: expect.stringMatching(/^scheduleDate/) },
      { mplanId: '32000003', storeId: CLUB, reason: expect.stringMatching(/^condition/) },
      { mplanId: null, storeId: CLUB, reason: expect.stringMatching(/^mPlanID/) },
      {
        mplanId: '32000005',
        storeId: '299999',
        reason: expect.stringContaining('time zone of store 299999'),
      },
    ]);
    expect(list).toMatchObject({ read: 6, total: 6 });
  });
});
