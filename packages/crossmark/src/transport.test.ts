import type { ServerResponse } from 'node:http';
import { currentTimeMs } from '@scheduler/runtime/clock';
import { describe, expect, test, vi } from 'vitest';
import { DEMO_USER, type FaultInput } from '../simulator/index.ts';
import type { CrossmarkError } from './errors.ts';
import { mplanId } from './ids.ts';
import { memorySession } from './session.ts';
import {
  ALL,
  ANN,
  BOOKING,
  collect,
  connect,
  EVENT,
  failureOf,
  hostAnswering,
  INDIANA,
  LOGIN_PAGE,
  manyPlans,
  SOME_BOOKING,
  simulate,
  world,
} from './test-support.ts';

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
    'twenty writes on an expired session (%s) are unknown, each sent once, and the reads after them share one sign-in',
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
      // A write sent after the sign-in would succeed and have no failure.
      for (const failure of failures) expect(failure).toMatchObject({ kind: 'unknown', signedOut: true });
      const callsNamed = (name: string) => simulator.log.filter(({ call }) => call === name);
      expect(callsNamed('scheduleMplanEvent')).toHaveLength(20);
      expect(callsNamed('authenticate')).toHaveLength(1);
      // No read was sent on the expired session.
      expect(callsNamed('getmPlanLocationCondition')).toHaveLength(20);
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

  test('a session is reused until it expires', async () => {
    const simulator = await simulate({ sessionTtlMs: null });
    const client = connect(simulator.url);
    await client.availableReps();
    await client.availableReps();
    expect(simulator.log.filter((call) => call.call === 'authenticate')).toHaveLength(1);
    simulator.configure({ sessionTtlMs: 50 });
    await vi.waitFor(async () => {
      await client.availableReps();
      expect(simulator.log.filter((call) => call.call === 'authenticate').length).toBeGreaterThan(1);
    });
  });

  test('several clients with one session store sign in once', async () => {
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
    'a sign-in answered by %s is verified by a read',
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

  test('a sign-in that fails after an expiry fails the call as session, and nothing changes', async () => {
    const simulator = await simulate();
    const client = connect(simulator.url);
    await client.login();
    simulator.expireSessions();
    simulator.load({ ...world(), users: [{ userId: DEMO_USER.userId, password: 'changed-meanwhile' }] });
    expect(await failureOf(client.schedule(BOOKING))).toMatchObject({ kind: 'unknown', signedOut: true });
    // The session of that write is dropped, so nothing else is sent before a sign-in.
    expect(await failureOf(client.schedule(BOOKING))).toMatchObject({ kind: 'session', signedOut: false });
    expect(await failureOf(client.availableReps())).toMatchObject({ kind: 'session' });
    expect(simulator.log.filter((call) => call.call === 'scheduleMplanEvent')).toHaveLength(1);
    expect(simulator.state.bookings).toEqual([]);
  });

  test('a session that ends right after the sign-in is a session failure, not a success', async () => {
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
    'a write answered by %s may have been applied: it is unknown, sent once, and the next call signs in first',
    async (_name, answer) => {
      const calls: string[] = [];
      const url = await hostAnswering((request, response) => {
        if (request.method === 'POST') answer(response);
        else response.end('{"mplans":[],"total":0}');
      });
      const client = connect(url, { onCall: ({ call }) => calls.push(call) });
      await client.login();
      // The second time as well: a valid session does not turn the answer into a refusal.
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
    'a read answered by %s on a valid session is transient, never a refusal',
    async (_name, answer) => {
      const url = await hostAnswering((_request, response) => answer(response));
      expect(await failureOf(connect(url).findEvent({ ...EVENT, timeZone: INDIANA }))).toMatchObject({
        kind: 'transient',
        signedOut: true,
      });
    },
  );

  test('a host that is down during the sign-in is transient, not a wrong password', async () => {
    const simulator = await simulate();
    simulator.addFaults({ kind: 'status', call: 'authenticate', status: 503, retryAfter: 7 });
    const failure = await failureOf(connect(simulator.url).schedule(BOOKING));
    expect(failure).toMatchObject({ kind: 'transient', call: 'authenticate', retryAfterMs: 7000 });
  });

  test('a valid answer may contain the words authentication, login and password, and even a password field', async () => {
    const name = '610002-Login-Authentication <input type="password"> /login/authenticate  - V2-CORE';
    const simulator = await simulate(
      {},
      { ...world(), plans: [{ ...manyPlans(1)[0], ...EVENT, name } as never] },
    );
    const { rows } = await collect(connect(simulator.url).listEvents(ALL));
    expect(rows.map((row) => row.name)).toEqual([name]);
    expect(simulator.log.filter((call) => call.call === 'authenticate')).toHaveLength(1);
  });

  test('a write answered by the login page is applied once after one sign-in', async () => {
    const simulator = await simulate({ expiredLook: 'loginPage', secondBooking: 'duplicate' });
    const client = connect(simulator.url);
    await client.login();
    simulator.expireSessions();
    simulator.clearLog();
    // The client never repeats a write. The caller repeats it after a read shows that it was not
    // applied.
    expect(await failureOf(client.schedule(BOOKING))).toMatchObject({ kind: 'unknown', signedOut: true });
    expect(await client.findEvent({ ...EVENT, timeZone: INDIANA })).toMatchObject({ bookingId: null });
    await client.schedule(BOOKING);
    expect(simulator.state.bookings).toHaveLength(1);
    expect(simulator.log.filter((call) => call.call === 'authenticate')).toHaveLength(1);
  });
});

describe('failures', () => {
  const lostAnswers: [string, FaultInput][] = [
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

  /** Signs in without a short deadline, and returns a client with one. */
  async function connectHasty(url: string) {
    const session = memorySession();
    const patient = connect(url, { session });
    await patient.login();
    return { patient, hasty: connect(url, { session, timeouts: { callMs: 300 } }) };
  }

  test.each(lostAnswers)('a write with %s is unknown, and is sent once', async (_name, fault) => {
    const simulator = await simulate();
    const { hasty } = await connectHasty(simulator.url);
    simulator.addFaults({ ...fault, call: 'scheduleMplanEvent' });
    expect(await failureOf(hasty.schedule(BOOKING))).toMatchObject({
      kind: 'unknown',
      call: 'scheduleMplanEvent',
    });
    expect(simulator.log.filter((call) => call.call === 'scheduleMplanEvent')).toHaveLength(1);
    simulator.addFaults({ ...fault, call: 'deleteScheduledMplanEvent' });
    expect(await failureOf(hasty.unschedule({ bookingId: SOME_BOOKING }))).toMatchObject({
      kind: 'unknown',
    });
  });

  test.each(lostAnswers)('a read with %s is transient', async (_name, fault) => {
    const simulator = await simulate();
    const { patient, hasty } = await connectHasty(simulator.url);
    simulator.addFaults({ ...fault, call: 'getAvailableReps' });
    expect(await failureOf(hasty.availableReps())).toMatchObject({
      kind: 'transient',
      call: 'getAvailableReps',
    });
    expect(await patient.availableReps()).toHaveLength(2);
  });

  test('a host that refuses connections is transient, because the write was not sent', async () => {
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
    // Both dates are by the host's clock, not ours.
    ['Mon, 05 Jan 2026 15:45:30 GMT', 30_000],
    ['Mon, 05 Jan 2026 15:44:30 GMT', 0],
    ['Fri, 31 Dec 9999 23:59:59 GMT', 86_400_000],
    ['soon', undefined],
    ['2026', 2_026_000],
    ['2026-01-05T15:45:30Z', undefined],
    ['', undefined],
  ])('429 is transient, and Retry-After “%s” means %s ms', async (header, retryAfterMs) => {
    const host = await hostAnswering((_request, response) =>
      response.writeHead(429, { 'retry-after': header, date: DATE }).end(),
    );
    const failure = await failureOf(connect(host).schedule(BOOKING));
    expect(failure).toMatchObject({ kind: 'transient', status: 429, retryAfterMs });
  });

  test('a Retry-After date in an answer without a Date header is compared with our clock', async () => {
    const host = await hostAnswering((_request, response) => {
      response.sendDate = false;
      response.writeHead(429, { 'retry-after': new Date(currentTimeMs() + 3_600_000).toUTCString() }).end();
    });
    const failure = await failureOf(connect(host).schedule(BOOKING));
    expect(failure).toSatisfy(
      ({ retryAfterMs }: CrossmarkError) => Math.round((retryAfterMs ?? 0) / 600_000) === 6,
    );
  });

  test.each(['ok0', '400'] as const)(
    'a refusal (%s) is rejected with Crossmark’s explanation',
    async (look) => {
      const simulator = await simulate({
        refusal: { look, repIds: [ANN], message: 'Ann has <b>no</b> training for this.' },
      });
      expect(await failureOf(connect(simulator.url).schedule(BOOKING))).toMatchObject({
        kind: 'rejected',
        message: 'Crossmark refused: Ann has no training for this.',
      });
    },
  );

  test('unscheduling an unknown booking is rejected if Crossmark refuses it, and succeeds otherwise', async () => {
    const simulator = await simulate({ unknownDelete: 'error' });
    const client = connect(simulator.url);
    expect(await failureOf(client.unschedule({ bookingId: SOME_BOOKING }))).toMatchObject({
      kind: 'rejected',
    });
    simulator.configure({ unknownDelete: 'success' });
    await client.unschedule({ bookingId: SOME_BOOKING });
  });

  test('a write cancelled after sending is unknown; one cancelled before is transient and never sent', async () => {
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

  test('one caller’s cancellation does not cancel the sign-in that other callers wait for', async () => {
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
    const outputs: unknown[] = [];
    const record = (...values: unknown[]) => outputs.push(...values);
    const session = memorySession();
    const client = connect(simulator.url, {
      session,
      log: { debug: record, info: record, warn: record },
      onCall: record,
      timeouts: { callMs: 300 },
    });
    outputs.push(await failureOf(client.schedule(BOOKING)));
    for (const kind of ['drop', 'hang', 'truncate', 'garbage', 'expire', 'status'] as const) {
      simulator.addFaults({ kind, call: 'scheduleMplanEvent' });
      outputs.push(await failureOf(client.schedule(BOOKING)));
    }
    outputs.push(await failureOf(connect(simulator.url, { password: 'other-secret' }).login()));
    const text = outputs
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

describe('the User-Agent', () => {
  test.each([undefined, 'Example Dispatch/2.1 (ops@example.test)'])(
    'is sent with every call, sign-ins included (%s)',
    async (userAgent) => {
      const simulator = await simulate();
      const client = connect(simulator.url, { userAgent });
      const { bookingId } = await client.schedule(BOOKING);
      await client.unschedule({ bookingId });
      await client.availableReps();
      const userAgents = simulator.log.map(({ headers }) => headers['user-agent']);
      expect(userAgents).toEqual(Array.from({ length: 5 }, () => userAgent ?? 'CrossmarkScheduler'));
    },
  );
});
