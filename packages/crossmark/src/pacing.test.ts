import { describe, expect, test, vi } from 'vitest';
import { CrossmarkError } from './errors.ts';
import type { CallOutcome } from './guard.ts';
import { createPacer } from './pacing.ts';
import { BOOKING, connect, EVENT, failureOf, hostAnswering, INDIANA, simulate } from './test-support.ts';

const FIND = { ...EVENT, timeZone: INDIANA };

describe('limits', () => {
  test('no more calls run at once than allowed, and all of them are made', async () => {
    const pendingAnswers: (() => void)[] = [];
    let maxRunning = 0;
    let running = 0;
    const url = await hostAnswering((_request, response) => {
      running += 1;
      maxRunning = Math.max(maxRunning, running);
      pendingAnswers.push(() => {
        running -= 1;
        response.end('{"mplans":[],"total":0}');
      });
    });
    const client = connect(url, { limits: { concurrency: 2, perSecond: 1_000 } });
    await client.login();
    const calls = Array.from({ length: 7 }, () => client.ping());
    for (let answered = 0; answered < 7; answered++) {
      await vi.waitFor(() => expect(pendingAnswers.length).toBeGreaterThan(0));
      pendingAnswers.shift()?.();
    }
    await Promise.all(calls);
    expect(maxRunning).toBe(2);
  });

  test('a sign-in counts like any call, and one slot is enough for a call that needs a sign-in', async () => {
    const simulator = await simulate();
    const client = connect(simulator.url, { limits: { concurrency: 1, perSecond: 1_000 } });
    await Promise.all([client.ping(), client.ping()]);
    simulator.expireSessions();
    await Promise.all([client.ping(), client.ping()]);
    expect(simulator.log.filter((call) => call.call === 'authenticate')).toHaveLength(2);
  });

  test('no second begins more calls than allowed', async () => {
    const waitsMs: number[] = [];
    const pacer = createPacer(
      { concurrency: 100, perSecond: 20 },
      { nowMs: () => 0.5, wait: async (ms) => void waitsMs.push(ms) },
    );
    for (let call = 0; call < 41; call++) await pacer.turn();
    expect(waitsMs).toEqual([...Array(20).fill(1_000), 2_000]);
  });

  test('a call cancelled while it waits for its turn is transient and never sent', async () => {
    const simulator = await simulate();
    const client = connect(simulator.url, { limits: { concurrency: 1, perSecond: 1_000 } });
    await client.login();
    simulator.addFaults({ call: 'getPlanningMplans', kind: 'hang' });
    const stop = new AbortController();
    const first = failureOf(client.findEvent({ ...FIND, signal: stop.signal }));
    await vi.waitFor(() => expect(simulator.log.at(-1)).toMatchObject({ call: 'getPlanningMplans' }));
    const second = new AbortController();
    const waiting = failureOf(client.schedule({ ...BOOKING, signal: second.signal }));
    second.abort();
    expect(await waiting).toMatchObject({ kind: 'transient', call: 'scheduleMplanEvent' });
    stop.abort();
    await first;
    await client.findEvent(FIND);
    expect(simulator.state.bookings).toEqual([]);
  });
});

describe('a guard', () => {
  test('gets the outcome of every call once, sign-ins included', async () => {
    const simulator = await simulate();
    const outcomes: unknown[] = [];
    const client = connect(simulator.url, {
      guard: {
        admit: async (call) => async (outcome: CallOutcome) => {
          outcomes.push([call, outcome instanceof CrossmarkError ? outcome.kind : outcome]);
        },
      },
    });
    await client.findEvent(FIND);
    simulator.addFaults([
      { call: 'getPlanningMplans', kind: 'status', status: 503 },
      { call: 'scheduleMplanEvent', kind: 'drop', applied: true },
      { call: 'scheduleMplanEvent', kind: 'refuse' },
      { call: 'getPlanningMplans', kind: 'hang' },
    ]);
    await failureOf(client.ping());
    await failureOf(client.schedule(BOOKING));
    await failureOf(client.schedule(BOOKING));
    const stop = new AbortController();
    const hanging = failureOf(client.findEvent({ ...FIND, signal: stop.signal }));
    await vi.waitFor(() => expect(simulator.log.at(-1)).toMatchObject({ call: 'getPlanningMplans' }));
    stop.abort();
    await hanging;
    expect(outcomes).toEqual([
      ['authenticate', 'answered'],
      ['getUserInfo', 'answered'],
      ['getPlanningMplans', 'answered'],
      ['getPlanningMplans', 'transient'],
      ['scheduleMplanEvent', 'unknown'],
      ['scheduleMplanEvent', 'answered'],
      ['getPlanningMplans', 'cancelled'],
    ]);
  });

  test('that rejects a call keeps it from Crossmark, and its error is the call’s failure', async () => {
    const simulator = await simulate();
    const reason = new CrossmarkError('transient', 'getPlanningMplans', 'Not now.');
    const reported: unknown[] = [];
    const client = connect(simulator.url, {
      guard: { admit: () => Promise.reject(reason) },
      onCall: (call) => reported.push(call),
    });
    expect(await failureOf(client.findEvent(FIND))).toBe(reason);
    expect(simulator.log).toEqual([]);
    expect(reported).toEqual([]);
  });
});
