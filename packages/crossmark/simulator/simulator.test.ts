import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { seededRandom } from '@scheduler/runtime/random';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { z } from 'zod';
import {
  ANN,
  BEN,
  BOOKING,
  connect,
  EVENT,
  failureOf,
  INDIANA,
  manyPlans,
  OTHER_CLUB,
  PLAN,
  simulate,
  world,
} from '../src/test-support.ts';
import { createSimulator } from './index.ts';
import { drawDelay } from './settings.ts';

const TIMES = { startsAt: BOOKING.startsAt, endsAt: BOOKING.endsAt };

async function send(method: string, url: string, body?: unknown): Promise<{ status: number; body: unknown }> {
  const answer = await fetch(url, { method, ...(body !== undefined && { body: JSON.stringify(body) }) });
  return { status: answer.status, body: await answer.json() };
}

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'crossmark-simulator-'));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

describe('bookings', () => {
  test('a second booking replaces the first, or stands beside it, as switched', async () => {
    const simulator = await simulate({ secondBooking: 'replace' });
    const client = connect(simulator.url);
    await client.schedule(BOOKING);
    const second = await client.schedule({ ...BOOKING, repId: BEN });
    expect(simulator.state.bookings).toMatchObject([{ bookingId: second.bookingId, repId: BEN }]);
    simulator.configure({ secondBooking: 'duplicate' });
    const third = await client.schedule(BOOKING);
    expect(simulator.state.bookings.map((booking) => booking.bookingId)).toEqual([
      second.bookingId,
      third.bookingId,
    ]);
    expect(await client.findEvent({ ...EVENT, timeZone: INDIANA })).toMatchObject({
      bookingId: third.bookingId,
    });
    await client.unschedule({ bookingId: third.bookingId });
    expect(await client.findEvent({ ...EVENT, timeZone: INDIANA })).toMatchObject({
      bookingId: second.bookingId,
      condition: 'Scheduled',
    });
  });

  /** Books without the client and returns the booking in the answer. */
  async function bookDirectly(url: string, cookie: string, booking: typeof BOOKING) {
    const answer = await fetch(`${url}/planningextcontroller/scheduleMplanEvent`, {
      method: 'POST',
      headers: { cookie },
      body: new URLSearchParams({
        RepID: booking.repId,
        mPlanID: booking.mplanId,
        LocationID: booking.storeId,
        Start: booking.startsAt.replace('.000Z', '+00:00'),
        End: booking.endsAt.replace('.000Z', '+00:00'),
      }),
    });
    return z.object({ MVScheduledEvent: z.record(z.string(), z.unknown()) }).parse(await answer.json())
      .MVScheduledEvent;
  }

  test('a second booking edits the first: id, creation and MVID stay, the rest is as asked', async () => {
    const createdAt = '2026-01-01T12:00:21.000Z';
    const simulator = await simulate(
      { secondBooking: 'inPlace', mixedTypes: false },
      { ...world(), bookings: [{ ...EVENT, repId: ANN, ...TIMES, createdAt }] },
    );
    const cookie = await signIn(simulator.url);
    const later = { startsAt: '2026-01-06T15:45:00.000Z', endsAt: '2026-01-06T22:15:00.000Z' };
    const first = await bookDirectly(simulator.url, cookie, { ...BOOKING, ...later });
    const second = await bookDirectly(simulator.url, cookie, { ...BOOKING, ...later, repId: BEN });
    expect(simulator.state.bookings).toMatchObject([{ ...EVENT, repId: BEN, ...later, createdAt }]);
    expect(second).toMatchObject({
      ID: '50000001',
      RepID: BEN,
      Start: '2026-01-06T15:45:00+00:00',
      Created: '2026-01-01T12:00:21+00:00',
      MVID: first.MVID,
    });
    // A version-1 UUID with the time of creation, as in the recorded answer.
    const [low, middle, high] = String(second.MVID).split('-');
    const ticks = BigInt(`0x${high?.slice(1)}${middle}${low}`) - 0x01b21dd213814000n;
    expect(new Date(Number(ticks / 10_000n)).toISOString()).toBe(createdAt);
    expect(String(second.LastEdited) > String(second.Created)).toBe(true);
  });

  test.each([
    [true, ['50000001']],
    [false, ['50000001', '50000002']],
  ])('a booking after a reissue keeps the reopened one’s id: %s', async (reissueKeepsId, ids) => {
    const simulator = await simulate({ secondBooking: 'inPlace', reissueKeepsId });
    const client = connect(simulator.url);
    const { bookingId } = await client.schedule(BOOKING);
    await client.reissue({ ...EVENT, bookingId, repId: BEN, expiresOn: '2026-01-17' });
    const listed = () => client.findEvent({ ...EVENT, timeZone: INDIANA });
    expect(await listed()).toMatchObject({ condition: 'Reissued', bookingId, repId: ANN });
    const again = await client.schedule({ ...BOOKING, repId: BEN });
    expect(again.bookingId).toBe(ids.at(-1));
    expect(simulator.state.bookings.map((booking) => booking.bookingId)).toEqual(ids);
    // A further booking edits the new one.
    expect(await client.schedule(BOOKING)).toMatchObject({ bookingId: ids.at(-1), repId: ANN });
    expect(await listed()).toMatchObject({ condition: 'Reissued', bookingId: ids.at(-1), repId: ANN });
    await client.unschedule(again);
    expect(simulator.state.bookings.map((booking) => booking.bookingId)).toEqual(ids.slice(0, -1));
  });

  test('a plan returns to Unstaffed with its last booking', async () => {
    const simulator = await simulate();
    const client = connect(simulator.url);
    const { bookingId } = await client.schedule(BOOKING);
    expect(simulator.state.plans[0]).toMatchObject({ condition: 'Scheduled' });
    await client.unschedule({ bookingId });
    expect(simulator.state.plans[0]).toMatchObject({ condition: 'Unstaffed' });
  });

  test('what does not exist, and closed work, is refused', async () => {
    const simulator = await simulate();
    simulator.putPlans({ ...world().plans?.[0], condition: 'Canceled' } as never);
    const client = connect(simulator.url);
    const unknown = { ...BOOKING, mplanId: manyPlans(1)[0]?.mplanId as never };
    for (const booking of [BOOKING, unknown, { ...BOOKING, repId: '149999' as never }]) {
      expect(await failureOf(client.schedule(booking))).toMatchObject({ kind: 'rejected' });
    }
    expect(simulator.state.bookings).toEqual([]);
  });

  test('submitted work takes a booking only after a reissue', async () => {
    const simulator = await simulate();
    simulator.putPlans({ ...world().plans?.[0], condition: 'Submitted' } as never);
    const client = connect(simulator.url);
    expect(await failureOf(client.schedule(BOOKING))).toMatchObject({ kind: 'rejected' });
    await client.reissue({ ...EVENT, bookingId: '50000009' as never, repId: ANN, expiresOn: '2026-01-17' });
    await client.schedule(BOOKING);
    expect(simulator.state.plans[0]).toMatchObject({ condition: 'Reissued' });
  });

  test('a reissue without a store says yes and creates nothing', async () => {
    const simulator = await simulate();
    const cookie = await signIn(simulator.url);
    const answer = await fetch(`${simulator.url}/pendingworkextcontroller/createPendingWork/`, {
      method: 'POST',
      headers: { cookie, 'x-requested-with': 'XMLHttpRequest' },
      body: new URLSearchParams({
        storeID: '',
        mPlanID: PLAN,
        workLogEntryID: '1',
        overriddenRepIDs: `[${ANN}]`,
      }),
    });
    expect(await answer.json()).toEqual({ success: true });
    expect(simulator.state.pendingWork).toEqual([]);
  });

  test('ids that are not numeric are refused, or do nothing and say yes, as switched', async () => {
    const simulator = await simulate();
    const { bookingId } = simulator.book({ ...EVENT, repId: ANN, ...TIMES });
    const cookie = await signIn(simulator.url);
    const remove = async () => {
      const answer = await fetch(`${simulator.url}/planningextcontroller/deleteScheduledMplanEvent`, {
        method: 'POST',
        headers: { cookie },
        body: new URLSearchParams({ id: `${bookingId}_schedule` }),
      });
      return answer.json();
    };
    expect(await remove()).toMatchObject({ ok: 0 });
    simulator.configure({ rejectNonNumericIds: false });
    expect(await remove()).toMatchObject({ ok: 1 });
    expect(simulator.state.bookings).toHaveLength(1);
  });

  test('a condition that lags shows the booking and the old condition together', async () => {
    const simulator = await simulate({ conditionLagMs: 60_000 });
    const client = connect(simulator.url);
    const { bookingId } = await client.schedule(BOOKING);
    const event = { ...EVENT, timeZone: INDIANA };
    expect(await client.findEvent(event)).toMatchObject({ condition: 'Unstaffed', bookingId });
    expect(await client.locationCondition(EVENT)).toMatchObject({ condition: 'Unstaffed' });
    expect(simulator.state.plans[0]).toMatchObject({ condition: 'Scheduled' });
  });
});

async function signIn(url: string): Promise<string> {
  const answer = await fetch(`${url}/login/authenticate`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ UserID: 'demo.dispatcher', Password: 'demo-crossmark-password' }),
  });
  return answer.headers.getSetCookie().at(-1)?.split(';')[0] ?? '';
}

describe('sessions', () => {
  test.each([
    ['redirect', 302, 'location', /\/login$/],
    ['loginPage', 200, 'body', /type="password"/],
    ['401', 401, 'body', /Unauthorized/],
    ['403', 403, 'body', /Unauthorized/],
  ] as const)('no session looks like %s as switched', async (expiredLook, status, where, pattern) => {
    const simulator = await simulate({ expiredLook });
    const answer = await fetch(`${simulator.url}/planningextcontroller/getPlanningMplans`, {
      redirect: 'manual',
    });
    expect(answer.status).toBe(status);
    expect(where === 'body' ? await answer.text() : answer.headers.get(where)).toMatch(pattern);
    expect(answer.headers.get('content-type')).toBe('text/html; charset="utf-8"');
  });

  test('a session is over after its lifetime, used or not', async () => {
    const simulator = await simulate({ sessionTtlMs: null, expiredLook: '401' });
    const cookie = await signIn(simulator.url);
    const status = async () =>
      (await fetch(`${simulator.url}/users/getUserInfo`, { headers: { cookie } })).status;
    expect(await status()).toBe(200);
    simulator.configure({ sessionTtlMs: 0 });
    expect(await status()).toBe(401);
  });

  test('the user of a fresh simulator may sign in, a log-out ends the session', async () => {
    const simulator = createSimulator({ settings: { expiredLook: '401' } });
    onTestFinished(() => simulator.close());
    const url = await simulator.listen();
    const cookie = await signIn(url);
    const info = () => fetch(`${url}/users/getUserInfo`, { headers: { cookie } });
    expect(await (await info()).json()).toEqual({ username: 'demo.dispatcher' });
    await fetch(`${url}/logout`, { headers: { cookie }, redirect: 'manual' });
    expect((await info()).status).toBe(401);
  });
});

describe('switchboard', () => {
  test('the state loads and reads back the same, and loads again from what was read', async () => {
    const simulator = await simulate();
    const bookings = [{ ...EVENT, repId: ANN, ...TIMES }];
    const put = await send('PUT', `${simulator.url}/__sim/state`, { ...world(), bookings });
    expect(put).toEqual({ status: 200, body: { ok: true } });
    const { body } = await send('GET', `${simulator.url}/__sim/state`);
    expect(body).toMatchObject({
      ...world(),
      plans: [{ condition: 'Scheduled' }, { condition: 'Unstaffed' }],
      bookings: [{ bookingId: '50000001', ...EVENT, repId: ANN, ...TIMES }],
      users: [{ userId: 'demo.dispatcher' }],
    });
    await send('PUT', `${simulator.url}/__sim/state`, body);
    expect((await send('GET', `${simulator.url}/__sim/state`)).body).toEqual(body);
    await connect(simulator.url).login();
  });

  test.each([
    [{ plans: [{ ...manyPlans(1)[0] }] }, 'store 200101'],
    [{ ...world(), bookings: [{ ...EVENT, mplanId: '39999999', repId: ANN, ...TIMES }] }, '39999999'],
    [{ ...world(), stores: [{ storeId: '1', name: 'X', timeZone: 'Mars/Base' }] }, 'timeZone'],
    [{ ...world(), users: [{ userId: 'new' }] }, 'user new'],
    [
      { ...world(), bookings: [{ ...EVENT, repId: ANN, startsAt: '2026-01-05 10:45', endsAt: '' }] },
      'startsAt',
    ],
  ])('a state that cannot be is refused with its reason and changes nothing (%#)', async (state, reason) => {
    const simulator = await simulate();
    const before = simulator.state;
    const answer = await send('PUT', `${simulator.url}/__sim/state`, state);
    expect(answer).toMatchObject({ status: 400, body: { error: expect.stringContaining(reason) } });
    expect(simulator.state).toEqual(before);
  });

  test.each([
    ['PATCH', 'settings', { secondBooking: 'both' }, 'secondBooking'],
    ['PATCH', 'settings', { sesionTtlMs: 5 }, 'sesionTtlMs'],
    ['PATCH', 'settings', { latencyMs: { getEverything: 5 } }, 'getEverything'],
    ['POST', 'faults', { kind: 'explode' }, 'kind'],
    ['POST', 'bookings', { ...EVENT, mplanId: '39999999', repId: ANN, ...TIMES }, '39999999'],
    ['PATCH', 'bookings/59999999', {}, '59999999'],
    ['POST', 'plans', { ...manyPlans(1)[0], storeId: '299999' }, '299999'],
  ])('a wrong %s of %s %j is refused and named', async (method, path, body, named) => {
    const simulator = await simulate();
    const before = [simulator.state, simulator.settings];
    const answer = await send(method, `${simulator.url}/__sim/${path}`, body);
    expect(answer).toMatchObject({ status: 400, body: { error: expect.stringContaining(named) } });
    expect([simulator.state, simulator.settings]).toEqual(before);
  });

  test('a person on the site may book, move and unbook, and change plans and people', async () => {
    const simulator = await simulate();
    const sim = `${simulator.url}/__sim`;
    const booked = await send('POST', `${sim}/bookings`, {
      ...EVENT,
      repId: ANN,
      ...TIMES,
      keepCondition: true,
    });
    expect(booked).toMatchObject({ status: 200, body: { bookingId: '50000001' } });
    expect(simulator.state.plans[0]).toMatchObject({ condition: 'Unstaffed' });
    await send('PATCH', `${sim}/bookings/50000001`, { repId: BEN });
    expect(simulator.state.bookings).toMatchObject([{ bookingId: '50000001', repId: BEN, ...TIMES }]);
    expect(await send('DELETE', `${sim}/bookings/50000001`)).toMatchObject({ status: 200 });
    expect(await send('DELETE', `${sim}/bookings/50000001`)).toMatchObject({ status: 404 });
    await send('POST', `${sim}/plans`, manyPlans(3));
    await send('DELETE', `${sim}/plans/${PLAN}/${OTHER_CLUB}`);
    expect(simulator.state.plans.map((plan) => plan.mplanId)).toEqual([
      PLAN,
      '32000001',
      '32000002',
      '32000003',
    ]);
    await send('POST', `${sim}/reps`, {
      repId: '140003',
      employeeNumber: 'US100003',
      firstName: 'C',
      lastName: 'D',
    });
    await send('DELETE', `${sim}/reps/${ANN}`);
    expect(simulator.state.reps.map((rep) => rep.repId)).toEqual([BEN, '140003']);
  });

  test('the log holds every call with what it did, and no secret', async () => {
    const simulator = await simulate();
    const client = connect(simulator.url);
    await client.login();
    simulator.addFaults({ kind: 'drop', applied: true, call: 'scheduleMplanEvent' });
    await failureOf(client.schedule(BOOKING));
    const { body } = await send('GET', `${simulator.url}/__sim/log?call=scheduleMplanEvent`);
    expect(body).toMatchObject([
      {
        call: 'scheduleMplanEvent',
        outcome: 'drop',
        applied: true,
        status: null,
        event: `${PLAN}_200101`,
        bookingId: '50000001',
        params: { RepID: ANN },
      },
    ]);
    const whole = JSON.stringify((await send('GET', `${simulator.url}/__sim/log`)).body);
    expect(whole).toContain('authenticate');
    expect(whole).not.toContain('demo-crossmark-password');
    expect(whole).not.toContain('PHPSESSID');
  });

  test('health counts what there is, and an unknown path is told what the switchboard has', async () => {
    const simulator = await simulate();
    expect((await send('GET', `${simulator.url}/__sim/health`)).body).toMatchObject({
      ok: true,
      plans: 2,
      reps: 2,
    });
    expect(await send('GET', `${simulator.url}/__sim/nothing`)).toMatchObject({ status: 404 });
  });
});

describe('faults', () => {
  test('a scripted fault strikes where, when and as often as told', async () => {
    const simulator = await simulate({}, { ...world(), plans: manyPlans(4) });
    const client = connect(simulator.url);
    await client.login();
    const [, second] = manyPlans(2);
    simulator.addFaults([
      {
        kind: 'status',
        status: 500,
        call: 'scheduleMplanEvent',
        mplanId: second?.mplanId as string,
        times: 1,
      },
      { kind: 'refuse', call: 'scheduleMplanEvent', message: 'Not today.', after: 3, times: null },
    ]);
    const kinds: unknown[] = [];
    for (const plan of [...manyPlans(4), ...manyPlans(2)]) {
      const booked = client.schedule({ ...BOOKING, mplanId: plan.mplanId as never });
      kinds.push(
        await booked.then(
          () => 'done',
          (error: { kind: string }) => error.kind,
        ),
      );
    }
    expect(kinds).toEqual(['done', 'unknown', 'done', 'done', 'rejected', 'rejected']);
    simulator.clearFaults();
    await client.schedule({ ...BOOKING, mplanId: manyPlans(1)[0]?.mplanId as never });
  });

  test('a call is over for the log when its caller hangs up, however slowly the answer would come', async () => {
    const simulator = await simulate();
    const client = connect(simulator.url);
    await client.login();
    simulator.addFaults([{ kind: 'slow', call: 'scheduleMplanEvent', delayMs: 60_000 }]);
    const hangUp = new AbortController();
    const booked = client.schedule({ ...BOOKING, signal: hangUp.signal });
    await vi.waitFor(() => expect(simulator.state.bookings).toHaveLength(1));
    hangUp.abort();
    await expect(booked).rejects.toMatchObject({ kind: 'unknown' });
    await vi.waitFor(() =>
      expect(simulator.log.at(-1)).toMatchObject({
        call: 'scheduleMplanEvent',
        applied: true,
        finishedAt: expect.any(String),
      }),
    );
  });

  test('faults by chance repeat with their seed', async () => {
    const run = async (seed: number) => {
      const simulator = await simulate({ seed });
      simulator.addFaults({ kind: 'status', call: 'getAvailableReps', chance: 0.5, times: null });
      const client = connect(simulator.url);
      await client.login();
      const outcomes: boolean[] = [];
      for (let call = 0; call < 20; call++)
        outcomes.push(
          await client.availableReps().then(
            () => true,
            () => false,
          ),
        );
      return outcomes;
    };
    const first = await run(7);
    expect(new Set(first).size).toBe(2);
    expect(await run(7)).toEqual(first);
    expect(await run(8)).not.toEqual(first);
  });

  test('delays follow their distribution and their seed', () => {
    const draw = (seed: number) => {
      const random = seededRandom(seed);
      return Array.from({ length: 4_000 }, () => drawDelay({ medianMs: 100, p99Ms: 900 }, random)).toSorted(
        (a, b) => a - b,
      );
    };
    const delays = draw(1);
    expect(delays[2_000]).toBeCloseTo(100, -1);
    expect(delays[3_960]).toBeGreaterThan(600);
    expect(delays[3_960]).toBeLessThan(1_300);
    expect(draw(1)).toEqual(delays);
    const even = seededRandom(1);
    for (let times = 0; times < 100; times++) {
      const delayMs = drawDelay({ minMs: 5, maxMs: 9 }, even);
      expect(delayMs >= 5 && delayMs <= 9).toBe(true);
    }
  });

  test('too many calls in a second are answered 429', async () => {
    const simulator = await simulate({ rateLimit: { perSecond: 3, retryAfter: 'seconds' } });
    const client = connect(simulator.url);
    await client.login();
    await client.availableReps();
    expect(await failureOf(client.availableReps())).toMatchObject({
      kind: 'transient',
      status: 429,
      retryAfterMs: 1000,
    });
  });
});

describe('state file', () => {
  test('what was answered is in the file already', async () => {
    const file = join(folder(), 'deep', 'state.json');
    const simulator = createSimulator({ stateFile: file, state: world() });
    onTestFinished(() => simulator.close());
    await simulator.listen();
    const { bookingId } = await connect(simulator.url).schedule(BOOKING);
    expect(JSON.parse(readFileSync(file, 'utf8')).bookings).toMatchObject([{ bookingId, repId: ANN }]);
    const again = createSimulator({ stateFile: file });
    expect(again.state).toEqual(simulator.state);
  });

  test('a closed simulator listens again with its bookings and without its sessions', async () => {
    const simulator = await simulate();
    const client = connect(simulator.url);
    await client.schedule(BOOKING);
    const port = Number(new URL(simulator.url).port);
    await simulator.close();
    await simulator.listen(port);
    // The first call may use a connection that the restart has closed.
    await vi.waitFor(async () =>
      expect(await client.findEvent({ ...EVENT, timeZone: INDIANA })).toMatchObject({ repId: ANN }),
    );
    expect(simulator.log.filter((call) => call.call === 'authenticate')).toHaveLength(2);
  });
});

describe('as a program', () => {
  function start(env: Record<string, string>): ChildProcess & { output: () => string } {
    const main = join(import.meta.dirname, 'main.ts');
    const child = spawn(process.execPath, [main], { env: { PATH: process.env.PATH ?? '', ...env } });
    let output = '';
    child.stdout?.on('data', (chunk) => {
      output += chunk;
    });
    child.stderr?.on('data', (chunk) => {
      output += chunk;
    });
    onTestFinished(() => void child.kill('SIGKILL'));
    return Object.assign(child, { output: () => output });
  }

  async function urlOf(program: ReturnType<typeof start>): Promise<string> {
    await vi.waitFor(() => expect(program.output()).toContain('__sim/state'), { timeout: 20_000 });
    return /(http:\/\/\S+) \(sign in/.exec(program.output())?.[1] ?? '';
  }

  test('killed in the middle, it comes back with its bookings; a port in use is said plainly', async () => {
    const env = { SIMULATOR_PORT: '0', SIMULATOR_STATE_FILE: join(folder(), 'state.json') };
    const first = start(env);
    const url = await urlOf(first);
    await send('PUT', `${url}/__sim/state`, world());
    const { bookingId } = await connect(url).schedule(BOOKING);
    const second = start({ SIMULATOR_PORT: new URL(url).port });
    expect(await urlOf(second)).not.toBe(url);
    expect(second.output()).toContain(`port ${new URL(url).port} is in use`);
    first.kill('SIGKILL');
    const back = await urlOf(start(env));
    expect((await send('GET', `${back}/__sim/state`)).body).toMatchObject({
      bookings: [{ bookingId, repId: ANN }],
    });
    second.kill('SIGTERM');
    expect(await once(second, 'exit')).toEqual([0, null]);
  });

  test.each([
    ['SIMULATOR_PORT', 'many'],
    ['SIMULATOR_SEED', 'apple'],
    ['SIMULATOR_STATE_FILE', ''],
  ])('a wrong %s stops it, named', async (name, value) => {
    const broken = join(folder(), 'state.json');
    writeFileSync(broken, '{"plans": "none"}');
    const program = start({ SIMULATOR_PORT: '0', [name]: value || broken });
    const [code] = await once(program, 'exit');
    expect(code).toBe(1);
    expect(program.output()).toContain(name);
  });
});
