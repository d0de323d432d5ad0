import type { ServerResponse } from 'node:http';
import { currentTimeMs } from '@scheduler/runtime/clock';
import { describe, expect, test, vi } from 'vitest';
import { DEMO_USER, type FaultInput } from '../simulator/index.ts';
import type { EventPage } from './client.ts';
import type { CrossmarkError } from './errors.ts';
import { type BookingId, mplanId, type RepId, type StoreId } from './ids.ts';
import { memorySession } from './session.ts';
import {
  ANN,
  BEN,
  BOOKING,
  CLUB,
  connect,
  EVENT,
  failureOf,
  hostAnswering,
  INDIANA,
  manyPlans,
  OTHER_CLUB,
  PHOENIX,
  PLAN,
  SOME_BOOKING,
  simulate,
  world,
} from './test-support.ts';

const ZONES: Record<string, string> = { [CLUB]: INDIANA, [OTHER_CLUB]: PHOENIX };
const timeZoneOf = (store: StoreId) => ZONES[store];
const LOGIN_PAGE =
  '<!DOCTYPE html><form action="/login/authenticate"><input type="password" name="Password"></form>';
const ALL = { from: '2026-01-01', to: '2026-12-31', timeZoneOf };

async function collect(pages: AsyncIterable<EventPage>) {
  const all = { rows: [] as EventPage['rows'], bad: [] as EventPage['bad'], read: 0, total: 0 };
  for await (const page of pages) {
    all.rows.push(...page.rows);
    all.bad.push(...page.bad);
    all.read = page.read;
    all.total = page.total;
  }
  return all;
}

describe('booking', () => {
  test('a booking’s id is the one Crossmark gave, and unscheduling sends exactly it', async () => {
    const simulator = await simulate();
    const client = connect(simulator.url);
    const booking = await client.schedule(BOOKING);
    expect(simulator.state.bookings).toMatchObject([
      {
        bookingId: booking.bookingId,
        ...EVENT,
        repId: ANN,
        startsAt: BOOKING.startsAt,
        endsAt: BOOKING.endsAt,
      },
    ]);
    expect(booking).toEqual({
      bookingId: expect.stringMatching(/^\d{8}$/),
      repId: ANN,
      startsAt: BOOKING.startsAt,
      endsAt: BOOKING.endsAt,
      repName: 'Ann Archer',
    });
    await client.unschedule({ bookingId: booking.bookingId });
    expect(simulator.state.bookings).toEqual([]);
    expect(simulator.log.at(-1)?.body).toBe(`id=${booking.bookingId}`);
  });

  test('a booking is sent as Crossmark’s own page sends it', async () => {
    const simulator = await simulate();
    await connect(simulator.url).schedule(BOOKING);
    const sent = simulator.log.find((call) => call.call === 'scheduleMplanEvent');
    expect(sent?.body).toBe(
      'ClassName=MVScheduledmPlan&RepID=140001&mPlanID=31000001&LocationID=200101' +
        '&Start=2026-01-05T10%3A45%3A00-05%3A00&End=2026-01-05T17%3A15%3A00-05%3A00&hash=&v=3.0.1&PlanningOverride=true',
    );
    expect(sent?.headers).toMatchObject({
      accept: '*/*',
      'x-requested-with': 'XMLHttpRequest',
      origin: simulator.url,
      referer: `${simulator.url}/planning/`,
    });
  });

  test('what was booked reads back from the list with its person, id and time', async () => {
    const simulator = await simulate();
    const client = connect(simulator.url);
    const { bookingId } = await client.schedule(BOOKING);
    expect(await client.findEvent({ ...EVENT, timeZone: INDIANA })).toMatchObject({
      ...EVENT,
      bookingId,
      repId: ANN,
      startsAt: BOOKING.startsAt,
      condition: 'Scheduled',
      staffedReps: ['Ann Archer'],
      startsOn: '2026-01-02',
      dueOn: '2026-01-16',
    });
    expect(await client.locationCondition(EVENT)).toEqual({
      kind: 'known',
      condition: 'Scheduled',
      reps: 'Ann Archer',
    });
  });

  test('the same plan in two stores is two events', async () => {
    const simulator = await simulate();
    const client = connect(simulator.url);
    await client.schedule(BOOKING);
    const other = await client.findEvent({ mplanId: PLAN, storeId: OTHER_CLUB, timeZone: PHOENIX });
    expect(other).toMatchObject({ storeId: OTHER_CLUB, bookingId: null, condition: 'Unstaffed' });
    expect((await collect(client.listEvents(ALL))).rows.map((row) => row.storeId)).toEqual([
      CLUB,
      OTHER_CLUB,
    ]);
  });

  test('an event that Crossmark does not list is null, not an error', async () => {
    const simulator = await simulate();
    const missing = { mplanId: mplanId('39999999'), storeId: CLUB, timeZone: INDIANA };
    expect(await connect(simulator.url).findEvent(missing)).toBeNull();
  });

  describe('events looked for at once', () => {
    const SECOND_PLAN = mplanId('32000001');
    const sought = [
      { ...EVENT, timeZone: INDIANA },
      { mplanId: PLAN, storeId: OTHER_CLUB, timeZone: PHOENIX },
      { mplanId: SECOND_PLAN, storeId: CLUB, timeZone: INDIANA },
      { mplanId: mplanId('39999999'), storeId: CLUB, timeZone: INDIANA },
    ];
    const asked = (simulator: Awaited<ReturnType<typeof simulate>>) =>
      simulator.log.filter(({ call }) => call === 'getPlanningMplans').length;
    /** A Crossmark with two plans, one of them booked, and a client that is signed in. */
    async function booked(quirk: Record<string, unknown> = {}) {
      const given = world();
      const plans = [
        ...(given.plans ?? []),
        ...manyPlans(1, Number(SECOND_PLAN)).map((plan) => ({ ...plan, row: quirk })),
      ];
      const simulator = await simulate({}, { ...given, plans });
      const client = connect(simulator.url);
      await client.schedule(BOOKING);
      return { simulator, client };
    }
    const found = [
      { ...EVENT, repId: ANN, startsAt: BOOKING.startsAt },
      { mplanId: PLAN, storeId: OTHER_CLUB, bookingId: null },
      { mplanId: SECOND_PLAN, storeId: CLUB, bookingId: null },
      null,
    ];

    test('are found by one call, and what it doesn’t list is looked for once more', async () => {
      const { simulator, client } = await booked();
      expect(await Promise.all(sought.map((one) => client.findEvent(one)))).toMatchObject(found);
      expect(asked(simulator)).toBe(2);
    });

    test('are found one by one where Crossmark searches for one plan alone, and from then on', async () => {
      const { simulator, client } = await booked();
      simulator.configure({ findsSeveralPlans: false });
      expect(await Promise.all(sought.map((one) => client.findEvent(one)))).toMatchObject(found);
      expect(asked(simulator)).toBe(3);
      expect(await Promise.all(sought.map((one) => client.findEvent(one)))).toMatchObject(found);
      expect(asked(simulator)).toBe(7);
    });

    test.each([400, 503])('are looked for one by one where the call for all fails (%i)', async (status) => {
      const { simulator, client } = await booked();
      simulator.addFaults({ call: 'getPlanningMplans', kind: 'status', status });
      expect(await Promise.all(sought.map((one) => client.findEvent(one)))).toMatchObject(found);
      expect(asked(simulator)).toBe(5);
    });

    test.each([{ kind: 'status', status: 429 }, { kind: 'drop' }] as const)(
      'fail together where each alone would: %j',
      async (fault) => {
        const { simulator, client } = await booked();
        simulator.addFaults({ call: 'getPlanningMplans', ...fault });
        const all = await Promise.all(sought.map((one) => failureOf(client.findEvent(one))));
        expect(all).toMatchObject(sought.map(() => ({ kind: 'transient' })));
        expect(asked(simulator)).toBe(1);
      },
    );

    test('fail each for itself', async () => {
      const { client } = await booked({ condition: 'Unheard of' });
      const all = await Promise.allSettled(sought.map((one) => client.findEvent(one)));
      expect(all.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected', 'fulfilled']);
      expect(all[2]).toMatchObject({ reason: { kind: 'transient' } });
    });

    test('are given up by one without being given up by the others', async () => {
      const { simulator, client } = await booked();
      simulator.configure({ latencyMs: { getPlanningMplans: 50 } });
      const stop = new AbortController();
      const signals = sought.map((_, n) => (n === 0 ? stop : new AbortController()).signal);
      const all = sought.map((one, n) => client.findEvent({ ...one, signal: signals[n] }));
      const given = failureOf(all[0] as Promise<unknown>);
      await vi.waitFor(() => expect(asked(simulator)).toBe(1));
      stop.abort();
      expect(await given).toMatchObject({ kind: 'transient' });
      expect(await Promise.all(all.slice(1))).toMatchObject(found.slice(1));
    });
  });

  test.each(['ok', 'success'] as const)(
    'unscheduling succeeds where Crossmark says so (%s)',
    async (deleteAnswer) => {
      const simulator = await simulate({ deleteAnswer });
      const client = connect(simulator.url);
      const { bookingId } = await client.schedule(BOOKING);
      await client.unschedule({ bookingId });
      expect(simulator.state.bookings).toEqual([]);
    },
  );

  test('unscheduling that Crossmark answers with nothing is unknown, not done', async () => {
    const simulator = await simulate({ deleteAnswer: 'empty' });
    const client = connect(simulator.url);
    const { bookingId } = await client.schedule(BOOKING);
    expect(await failureOf(client.unschedule({ bookingId }))).toMatchObject({ kind: 'unknown' });
  });

  test('a reissue opens the work for the person and day given', async () => {
    const simulator = await simulate();
    const client = connect(simulator.url);
    const { bookingId } = await client.schedule(BOOKING);
    await client.reissue({ ...EVENT, bookingId, repId: BEN, expiresOn: '2026-01-17' });
    expect(simulator.state.pendingWork).toMatchObject([
      { ...EVENT, bookingId, repId: BEN, expiresOn: '2026-01-17' },
    ]);
    expect(simulator.log.at(-1)?.body).toBe(
      `workLogEntryID=${bookingId}&storeID=200101&mPlanID=31000001&reissueBulkJson=%5B%5D&action=reissue&includeResponses=false` +
        '&pendingWorkReasonComments=&public=true&excludeReps=false&excludedRepIDs=%5B%5D&overrideReps=true' +
        '&overriddenRepIDs=%5B140002%5D&expirationDate=2026-01-17T00%3A00%3A00&additionalEmail=',
    );
  });
});

describe('refused here, before anything is sent', () => {
  const wrong = {
    'a reissue without a store': (client: ReturnType<typeof connect>) =>
      client.reissue({
        ...EVENT,
        storeId: '' as StoreId,
        bookingId: SOME_BOOKING,
        repId: ANN,
        expiresOn: '2026-01-17',
      }),
    'a booking without a store': (client: ReturnType<typeof connect>) =>
      client.schedule({ ...BOOKING, storeId: '' as StoreId }),
    'an employee number in place of a RepID': (client: ReturnType<typeof connect>) =>
      client.schedule({ ...BOOKING, repId: 'US100001' as RepId }),
    'a plan and store in place of a booking id': (client: ReturnType<typeof connect>) =>
      client.unschedule({ bookingId: '31000001_200101' as BookingId }),
    'an end before the start': (client: ReturnType<typeof connect>) =>
      client.schedule({ ...BOOKING, endsAt: BOOKING.startsAt }),
    'a zone that does not exist': (client: ReturnType<typeof connect>) =>
      client.schedule({ ...BOOKING, timeZone: 'America/Nowhere' }),
  };
  test.each(Object.entries(wrong))('%s', async (_name, call) => {
    const simulator = await simulate();
    expect(await failureOf(call(connect(simulator.url)))).toMatchObject({
      kind: 'rejected',
      message: expect.stringContaining('Not sent to Crossmark'),
    });
    expect(simulator.log).toEqual([]);
  });
});

describe('session', () => {
  test.each(['redirect', 'loginPage', '401', '403'] as const)(
    'twenty calls on an expired session (%s) cause one sign-in, and all succeed',
    async (expiredLook) => {
      const simulator = await simulate({ expiredLook }, { ...world(), plans: manyPlans(20) });
      const client = connect(simulator.url);
      await client.login();
      simulator.expireSessions();
      simulator.clearLog();
      simulator.configure({ latencyMs: { '*': { minMs: 0, maxMs: 40 } } });
      const events = manyPlans(20).map((plan) => ({ ...EVENT, mplanId: mplanId(plan.mplanId) }));
      await Promise.all(events.map((event) => client.locationCondition(event)));
      expect(simulator.log.filter((call) => call.call === 'authenticate')).toHaveLength(1);
    },
  );

  test.each(['redirect', 'loginPage', '401', '403'] as const)(
    'twenty writes on an expired session (%s) are unknown, each sent once, and one sign-in serves all that is read then',
    async (expiredLook) => {
      const simulator = await simulate({ expiredLook }, { ...world(), plans: manyPlans(20) });
      const client = connect(simulator.url);
      await client.login();
      simulator.expireSessions();
      simulator.clearLog();
      const events = manyPlans(20).map((plan) => ({ ...EVENT, mplanId: mplanId(plan.mplanId) }));
      const failures = await Promise.all(
        events.map(async (event) => {
          const failure = await failureOf(client.schedule({ ...BOOKING, ...event }));
          await client.locationCondition(event);
          return failure;
        }),
      );
      // Whose turn comes after the sign-in is booked at once, and has no failure to tell.
      for (const failure of failures) expect(failure).toMatchObject({ kind: 'unknown', signedOut: true });
      const made = (name: string) => simulator.log.filter(({ call }) => call === name);
      expect(made('scheduleMplanEvent')).toHaveLength(20);
      expect(made('authenticate')).toHaveLength(1);
      // Not one read on the session that was over.
      expect(made('getmPlanLocationCondition')).toHaveLength(20);
    },
  );

  test('many first calls cause one sign-in', async () => {
    const simulator = await simulate();
    const client = connect(simulator.url);
    await Promise.all([
      client.login(),
      client.availableReps(),
      client.locationCondition(EVENT),
      client.login(),
    ]);
    expect(simulator.log.filter((call) => call.call === 'authenticate')).toHaveLength(1);
  });

  test('a session is used again until it is over', async () => {
    const simulator = await simulate({ sessionTtlMs: 50 });
    const client = connect(simulator.url);
    await client.availableReps();
    await client.availableReps();
    await vi.waitFor(async () => {
      await client.availableReps();
      expect(simulator.log.filter((call) => call.call === 'authenticate').length).toBeGreaterThan(1);
    });
  });

  test('several clients with one store sign in once', async () => {
    const simulator = await simulate();
    const session = memorySession();
    const first = connect(simulator.url, { session });
    await first.availableReps();
    await connect(simulator.url, { session }).availableReps();
    simulator.expireSessions();
    await first.availableReps();
    await connect(simulator.url, { session }).availableReps();
    expect(simulator.log.filter((call) => call.call === 'authenticate')).toHaveLength(2);
  });

  test.each(['landingPage', 'redirectUrl', 'redirect', 'success'] as const)(
    'a sign-in answered by %s is proven by a read',
    async (loginAnswer) => {
      const simulator = await simulate({ loginAnswer });
      await connect(simulator.url).login();
      expect(simulator.log.map((call) => call.call)).toEqual(['authenticate', 'getUserInfo']);
      expect(simulator.log[0]?.params).toEqual({
        UserType: 'MVEntityUser',
        UserID: DEMO_USER.userId,
        Password: '[redacted]',
        Timezone: INDIANA,
      });
    },
  );

  test.each(['401', 'loginPage'] as const)(
    'a wrong password (%s) is a session failure',
    async (badPassword) => {
      const simulator = await simulate({ badPassword });
      const client = connect(simulator.url, { password: 'wrong-password' });
      const failure = await failureOf(client.schedule(BOOKING));
      expect(failure).toMatchObject({ kind: 'session', call: 'authenticate' });
      expect(simulator.state.bookings).toEqual([]);
    },
  );

  test('a sign-in that fails after an expiry fails the call as session, and nothing was done', async () => {
    const simulator = await simulate();
    const client = connect(simulator.url);
    await client.login();
    simulator.expireSessions();
    simulator.load({ ...world(), users: [{ userId: DEMO_USER.userId, password: 'changed-meanwhile' }] });
    expect(await failureOf(client.schedule(BOOKING))).toMatchObject({ kind: 'unknown', signedOut: true });
    // The session it was sent with is dropped: nothing else is sent before a sign-in.
    expect(await failureOf(client.schedule(BOOKING))).toMatchObject({ kind: 'session', signedOut: false });
    expect(await failureOf(client.availableReps())).toMatchObject({ kind: 'session' });
    expect(simulator.log.filter((call) => call.call === 'scheduleMplanEvent')).toHaveLength(1);
    expect(simulator.state.bookings).toEqual([]);
  });

  test('a session that ends again right after the sign-in is judged again, not taken for success', async () => {
    const simulator = await simulate({ expiredLook: 'loginPage' });
    const client = connect(simulator.url);
    simulator.addFaults({ kind: 'expire', call: 'getAvailableReps', times: null });
    expect(await failureOf(client.availableReps())).toMatchObject({ kind: 'session' });
    expect(simulator.log.filter((call) => call.call === 'getAvailableReps')).toHaveLength(2);
  });

  const signedOut: [string, (response: ServerResponse) => unknown][] = [
    ['the login page', (response) => response.end(LOGIN_PAGE)],
    ['401', (response) => response.writeHead(401).end()],
    ['403', (response) => response.writeHead(403).end()],
    ['a redirect to the login', (response) => response.writeHead(302, { location: '/login' }).end()],
  ];

  test.each(signedOut)(
    'a write that may have been applied and is answered by %s is unknown, sent once, and the next call signs in first',
    async (_name, answer) => {
      const calls: string[] = [];
      const url = await hostAnswering((request, response) => {
        if (request.method === 'POST') answer(response);
        else response.end('{"mplans":[],"total":0}');
      });
      const client = connect(url, { onCall: ({ call }) => calls.push(call) });
      await client.login();
      // Also the second time: that the session is good doesn't make it a refusal.
      for (const _ of [1, 2]) {
        calls.length = 0;
        expect(await failureOf(client.schedule(BOOKING))).toMatchObject({
          kind: 'unknown',
          call: 'scheduleMplanEvent',
          signedOut: true,
        });
        expect(calls).toEqual(['scheduleMplanEvent']);
        await client.findEvent({ ...EVENT, timeZone: INDIANA });
        expect(calls).toEqual(['scheduleMplanEvent', 'authenticate', 'getUserInfo', 'getPlanningMplans']);
      }
      for (const write of [
        client.unschedule({ bookingId: SOME_BOOKING }),
        client.reissue({ ...EVENT, bookingId: SOME_BOOKING, repId: ANN, expiresOn: '2026-01-17' }),
      ])
        expect(await failureOf(write)).toMatchObject({ kind: 'unknown', signedOut: true });
    },
  );

  test.each(signedOut)(
    'a read answered by %s though somebody is signed in is transient, never a refusal',
    async (_name, answer) => {
      const url = await hostAnswering((_request, response) => answer(response));
      expect(await failureOf(connect(url).findEvent({ ...EVENT, timeZone: INDIANA }))).toMatchObject({
        kind: 'transient',
        signedOut: true,
      });
    },
  );

  test('a host that is down at the sign-in is transient, not a wrong password', async () => {
    const simulator = await simulate();
    simulator.addFaults({ kind: 'status', call: 'authenticate', status: 503, retryAfter: 7 });
    const failure = await failureOf(connect(simulator.url).schedule(BOOKING));
    expect(failure).toMatchObject({ kind: 'transient', call: 'authenticate', retryAfterMs: 7000 });
  });

  test('a valid answer may say authentication, login and password, even with a password field in it', async () => {
    const name = '610002-Login-Authentication <input type="password"> /login/authenticate  - V2-CORE';
    const simulator = await simulate(
      {},
      { ...world(), plans: [{ ...manyPlans(1)[0], ...EVENT, name } as never] },
    );
    const { rows } = await collect(connect(simulator.url).listEvents(ALL));
    expect(rows.map((row) => row.name)).toEqual([name]);
    expect(simulator.log.filter((call) => call.call === 'authenticate')).toHaveLength(1);
  });

  test('a write met by the login page is made once after one sign-in', async () => {
    const simulator = await simulate({ expiredLook: 'loginPage', secondBooking: 'duplicate' });
    const client = connect(simulator.url);
    await client.login();
    simulator.expireSessions();
    simulator.clearLog();
    // Only whoever has read that it wasn't applied sends it again: the client doesn't.
    expect(await failureOf(client.schedule(BOOKING))).toMatchObject({ kind: 'unknown', signedOut: true });
    expect(await client.findEvent({ ...EVENT, timeZone: INDIANA })).toMatchObject({ bookingId: null });
    await client.schedule(BOOKING);
    expect(simulator.state.bookings).toHaveLength(1);
    expect(simulator.log.filter((call) => call.call === 'authenticate')).toHaveLength(1);
  });
});

describe('failures', () => {
  const lost: [string, FaultInput][] = [
    ['the connection dropped before it was applied', { kind: 'drop', applied: false }],
    ['the connection dropped after it was applied', { kind: 'drop', applied: true }],
    ['no answer in time', { kind: 'hang' }],
    ['no answer in time though applied', { kind: 'hang', applied: true }],
    ['a body cut short', { kind: 'truncate' }],
    ['a body slower than the deadline', { kind: 'slow', delayMs: 2_000 }],
    ['a page that is neither JSON nor the login', { kind: 'garbage' }],
    ['500', { kind: 'status', status: 500 }],
    ['502 after it was applied', { kind: 'status', status: 502, applied: true }],
    ['503', { kind: 'status', status: 503 }],
    ['504', { kind: 'status', status: 504 }],
  ];

  test.each(lost)('a write with %s is unknown, and is sent once', async (_name, fault) => {
    const simulator = await simulate();
    const client = connect(simulator.url, { timeouts: { callMs: 300 } });
    await client.login();
    simulator.addFaults({ ...fault, call: 'scheduleMplanEvent' });
    expect(await failureOf(client.schedule(BOOKING))).toMatchObject({
      kind: 'unknown',
      call: 'scheduleMplanEvent',
    });
    expect(simulator.log.filter((call) => call.call === 'scheduleMplanEvent')).toHaveLength(1);
    simulator.addFaults({ ...fault, call: 'deleteScheduledMplanEvent' });
    expect(await failureOf(client.unschedule({ bookingId: SOME_BOOKING }))).toMatchObject({
      kind: 'unknown',
    });
  });

  test.each(lost)('a read with %s is transient', async (_name, fault) => {
    const simulator = await simulate();
    const client = connect(simulator.url, { timeouts: { callMs: 300 } });
    await client.login();
    simulator.addFaults({ ...fault, call: 'getAvailableReps' });
    expect(await failureOf(client.availableReps())).toMatchObject({
      kind: 'transient',
      call: 'getAvailableReps',
    });
    expect(await client.availableReps()).toHaveLength(2);
  });

  test('a host that refuses connections is transient: the write cannot have left', async () => {
    const simulator = await simulate();
    const client = connect(simulator.url);
    await client.login();
    await simulator.close();
    await vi.waitFor(async () =>
      expect(await failureOf(client.schedule(BOOKING))).toMatchObject({
        kind: 'transient',
        call: 'scheduleMplanEvent',
      }),
    );
  });

  const DATE = 'Mon, 05 Jan 2026 15:45:00 GMT';
  test.each([
    ['30', 30_000],
    ['-30', 0],
    ['999999999', 86_400_000],
    // Both by the host's clock, whatever ours says.
    ['Mon, 05 Jan 2026 15:45:30 GMT', 30_000],
    ['Mon, 05 Jan 2026 15:44:30 GMT', 0],
    ['Fri, 31 Dec 9999 23:59:59 GMT', 86_400_000],
    ['soon', undefined],
    ['2026', 2_026_000],
    ['2026-01-05T15:45:30Z', undefined],
    ['', undefined],
  ])('429 is transient, and “%s” asks to wait for %s ms', async (given, retryAfterMs) => {
    const host = await hostAnswering((_request, response) =>
      response.writeHead(429, { 'retry-after': given, date: DATE }).end(),
    );
    const failure = await failureOf(connect(host).schedule(BOOKING));
    expect(failure).toMatchObject({ kind: 'transient', status: 429, retryAfterMs });
  });

  test('a date to wait for in an answer without a date of its own is read against our clock', async () => {
    const host = await hostAnswering((_request, response) => {
      response.sendDate = false;
      response.writeHead(429, { 'retry-after': new Date(currentTimeMs() + 3_600_000).toUTCString() }).end();
    });
    const failure = await failureOf(connect(host).schedule(BOOKING));
    expect(failure).toSatisfy(
      ({ retryAfterMs }: CrossmarkError) => Math.round((retryAfterMs ?? 0) / 600_000) === 6,
    );
  });

  test.each(['ok0', '400'] as const)('a refusal (%s) is rejected with Crossmark’s words', async (look) => {
    const simulator = await simulate({
      refusal: { look, repIds: [ANN], message: 'Ann has <b>no</b> training for this.' },
    });
    expect(await failureOf(connect(simulator.url).schedule(BOOKING))).toMatchObject({
      kind: 'rejected',
      message: 'Crossmark refused: Ann has no training for this.',
    });
  });

  test('an unscheduling of an unknown booking is rejected where Crossmark refuses it, done where it does not', async () => {
    const simulator = await simulate({ unknownDelete: 'error' });
    const client = connect(simulator.url);
    expect(await failureOf(client.unschedule({ bookingId: SOME_BOOKING }))).toMatchObject({
      kind: 'rejected',
    });
    simulator.configure({ unknownDelete: 'success' });
    await client.unschedule({ bookingId: SOME_BOOKING });
  });

  test('a write cancelled under way is unknown; one cancelled before is transient and never sent', async () => {
    const simulator = await simulate({ latencyMs: { scheduleMplanEvent: 10_000 } });
    const client = connect(simulator.url);
    await client.login();
    const early = AbortSignal.abort();
    expect(await failureOf(client.schedule({ ...BOOKING, signal: early }))).toMatchObject({
      kind: 'transient',
    });
    expect(simulator.state.bookings).toEqual([]);
    const late = new AbortController();
    const failure = failureOf(client.schedule({ ...BOOKING, signal: late.signal }));
    await vi.waitFor(() => expect(simulator.state.bookings).toHaveLength(1));
    late.abort();
    expect(await failure).toMatchObject({ kind: 'unknown' });
  });

  test('cancelling one caller does not cancel the sign-in that others wait for', async () => {
    const simulator = await simulate({ latencyMs: { authenticate: 100 } });
    const client = connect(simulator.url);
    const hasty = new AbortController();
    const cancelled = failureOf(client.availableReps({ signal: hasty.signal }));
    const patient = client.availableReps();
    hasty.abort();
    expect(await cancelled).toMatchObject({ kind: 'transient' });
    expect(await patient).toHaveLength(2);
  });

  test('secrets reach neither logs nor errors nor call reports', async () => {
    const simulator = await simulate({ refusal: { repIds: [ANN], message: `echo ${DEMO_USER.password}` } });
    const said: unknown[] = [];
    const note = (...words: unknown[]) => said.push(...words);
    const session = memorySession();
    const client = connect(simulator.url, {
      session,
      log: { debug: note, info: note, warn: note },
      onCall: note,
      timeouts: { callMs: 300 },
    });
    said.push(await failureOf(client.schedule(BOOKING)));
    for (const kind of ['drop', 'hang', 'truncate', 'garbage', 'expire', 'status'] as const) {
      simulator.addFaults({ kind, call: 'scheduleMplanEvent' });
      said.push(await failureOf(client.schedule(BOOKING)));
    }
    said.push(await failureOf(connect(simulator.url, { password: 'other-secret' }).login()));
    const text = said
      .map(
        (item) => JSON.stringify(item) + (item instanceof Error ? `${item.stack}${String(item.cause)}` : ''),
      )
      .join('\n');
    const cookie = (await session.current())?.cookie.split('=')[1];
    expect(cookie).toMatch(/^[0-9a-f]{26}$/);
    for (const secret of [DEMO_USER.password, 'other-secret', 'PHPSESSID', String(cookie)]) {
      expect(text).not.toContain(secret);
    }
  });

  test('every call is reported with its name, outcome and duration', async () => {
    const simulator = await simulate();
    const onCall = vi.fn();
    const client = connect(simulator.url, { onCall });
    await client.login();
    simulator.addFaults({ kind: 'status', call: 'scheduleMplanEvent' });
    await failureOf(client.schedule(BOOKING));
    expect(onCall.mock.calls.flat()).toEqual([
      { call: 'authenticate', ok: true, durationMs: expect.any(Number) },
      { call: 'getUserInfo', ok: true, durationMs: expect.any(Number) },
      { call: 'scheduleMplanEvent', ok: false, durationMs: expect.any(Number), failureKind: 'unknown' },
    ]);
  });
});

describe('what every call says', () => {
  test.each([undefined, 'Example Dispatch/2.1 (ops@example.test)'])(
    'it comes from, sign-ins included (%s)',
    async (userAgent) => {
      const simulator = await simulate();
      const client = connect(simulator.url, { userAgent });
      const { bookingId } = await client.schedule(BOOKING);
      await client.unschedule({ bookingId });
      await client.availableReps();
      const said = simulator.log.map(({ headers }) => headers['user-agent']);
      expect(said).toEqual(Array.from({ length: 5 }, () => userAgent ?? 'CrossmarkScheduler'));
    },
  );
});

describe('a text of Crossmark’s is plain and bounded, whatever it held', () => {
  const DIRTY = 'Ann\u0000\ud800Archer\r\nof\u0007Acme\u2028';
  const CLEAN = 'Ann \ufffdArcher of Acme';

  test('in the list of events', async () => {
    const [plan, long] = manyPlans(2);
    const row = { name: DIRTY, storeName: DIRTY, staffedReps: `${DIRTY},${DIRTY}`, salesTools: undefined };
    const far = `https://x.test/${'a'.repeat(2_000)}`;
    const simulator = await simulate(
      {},
      {
        ...world(),
        plans: [
          { ...plan, row } as never,
          { ...long, row: { name: '\u{1f600}'.repeat(9_999) }, instructionsUrl: far } as never,
        ],
      },
    );
    const { rows, bad } = await collect(connect(simulator.url).listEvents(ALL));
    expect(bad).toEqual([]);
    expect(rows).toMatchObject([
      { name: CLEAN, storeName: CLEAN, staffedReps: [CLEAN, CLEAN] },
      { name: expect.stringMatching(/^(\u{1f600}){249}…$/u), instructionsUrl: null },
    ]);
  });

  test('in a refusal', async () => {
    const simulator = await simulate({ refusal: { repIds: [ANN], message: `${DIRTY}${'!'.repeat(9_999)}` } });
    const { message } = (await failureOf(connect(simulator.url).schedule(BOOKING))) as CrossmarkError;
    expect(message).toMatch(/^Crossmark refused: Ann \ufffdArcher of Acme !+…$/);
    expect(message.length).toBeLessThanOrEqual(500);
  });

  test('in a refusal that repeats a secret where it is cut', async () => {
    const message = `${'x'.repeat(295)}${DEMO_USER.password}`;
    const simulator = await simulate({ refusal: { repIds: [ANN], message } });
    const failure = (await failureOf(connect(simulator.url).schedule(BOOKING))) as CrossmarkError;
    expect(failure.message).not.toContain(DEMO_USER.password.slice(0, 4));
  });

  test('in answers about people', async () => {
    const person = { title: DIRTY, lastName: DIRTY, role: DIRTY, email: DIRTY, phone: DIRTY };
    const url = await hostAnswering((request, response) => {
      const told: Record<string, unknown> = {
        '/planningextcontroller/scheduleMplanEvent': {
          ok: 1,
          MVScheduledEvent: { ID: 50000001, mPlanID: 31000001, LocationID: 200101 },
          repName: DIRTY,
        },
        '/planningextcontroller/getmPlanLocationCondition': {
          ok: 1,
          condition: 'Scheduled',
          reps: DIRTY,
          key: '31000001_200101',
        },
        '/schedulingcontroller/getAvailableReps': { reps: { 140001: person } },
        '/planningextcontroller/getQualifiedRepsForScheduling': {
          reps: [{ ID: 140001, FirstName: DIRTY, LastName: DIRTY, Timezone: DIRTY }],
        },
      };
      response.end(JSON.stringify(told[String(request.url).split('?')[0] ?? '']));
    });
    const client = connect(url);
    expect(await client.schedule(BOOKING)).toMatchObject({ repName: CLEAN });
    expect(await client.locationCondition(EVENT)).toMatchObject({ reps: CLEAN });
    expect(await client.availableReps()).toMatchObject([
      { name: CLEAN, lastName: CLEAN, role: CLEAN, email: CLEAN, phone: CLEAN },
    ]);
    expect(await client.qualifiedReps(EVENT)).toMatchObject([
      { firstName: CLEAN, lastName: CLEAN, timeZone: CLEAN },
    ]);
  });

  test('in a row that can’t be read, which is listed with its id and hides no other', async () => {
    const odd = [
      { mPlanID: 'x{y' },
      { mPlanID: 'x"y' },
      { mPlanID: '3200\u00000003' },
      { mPlanID: `x${'9'.repeat(9_999)}` },
      { storeID: `${DIRTY}1` },
      { startDate: '02/01/9999', endDate: '02/09/9999' },
      { startDate: '12/31/1999' },
      { endDate: '01/31/2026' },
      { scheduleDate: '01/05/9999 09:00:00 AM' },
      { scheduleDate: '01/05/2026\u000009:00:00 AM' },
      { condition: DIRTY },
      { scheduleEventID: '5000\u00000001' },
    ];
    const plans = manyPlans(13).map((plan, n) => ({ ...plan, ...(odd[n] && { row: odd[n] }) }));
    const simulator = await simulate({}, { ...world(), plans });
    const { rows, bad } = await collect(connect(simulator.url).listEvents(ALL));
    expect(rows.map((row) => row.mplanId)).toEqual(['32000013']);
    expect(bad.map(({ mplanId, storeId, reason }) => [mplanId, storeId, reason.split(':')[0]])).toEqual([
      ['x{y', CLUB, 'mPlanID'],
      ['x"y', CLUB, 'mPlanID'],
      ['3200 0003', CLUB, 'mPlanID'],
      [`x${'9'.repeat(38)}…`, CLUB, 'mPlanID'],
      ['32000005', `${CLEAN} 1`, 'storeID'],
      ['32000006', CLUB, 'startDate'],
      ['32000007', CLUB, 'startDate'],
      ['32000008', CLUB, 'endDate'],
      ['32000009', CLUB, 'scheduleDate'],
      ['32000010', CLUB, 'scheduleDate'],
      ['32000011', CLUB, 'condition'],
      ['32000012', CLUB, 'scheduleEventID'],
    ]);
    for (const { reason } of bad) expect(reason).toMatch(/^[^\p{Cc}\p{Cs}]{1,500}$/u);
  });
});

describe('answers of another form are errors, never empty lists', () => {
  /** What an answer names of {@link BOOKING}, for it to be about that. */
  const NAMED = { mPlanID: BOOKING.mplanId, LocationID: BOOKING.storeId };
  const answeringJson = (body: unknown) =>
    hostAnswering((_request, response) =>
      response.end(typeof body === 'string' ? body : JSON.stringify(body)),
    );

  test.each([[{ data: [], total: 0 }], [{ mplans: [] }], [{ mplans: {}, total: 0 }], [[]], [''], ['null']])(
    'planning list %j',
    async (body) => {
      const client = connect(await answeringJson(body));
      expect(await failureOf(collect(client.listEvents(ALL)))).toMatchObject({ kind: 'transient' });
      expect(await failureOf(client.findEvent({ ...EVENT, timeZone: INDIANA }))).toMatchObject({
        kind: 'transient',
      });
    },
  );

  test('the planning list may also come as records', async () => {
    const client = connect(await answeringJson({ records: [], total: '0' }));
    expect(await collect(client.listEvents(ALL))).toMatchObject({ rows: [], total: 0 });
  });

  test.each([
    [{ representatives: {} }],
    [{ reps: [{ repId: '1', title: 'X' }] }],
    [{ reps: { 5: { title: '' } } }],
  ])('rep list %j', async (body) => {
    const failure = await failureOf(connect(await answeringJson(body)).availableReps());
    expect(failure).toMatchObject({ kind: 'transient' });
  });

  test('an empty rep list comes as [] or {}', async () => {
    expect(await connect(await answeringJson({ reps: [] })).availableReps()).toEqual([]);
    expect(await connect(await answeringJson({ reps: {} })).availableReps()).toEqual([]);
  });

  test.each([[{ reps: {} }], [{ qualified: [] }]])('qualified reps %j', async (body) => {
    expect(await failureOf(connect(await answeringJson(body)).qualifiedReps(EVENT))).toMatchObject({
      kind: 'transient',
    });
  });

  test.each([
    [{ condition: 'Scheduled' }],
    [{ ok: 1, condition: 'Lost', reps: '', key: '31000001_200101' }],
    [{ ok: 1, condition: 'Unstaffed', reps: '' }],
    // Somebody, in a form that isn't known: not nobody.
    [{ ok: 1, condition: 'Unstaffed', reps: { 140001: 'Ann Archer' }, key: '31000001_200101' }],
    [{ ok: 1, condition: 'Unstaffed', reps: ['Ann Archer'], key: '31000001_200101' }],
    ['<html><body>Please try again</body></html>'],
    ['nothing'],
    ['null'],
  ])('condition %j', async (body) => {
    const failure = await failureOf(connect(await answeringJson(body)).locationCondition(EVENT));
    expect(failure).toMatchObject({ kind: 'transient' });
  });

  test.each([
    [{ ok: 0, message: 'There is no such plan.' }],
    [{ ok: 1 }],
    [{ ok: 1, reps: '', condition: '', key: '_' }],
    [{}],
    [[]],
    [''],
  ])('a condition of %j tells of no such plan, which is neither a condition nor a failure', async (body) => {
    expect(await connect(await answeringJson(body)).locationCondition(EVENT)).toEqual({
      kind: 'unknownPlan',
      reason: expect.stringMatching(/./),
    });
  });

  test.each([400, 404, 410, 422])(
    'a %i without a word is nobody’s refusal: of a write it tells nothing',
    async (status) => {
      const host = await hostAnswering((_request, response) => response.writeHead(status).end('<html>'));
      const client = connect(host);
      expect(await failureOf(client.locationCondition(EVENT))).toMatchObject({ kind: 'transient', status });
      expect(await failureOf(client.schedule(BOOKING))).toMatchObject({ kind: 'unknown', status });
    },
  );

  test('a 404 that says no is a refusal', async () => {
    const host = await hostAnswering((_request, response) =>
      response.writeHead(404).end('{"success":false}'),
    );
    expect(await connect(host).locationCondition(EVENT)).toMatchObject({ kind: 'unknownPlan' });
    expect(await failureOf(connect(host).schedule(BOOKING))).toMatchObject({ kind: 'rejected' });
  });

  test.each([
    [{ ok: 1 }],
    [{ ok: 1, MVScheduledEvent: {} }],
    [{ ok: 1, MVScheduledEvent: { ID: '' } }],
    [{ ok: 1, MVScheduledEvent: { ...NAMED, ID: 0 } }],
    [{ scheduleEventID: 50000001 }],
    [{ success: true, id: 50000001 }],
    [[]],
    [''],
    ['<html><body>OK, scheduled</body></html>'],
    [{ ok: 1, MVScheduledEvent: { ID: 50000001, Start: 'soon' } }],
    [{ ok: 1, MVScheduledEvent: { ID: 50000001, Start: BOOKING.endsAt, End: BOOKING.startsAt } }],
    // Which event the number belongs to, it doesn't say.
    [{ ok: 1, MVScheduledEvent: { ID: 50000001, RepID: '140001' }, repName: 'Ann Archer' }],
  ])('a booking answered by %j is not a success: it may have been made', async (body) => {
    expect(await failureOf(connect(await answeringJson(body)).schedule(BOOKING))).toMatchObject({
      kind: 'unknown',
    });
  });

  test.each([
    [{ ok: 0 }],
    [{ ok: '0', MVScheduledEvent: { ID: 50000001 } }],
    [{ ok: false, message: 'No.' }],
  ])('a booking answered by %j is rejected', async (body) => {
    expect(await failureOf(connect(await answeringJson(body)).schedule(BOOKING))).toMatchObject({
      kind: 'rejected',
    });
  });

  test.each([
    [{ ok: 1, MVScheduledEvent: { ...NAMED, ID: 50000001, RepID: '140001' }, repName: 'Ann Archer' }],
    [
      {
        ok: '1',
        MVScheduledEvent: { ...NAMED, ID: '50000001', RepID: 140001, Start: '2026-01-05T15:45:00+00:00' },
      },
    ],
    [{ ok: true, MVScheduledEvent: { ...NAMED, ID: 50000001 } }],
  ])('a booking answered by %j is made', async (body) => {
    expect(await connect(await answeringJson(body)).schedule(BOOKING)).toMatchObject({
      bookingId: '50000001',
      repId: ANN,
      startsAt: BOOKING.startsAt,
      endsAt: BOOKING.endsAt,
    });
  });

  test('a redirect to somewhere else leaves a write unknown', async () => {
    const host = await hostAnswering((_request, response) =>
      response.writeHead(302, { location: '/planning/' }).end(),
    );
    expect(await failureOf(connect(host).schedule(BOOKING))).toMatchObject({ kind: 'unknown', status: 302 });
  });
});

describe('an answer to another question', () => {
  /** A Crossmark whose every answer is falsified in the same way. */
  const answering = async (body: unknown) =>
    connect(await hostAnswering((_request, response) => response.end(JSON.stringify(body))));
  const answer = {
    ID: 50000001,
    RepID: 140001,
    mPlanID: '31000001',
    LocationID: 200101,
    Start: '2026-01-05T15:45:00+00:00',
    End: '2026-01-05T22:15:00+00:00',
  };

  test.each([
    { RepID: 140002 },
    { mPlanID: 31000002 },
    { LocationID: '200102' },
    { Start: '2026-01-05T16:00:00+00:00' },
    { End: '2026-01-05T22:30:00+00:00' },
    // Right as wall time, and wrong as an instant.
    { Start: '2026-01-05T15:45:00-05:00' },
  ])('a booking answered with %j in place of what was asked for is unknown', async (other) => {
    const client = await answering({ ok: 1, MVScheduledEvent: { ...answer, ...other } });
    expect(await failureOf(client.schedule(BOOKING))).toMatchObject({
      kind: 'unknown',
      status: 200,
      signedOut: false,
      message: expect.stringContaining('about another booking'),
    });
  });

  test('two bookings whose answers are crossed are unknown, each sent once', async () => {
    const simulator = await simulate();
    const client = connect(simulator.url);
    await client.schedule({ ...BOOKING, storeId: OTHER_CLUB, timeZone: PHOENIX });
    simulator.addFaults({ kind: 'crossed', call: 'scheduleMplanEvent' });
    expect(await failureOf(client.schedule(BOOKING))).toMatchObject({ kind: 'unknown' });
    expect(await client.findEvent({ ...EVENT, timeZone: INDIANA })).toMatchObject({ repId: ANN });
    expect(simulator.log.filter(({ call }) => call === 'scheduleMplanEvent')).toHaveLength(2);
  });

  test('a booking asked for at a fraction of a second is answered at its second', async () => {
    const client = await answering({ ok: 1, MVScheduledEvent: answer });
    const asked = { ...BOOKING, startsAt: '2026-01-05T15:45:00.250Z' };
    expect(await client.schedule(asked)).toMatchObject({ bookingId: '50000001' });
  });

  const row = (given: object) => ({
    mPlanID: '31000001',
    storeID: '200101',
    name: 'X',
    startDate: '01/02/2026',
    endDate: '01/16/2026',
    condition: 'Unstaffed',
    ...given,
  });

  test.each([
    ['only another plan', { mplans: [row({ mPlanID: '31000002' })], total: 1 }],
    ['a plan without an id', { mplans: [row({ mPlanID: null })], total: 1 }],
    ['a row without a store', { mplans: [row({ storeID: null })], total: 1 }],
    ['a row of a store that can’t be read', { mplans: [row({ storeID: '2001x1' })], total: 1 }],
    ['fewer rows than it counts', { mplans: [], total: 1 }],
  ])('a search that lists %s does not say that the plan is not listed', async (_what, body) => {
    const client = await answering(body);
    const sought = { ...EVENT, timeZone: INDIANA };
    expect(await failureOf(client.findEvent(sought))).toMatchObject({ kind: 'transient' });
    const other = { ...sought, mplanId: mplanId('31000003') };
    const both = await Promise.all([sought, other].map((one) => failureOf(client.findEvent(one))));
    expect(both).toMatchObject([{ kind: 'transient' }, { kind: 'transient' }]);
  });

  test('a search that lists one store twice in place of another is made again', async () => {
    let asked = 0;
    const twice = Array.from({ length: 2 }, () => row({ storeID: OTHER_CLUB }));
    const client = connect(
      await hostAnswering((_request, response) => {
        asked += 1;
        const mplans = asked === 1 || asked > 2 ? twice : [row({ storeID: OTHER_CLUB }), row({})];
        response.end(JSON.stringify({ mplans, total: 2 }));
      }),
    );
    expect(await client.findEvent({ ...EVENT, timeZone: INDIANA })).toMatchObject(EVENT);
    expect(await client.findEvent({ ...EVENT, timeZone: INDIANA })).toBeNull();
    expect(asked).toBe(4);
  });

  test('a search that lists the plan beside others finds it, and it in other stores alone does not', async () => {
    const sought = { ...EVENT, timeZone: INDIANA };
    const rows = [row({ mPlanID: '31000002' }), row({})];
    expect(await (await answering({ mplans: rows, total: 2 })).findEvent(sought)).toMatchObject(EVENT);
    const elsewhere = [row({ storeID: OTHER_CLUB })];
    expect(await (await answering({ mplans: elsewhere, total: 1 })).findEvent(sought)).toBeNull();
  });

  test.each(['31000002_200101', '31000001_200102', ''])(
    'a condition whose key is “%s” is not this event’s',
    async (key) => {
      const client = await answering({ ok: 1, condition: 'Unstaffed', reps: '', key });
      expect(await failureOf(client.locationCondition(EVENT))).toMatchObject({ kind: 'transient' });
    },
  );

  test('instructions of events that were not asked for are nobody’s', async () => {
    const told = (id: string) => ({ mPlanID: id, salesTools: [{ salesToolURL: 'https://x.test/a.pdf' }] });
    const both = await answering({ mplans: [told('31000002'), told(PLAN)] });
    expect((await both.instructions({ events: [EVENT] })).map((one) => one.mplanId)).toEqual([PLAN]);
    const other = await answering([told('31000002')]);
    expect(await failureOf(other.instructions({ events: [EVENT] }))).toMatchObject({ kind: 'transient' });
  });
});

describe('people', () => {
  test('available reps are read from the object keyed by rep id', async () => {
    const simulator = await simulate();
    const client = connect(simulator.url);
    expect(await client.availableReps({ from: '2026-01-05', to: '2026-01-11' })).toEqual([
      {
        repId: ANN,
        employeeNumber: 'US100001',
        name: 'ANN ARCHER',
        lastName: 'ARCHER',
        role: null,
        email: 'ann@example.test',
        phone: null,
      },
      expect.objectContaining({ repId: BEN, employeeNumber: 'US100002', email: null }),
    ]);
    expect(simulator.log.at(-1)?.params).toEqual({ project: '01/05/2026 00:00:00,01/11/2026 23:59:59' });
  });

  test('all qualified reps are read, past the first page', async () => {
    const reps = Array.from({ length: 230 }, (_, index) => ({
      repId: String(150_000 + index),
      employeeNumber: `US${200_000 + index}`,
      firstName: 'Rep',
      lastName: `Number ${index}`,
    }));
    const simulator = await simulate({}, { ...world(), reps });
    const found = await connect(simulator.url).qualifiedReps(EVENT);
    expect(new Set(found.map((rep) => rep.repId)).size).toBe(230);
    expect(found[0]).toMatchObject({ firstName: 'Rep', timeZone: INDIANA });
  });

  test('a rep who can’t be told by an id, or has no name, hides no other', async () => {
    const url = await hostAnswering((_request, response) =>
      response.end(
        JSON.stringify({
          reps: {
            140001: { title: 'ANN ARCHER' },
            x: { title: 'NOBODY' },
            140002: { title: '\u0000' },
            3: 5,
          },
        }),
      ),
    );
    expect((await connect(url).availableReps()).map(({ repId, name }) => [repId, name])).toEqual([
      [ANN, 'ANN ARCHER'],
      [BEN, 'Rep 140002'],
    ]);
  });

  test.each([true, false])(
    'instructions are read as a map or a bare list (%s)',
    async (instructionsAsBareList) => {
      const simulator = await simulate({ instructionsAsBareList });
      simulator.putPlans({
        ...manyPlans(1)[0],
        ...EVENT,
        name: 'X',
        instructionsUrl: 'https://files.example.test/a.pdf',
      } as never);
      const events = [EVENT, { ...EVENT, storeId: OTHER_CLUB }];
      expect(await connect(simulator.url).instructions({ events })).toEqual([
        { mplanId: PLAN, instructionsUrl: 'https://files.example.test/a.pdf' },
        { mplanId: PLAN, instructionsUrl: null },
      ]);
    },
  );
});

describe('the list of events', () => {
  const idsOf = (list: { rows: EventPage['rows'] }) => list.rows.map((row) => row.mplanId);

  test('5,001 events arrive', async () => {
    const simulator = await simulate({}, { ...world(), plans: manyPlans(5_001) });
    const list = await collect(connect(simulator.url).listEvents(ALL));
    expect(new Set(idsOf(list)).size).toBe(5_001);
    expect(list).toMatchObject({ read: 5_001, total: 5_001, bad: [] });
  });

  test('a host that gives smaller pages than asked for is read to the end', async () => {
    const simulator = await simulate({ maxPageSize: 7 }, { ...world(), plans: manyPlans(40) });
    expect(idsOf(await collect(connect(simulator.url).listEvents(ALL)))).toHaveLength(40);
  });

  test.each([2, 1, -1, -3])(
    'a list that shifts by %i between pages loses no event and doubles none',
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

  test('an event taken off an early page meanwhile hides no other', async () => {
    const simulator = await simulate({}, { ...world(), plans: manyPlans(30) });
    const ids: string[] = [];
    for await (const page of connect(simulator.url).listEvents({ ...ALL, pageSize: 10 })) {
      ids.push(...page.rows.map((row) => row.mplanId));
      if (ids.length === 10) simulator.removePlan('32000003', CLUB);
    }
    expect(ids).toContain('32000011');
    expect(new Set(ids).size).toBe(30);
  });

  test('a list that never holds still is a failure, not a short list', async () => {
    const simulator = await simulate({ listShift: { rows: -1 } }, { ...world(), plans: manyPlans(30) });
    const failure = await failureOf(collect(connect(simulator.url).listEvents({ ...ALL, pageSize: 10 })));
    expect(failure).toMatchObject({
      kind: 'transient',
      message: expect.stringContaining('not read completely'),
    });
  });

  /** A Crossmark whose list is, in one reading after the other, what is given; the last for good. Tells how many were begun. */
  async function listing(...readings: { ids: number[]; total: number }[]) {
    let begun = 0;
    const url = await hostAnswering((request, response) => {
      const query = new URL(String(request.url), 'http://host').searchParams;
      const start = Number(query.get('start'));
      if (start === 0) begun += 1;
      const { ids, total } = readings[Math.min(begun, readings.length) - 1] ?? { ids: [], total: 0 };
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
    return { client: connect(url), begun: () => begun };
  }
  const whole = { ids: [1, 2, 3, 4, 5], total: 5 };

  describe.each([1_000, 3, 2])('with a row twice in place of another, in pages of %i', (pageSize) => {
    test.each([[[1, 2, 2, 4, 5]], [[1, 2, 3, 3, 5]], [[1, 1, 3, 4, 5]], [[1, 2, 3, 4, 1]]])(
      'is read again, and none is missing (%j)',
      async (ids) => {
        const { client, begun } = await listing({ ids, total: 5 }, whole);
        const list = await collect(client.listEvents({ ...ALL, pageSize }));
        expect(idsOf(list).toSorted()).toEqual(['1', '2', '3', '4', '5']);
        expect(list).toMatchObject({ read: 5, total: 5 });
        expect(begun()).toBe(2);
      },
    );

    test('is taken as it is where it repeats alike in two whole readings in a row', async () => {
      const { client, begun } = await listing(
        { ids: [1, 2, 3, 3, 3], total: 5 },
        { ids: [1, 2, 3, 3, 4], total: 5 },
        { ids: [4, 3, 1, 2, 3], total: 5 },
      );
      const list = await collect(client.listEvents({ ...ALL, pageSize }));
      expect(idsOf(list).toSorted()).toEqual(['1', '2', '3', '4']);
      expect(list).toMatchObject({ read: 4, total: 5 });
      expect(begun()).toBe(3);
    });

    test.each([
      [
        'repeats another each time',
        [
          [1, 1, 3, 4, 5],
          [1, 2, 2, 4, 5],
          [1, 2, 3, 3, 5],
          [1, 2, 3, 4, 4],
        ],
      ],
      [
        'repeats the same among others',
        [
          [1, 1, 3, 4, 5],
          [1, 1, 2, 4, 5],
          [1, 1, 3, 4, 5],
          [1, 1, 2, 4, 5],
        ],
      ],
      [
        'is shorter than it counts',
        [
          [1, 2, 2, 4],
          [1, 2, 2, 4],
          [1, 2, 2, 4],
          [1, 2, 2, 4],
        ],
      ],
    ])('and that %s, is no whole list', async (_what, readings) => {
      const { client } = await listing(...readings.map((ids) => ({ ids, total: 5 })));
      expect(await failureOf(collect(client.listEvents({ ...ALL, pageSize })))).toMatchObject({
        kind: 'transient',
        message: expect.stringContaining('not read completely'),
      });
    });
  });

  test('two rows that can’t be read are two, however alike their fault is', async () => {
    const plans = manyPlans(3).map((plan) => ({ ...plan, row: { mPlanID: null } }));
    const simulator = await simulate({}, { ...world(), plans });
    const list = await collect(connect(simulator.url).listEvents(ALL));
    expect(list).toMatchObject({ rows: [], read: 3, total: 3 });
    expect(list.bad).toHaveLength(3);
    expect(simulator.log.filter(({ call }) => call === 'getPlanningMplans')).toHaveLength(1);
  });

  test('a page that fails fails the reading', async () => {
    const simulator = await simulate({}, { ...world(), plans: manyPlans(30) });
    simulator.addFaults({ kind: 'status', call: 'getPlanningMplans', after: 1 });
    const failure = await failureOf(collect(connect(simulator.url).listEvents({ ...ALL, pageSize: 10 })));
    expect(failure).toMatchObject({ kind: 'transient', status: 503 });
  });

  test('the whole window and the conditions asked for are sent', async () => {
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

  test('odd rows are read as what they say', async () => {
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

  test('a bad row is named with its reason, guesses nothing and hides no other', async () => {
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

describe('time', () => {
  const days = [
    // Both changes of 2026 in Indiana are on 8 March and 1 November; Arizona has none.
    [
      'Indiana before spring',
      CLUB,
      INDIANA,
      '2026-03-07T15:45:00.000Z',
      '2026-03-07T10:45:00-05:00',
      '03/07/2026 10:45:00 AM',
    ],
    [
      'Indiana on the day of spring',
      CLUB,
      INDIANA,
      '2026-03-08T14:45:00.000Z',
      '2026-03-08T10:45:00-04:00',
      '03/08/2026 10:45:00 AM',
    ],
    [
      'Indiana across the spring gap',
      CLUB,
      INDIANA,
      '2026-03-08T06:30:00.000Z',
      '2026-03-08T01:30:00-05:00',
      '03/08/2026 01:30:00 AM',
    ],
    [
      'Indiana before autumn',
      CLUB,
      INDIANA,
      '2026-10-31T14:45:00.000Z',
      '2026-10-31T10:45:00-04:00',
      '10/31/2026 10:45:00 AM',
    ],
    [
      'Indiana on the day of autumn',
      CLUB,
      INDIANA,
      '2026-11-01T15:45:00.000Z',
      '2026-11-01T10:45:00-05:00',
      '11/01/2026 10:45:00 AM',
    ],
    [
      'Arizona in winter',
      OTHER_CLUB,
      PHOENIX,
      '2026-01-05T19:00:00.000Z',
      '2026-01-05T12:00:00-07:00',
      '01/05/2026 12:00:00 PM',
    ],
    [
      'Arizona in summer',
      OTHER_CLUB,
      PHOENIX,
      '2026-07-05T07:00:00.000Z',
      '2026-07-05T00:00:00-07:00',
      '07/05/2026 12:00:00 AM',
    ],
  ] as const;

  test.each(days.flatMap((day) => ['UTC', 'Asia/Tokyo'].map((server) => [server, ...day] as const)))(
    'with the server in %s, %s is booked and read back at its wall time',
    async (server, _name, storeId, timeZone, startsAt, sent, wall) => {
      vi.stubEnv('TZ', server);
      const simulator = await simulate();
      const client = connect(simulator.url);
      const endsAt = new Date(Date.parse(startsAt) + 390 * 60_000).toISOString();
      const booking = await client.schedule({ ...BOOKING, storeId, timeZone, startsAt, endsAt });
      vi.unstubAllEnvs();
      expect(booking).toMatchObject({ startsAt, endsAt });
      expect(simulator.log.at(-1)?.params.Start).toBe(sent);
      expect(simulator.state.bookings).toMatchObject([{ startsAt, endsAt }]);
      const { rows } = await collect(client.listEvents(ALL));
      expect(rows.find((row) => row.storeId === storeId)).toMatchObject({ startsAt });
      const listed = JSON.stringify(await rawList(simulator.url));
      expect(listed).toContain(wall);
    },
  );

  async function rawList(url: string): Promise<unknown> {
    const signedIn = await fetch(`${url}/login/authenticate`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ UserID: DEMO_USER.userId, Password: DEMO_USER.password }),
    });
    const cookie = signedIn.headers.getSetCookie().at(-1)?.split(';')[0] ?? '';
    const answer = await fetch(`${url}/planningextcontroller/getPlanningMplans?start=0&limit=10`, {
      headers: { cookie },
    });
    expect(answer.headers.get('content-type')).toBe('text/html; charset="utf-8"');
    return answer.json();
  }
});
