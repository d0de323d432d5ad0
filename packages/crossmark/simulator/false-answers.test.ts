import { expect, test } from 'vitest';
import {
  ANN,
  BEN,
  CLUB,
  connect,
  failureOf,
  INDIANA,
  manyPlans,
  simulate,
  world,
} from '../src/test-support.ts';
import type { Settings, Simulator } from './index.ts';
import { DEMO_USER } from './index.ts';

type Rows = { mplans: Record<string, unknown>[]; total: number };

/** A caller that returns answers unparsed. */
async function browser(simulator: Simulator) {
  const signedIn = await fetch(`${simulator.url}/login/authenticate`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ UserID: DEMO_USER.userId, Password: DEMO_USER.password }),
  });
  const headers = { cookie: signedIn.headers.getSetCookie().at(-1)?.split(';')[0] ?? '' };
  const get = (path: string) => fetch(simulator.url + path, { headers, redirect: 'manual' });
  const post = (path: string, form: Record<string, string>) =>
    fetch(simulator.url + path, {
      method: 'POST',
      headers,
      body: new URLSearchParams(form),
      redirect: 'manual',
    });
  const rows = async (query: Record<string, string>): Promise<Rows> => {
    const answer = await get(`/planningextcontroller/getPlanningMplans?${new URLSearchParams(query)}`);
    return (await answer.json()) as Rows;
  };
  const items = (value: string[]) => [{ id: 11, value }];
  return {
    get,
    post,
    /** Returns one page of the whole list. */
    list: (page: { start: number; limit: number } = { start: 0, limit: 100 }) =>
      rows({
        intervalStart: '2026-01-01',
        intervalEnd: '2026-03-01',
        searchFields: JSON.stringify({ searchTerms: {} }),
        start: String(page.start),
        limit: String(page.limit),
      }),
    search: (...plans: string[]) =>
      rows({
        searchFields: JSON.stringify({ searchTerms: { mPlanID: { name: 'mPlanID', items: items(plans) } } }),
        limit: '100',
      }),
    /** Books, and returns the answer. */
    book: (booking: { mplanId: string; repId?: string }) =>
      post('/planningextcontroller/scheduleMplanEvent', {
        RepID: booking.repId ?? ANN,
        mPlanID: booking.mplanId,
        LocationID: CLUB,
        Start: '2026-02-05T10:45:00-05:00',
        End: '2026-02-05T17:15:00-05:00',
      }),
    location: (mplanId: string, storeID: string = CLUB) =>
      post('/planningextcontroller/getmPlanLocationCondition', { mPlanID: mplanId, storeID }),
  };
}

const plans = manyPlans(4);
const ids = plans.map((plan) => plan.mplanId);
const [one = '', two = '', three = ''] = ids;
/** Starts a simulator with four plans of one store and ids as strings. */
const four = (settings: Partial<Settings> = {}) =>
  simulate({ mixedTypes: false, ...settings }, { ...world(), plans });
const idsOf = ({ mplans }: Rows) => mplans.map((row) => row.mPlanID);

test.each([
  ['redirect', 302],
  ['loginPage', 200],
  ['401', 401],
] as const)(
  'a write that was applied is answered as if nobody were signed in (%s): the session stays good, or ends',
  async (look, status) => {
    const simulator = await four();
    const { book, list } = await browser(simulator);
    simulator.addFaults({ call: 'scheduleMplanEvent', kind: 'notSignedIn', applied: true, look });
    const answer = await book({ mplanId: one });
    expect(answer.status).toBe(status);
    expect(answer.headers.getSetCookie()).toEqual([]);
    if (look === 'loginPage') expect(await answer.text()).toContain('type="password"');
    expect(simulator.state.bookings).toMatchObject([{ mplanId: one, repId: ANN }]);
    expect(await list()).toMatchObject({ total: 4 });
    simulator.addFaults({ call: 'scheduleMplanEvent', kind: 'expire', applied: true, look });
    expect((await book({ mplanId: two })).status).toBe(status);
    expect(simulator.state.bookings).toHaveLength(2);
    expect(simulator.log.at(-1)).toMatchObject({ outcome: 'expire', applied: true });
    expect((await book({ mplanId: three })).status).toBe(302);
    expect(simulator.log.at(-1)).toMatchObject({ outcome: 'expired', applied: false });
  },
);

test('a login page twice for one write, which is not applied, while the session is good', async () => {
  const simulator = await four();
  const { book } = await browser(simulator);
  simulator.addFaults({ kind: 'notSignedIn', call: 'scheduleMplanEvent', look: 'loginPage', times: 2 });
  for (let call = 0; call < 2; call++) expect(await (await book({ mplanId: one })).text()).toContain('form');
  expect(simulator.state.bookings).toEqual([]);
  expect(await (await book({ mplanId: one })).json()).toMatchObject({ ok: 1 });
});

test('the search for one plan finds nothing once; one plan is missing from a search for several', async () => {
  const simulator = await four();
  const { search, list } = await browser(simulator);
  simulator.addFaults({ kind: 'empty', reading: 'search', mplanId: two });
  expect(idsOf(await search(one))).toEqual([one]);
  expect(await list()).toMatchObject({ total: 4 });
  expect(await search(two)).toEqual({ mplans: [], total: 0 });
  expect(idsOf(await search(two))).toEqual([two]);
  simulator.addFaults({ kind: 'missing', reading: 'search', mplanId: two });
  const rows = await search(one, two, three);
  expect([idsOf(rows), rows.total]).toEqual([[one, three], 2]);
  expect(idsOf(await search(one, two, three))).toEqual([one, two, three]);
});

test('the search for one plan fails for ever while all else works', async () => {
  const simulator = await four({ findsSeveralPlans: true });
  simulator.addFaults({
    kind: 'status',
    status: 500,
    call: 'getPlanningMplans',
    reading: 'search',
    mplanId: two,
    times: null,
  });
  const client = connect(simulator.url);
  const find = (mplanId: string) =>
    client.findEvent({ mplanId: mplanId as never, storeId: CLUB, timeZone: INDIANA });
  const outcomes = await Promise.allSettled(ids.map(find));
  expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled', 'fulfilled']);
  expect(await failureOf(find(two))).toMatchObject({ kind: 'transient', status: 500 });
  const { list } = await browser(simulator);
  expect(await list()).toMatchObject({ total: 4 });
});

test.each([
  ['error', { ok: 0 }],
  ['emptyObject', {}],
  ['emptyBody', null],
  ['Unstaffed', { ok: 1, condition: 'Unstaffed', key: `${one}_${CLUB}`, reps: '' }],
] as const)(
  'the read-back of an event that is gone answers %s, and it may come back',
  async (goneLocation, said) => {
    const simulator = await four({ goneLocation });
    const { book, location, search, list } = await browser(simulator);
    await book({ mplanId: one });
    simulator.putPlans({ ...plans[0], gone: true } as never);
    expect(await search(one)).toEqual({ mplans: [], total: 0 });
    expect(await list()).toMatchObject({ total: 3 });
    const text = await (await location(one)).text();
    if (said) expect(JSON.parse(text)).toMatchObject(said);
    else expect(text).toBe('');
    expect(await (await book({ mplanId: one })).json()).toMatchObject({ ok: 0 });
    simulator.putPlans({ ...plans[0], gone: false } as never);
    expect(await (await location(one)).json()).toMatchObject({ ok: 1, condition: 'Scheduled' });
    expect((await search(one)).mplans).toMatchObject([{ scheduleEventID: '50000001' }]);
  },
);

test('a search or a whole list is answered from a copy that lags behind by changes or by time', async () => {
  const simulator = await four({ secondBooking: 'inPlace' });
  const { book, search, list } = await browser(simulator);
  await book({ mplanId: one });
  await book({ mplanId: two, repId: BEN });
  await book({ mplanId: two });
  const repIds = (rows: Rows) => rows.mplans.map((row) => row.scheduleRepID ?? null);
  simulator.addFaults([
    { kind: 'stale', reading: 'search', behindWrites: 1 },
    { kind: 'stale', reading: 'search', behindWrites: 2 },
    { kind: 'stale', reading: 'list', behindWrites: 3 },
    { kind: 'stale', reading: 'list', behindMs: 3_600_000 },
  ]);
  expect(repIds(await search(two))).toEqual([BEN]);
  expect(repIds(await search(one, two))).toEqual([ANN, '']);
  const before = await list();
  expect(repIds(before)).toEqual(['', '', '', '']);
  expect(before.mplans[0]).toMatchObject({ condition: 'Unstaffed' });
  expect(repIds(await list())).toEqual(['', '', '', '']);
  expect(repIds(await list())).toEqual([ANN, ANN, '', '']);
  // A removal and a new plan do not show yet either.
  simulator.unbook('50000002');
  simulator.putPlans(manyPlans(5)[4] as never);
  simulator.addFaults({ kind: 'stale', reading: 'list', behindWrites: 2 });
  expect(repIds(await list())).toEqual([ANN, ANN, '', '']);
  expect(repIds(await list())).toEqual([ANN, '', '', '', '']);
});

test('crossed connections: the latest answer about another event comes, whether the write is applied or not', async () => {
  const simulator = await four();
  const { book, search, location } = await browser(simulator);
  const crossed = { kind: 'crossed' as const, times: 1 };
  simulator.addFaults([
    { ...crossed, call: 'scheduleMplanEvent' },
    { ...crossed, call: 'scheduleMplanEvent', applied: false },
    { ...crossed, call: 'getPlanningMplans' },
    { ...crossed, call: 'getmPlanLocationCondition' },
  ]);
  // The fault waits until there is an answer to another call.
  const own = (await (await book({ mplanId: one })).json()) as { MVScheduledEvent: object };
  expect(own.MVScheduledEvent).toMatchObject({ mPlanID: one });
  expect(await (await book({ mplanId: two, repId: BEN })).json()).toEqual(own);
  expect(await (await book({ mplanId: three, repId: BEN })).json()).toEqual(own);
  expect(simulator.state.bookings.map(({ mplanId, repId }) => [mplanId, repId])).toEqual([
    [one, ANN],
    [two, BEN],
  ]);
  expect(simulator.log.filter(({ outcome }) => outcome === 'crossed').map(({ applied }) => applied)).toEqual([
    true,
    false,
  ]);
  expect(idsOf(await search(one))).toEqual([one]);
  expect(idsOf(await search(two))).toEqual([one]);
  expect(idsOf(await search(two))).toEqual([two]);
  await location(one);
  expect(await (await location(two)).json()).toMatchObject({ key: `${one}_${CLUB}` });
  expect(await (await location(two)).json()).toMatchObject({ key: `${two}_${CLUB}` });
});

test('a whole list is empty, or short with a total that matches, on all pages of one reading', async () => {
  const simulator = await four();
  const { list } = await browser(simulator);
  simulator.addFaults([
    { kind: 'empty', reading: 'list' },
    { kind: 'short', reading: 'list' },
    { kind: 'missing', reading: 'list', mplanId: three },
  ]);
  expect(await list()).toEqual({ mplans: [], total: 0 });
  const short = [await list({ start: 0, limit: 1 }), await list({ start: 1, limit: 1 })];
  expect(short.map((page) => [idsOf(page), page.total])).toEqual([
    [[one], 2],
    [[three], 2],
  ]);
  expect(idsOf(await list())).toEqual(ids.filter((id) => id !== three));
  expect(idsOf(await list())).toEqual(ids);
});

test('a page holds one row twice in place of another; a row repeats alike in every reading', async () => {
  const simulator = await four();
  const { list, search } = await browser(simulator);
  simulator.addFaults({ kind: 'doubled', reading: 'list', mplanId: three });
  expect(idsOf(await list({ start: 0, limit: 2 }))).toEqual([one, two]);
  const page = await list({ start: 2, limit: 2 });
  expect([idsOf(page), page.total]).toEqual([[ids[3], ids[3]], 4]);
  simulator.configure({ repeatedPlans: [two] });
  for (let reading = 0; reading < 2; reading++) {
    const repeated = await list();
    expect([idsOf(repeated), repeated.total]).toEqual([[one, two, two, three, ids[3]], 5]);
  }
  expect(idsOf(await search(two))).toEqual([two, two]);
});

test('each booking is made later than asked, and says so', async () => {
  const simulator = await four();
  const { book } = await browser(simulator);
  simulator.addFaults({ kind: 'later', minutes: 15, times: null });
  for (const plan of [one, two]) {
    expect(await (await book({ mplanId: plan })).json()).toMatchObject({
      ok: 1,
      MVScheduledEvent: { Start: '2026-02-05T16:00:00+00:00', End: '2026-02-05T22:30:00+00:00' },
    });
    expect(simulator.state.bookings.at(-1)).toMatchObject({
      mplanId: plan,
      startsAt: '2026-02-05T16:00:00.000Z',
      endsAt: '2026-02-05T22:30:00.000Z',
    });
  }
});

const ODD_TEXTS = ['a\u0000b', 'lone \ud800 surrogate', 'line\r\nbreak', 'x'.repeat(5_000)];
test.each(ODD_TEXTS)(
  'no text is kept from a row, a store, a refusal, a rep’s name or the rep list (%#)',
  async (odd) => {
    const simulator = await four();
    const { list, book, post, get } = await browser(simulator);
    await get('/');
    const rep = { repId: ANN, employeeNumber: 'US100001', firstName: odd, lastName: 'Archer' };
    const put = await fetch(`${simulator.url}/__sim/reps`, { method: 'POST', body: JSON.stringify([rep]) });
    expect(put.status).toBe(200);
    const row = {
      name: odd,
      storeName: odd,
      mPlanID: 'x{y',
      startDate: '02/09/2026',
      endDate: '02/01/2026',
      scheduleDate: '01/01/9999 10:00:00 AM',
    };
    const response = await fetch(`${simulator.url}/__sim/plans`, {
      method: 'POST',
      body: JSON.stringify([{ ...plans[1], row }]),
    });
    expect(response.status).toBe(200);
    expect((await list()).mplans[1]).toMatchObject(row);
    expect(await (await book({ mplanId: one })).json()).toMatchObject({ repName: `${odd} Archer` });
    expect((await list()).mplans[0]).toMatchObject({ staffedReps: `${odd} Archer` });
    const reps = await post('/schedulingcontroller/getAvailableReps', {
      project: '01/01/2026 00:00:00,01/08/2026 00:00:00',
    });
    expect(await reps.json()).toMatchObject({
      reps: { [ANN]: { title: `${odd} Archer`.toUpperCase() } },
    });
    simulator.addFaults({ kind: 'refuse', call: 'scheduleMplanEvent', message: odd });
    expect(await (await book({ mplanId: one })).json()).toEqual({ ok: 0, message: odd });
    // Without replaced fields the row is listed regularly again.
    simulator.putPlans({ ...plans[1], row: {} } as never);
    expect(idsOf(await list())).toEqual(ids);
  },
);

test('Crossmark’s clock is off in its Date and in a Retry-After date', async () => {
  const simulator = await four({ clockSkewMs: 86_400_000 });
  const { get } = await browser(simulator);
  simulator.addFaults({ kind: 'status', status: 429, retryAfter: 60, retryAfterAsDate: true });
  const { headers } = await get('/planningextcontroller/getPlanningMplans');
  const at = Date.parse(headers.get('date') ?? '');
  expect(Date.parse(headers.get('retry-after') ?? '') - at).toBe(60_000);
  // The log has the true times.
  const received = Date.parse(simulator.log.at(-1)?.receivedAt ?? '');
  expect(Math.round((at - received) / 3_600_000)).toBe(24);
});

test('a fault of a plan leaves readings of the whole list and other plans alone', async () => {
  const simulator = await four();
  const { list, search, book } = await browser(simulator);
  simulator.addFaults({ kind: 'status', status: 503, mplanId: two, times: null });
  expect(await list()).toMatchObject({ total: 4 });
  expect(await search(one)).toMatchObject({ total: 1 });
  expect((await book({ mplanId: one })).status).toBe(200);
  expect((await book({ mplanId: two })).status).toBe(503);
});
