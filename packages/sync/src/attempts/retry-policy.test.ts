import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { DEFAULT_RETRY_POLICY, heldBackBy, planNextAttempt } from './retry-policy.ts';

const chance = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
const kind = fc.constantFrom('transient' as const, 'unknown' as const);

/** Waits in milliseconds until the policy gives up, failing every time. */
function waits(policy = DEFAULT_RETRY_POLICY, random = () => 0.5): number[] {
  const all: number[] = [];
  let failingForMs = 0;
  for (let earlierAttempts = 0; ; earlierAttempts++) {
    const verdict = planNextAttempt({ kind: 'transient', earlierAttempts, failingForMs }, policy, random);
    if (verdict.dead) return all;
    if (all.length > 1_000) throw new Error('It is never given up.');
    all.push(verdict.retryInMs);
    failingForMs += verdict.retryInMs;
  }
}

const inSeconds = (ms: number[]) => ms.map((one) => one / 1000);

describe('backoff', () => {
  test('a blip of 5 s, then 60 s doubling up to an hour', () => {
    expect(inSeconds(waits()).slice(0, 9)).toEqual([5, 60, 120, 240, 480, 960, 1920, 3600, 3600]);
  });

  test('the budget of a day is used to its end, and then it is a dead letter', () => {
    fc.assert(
      fc.property(chance, (at) => {
        const spent = waits(DEFAULT_RETRY_POLICY, () => at).reduce((sum, wait) => sum + wait, 0);
        expect(spent).toBeGreaterThanOrEqual(86_400_000);
        expect(spent).toBeLessThan(86_460_000);
      }),
    );
  });

  test('the older system’s three retries at 60, 120 and 240 s are one setting away', () => {
    expect(inSeconds(waits({ ...DEFAULT_RETRY_POLICY, maxRetries: 3 }))).toEqual([5, 60, 120, 240]);
  });

  test('jitter stays within 20 % and the cap, whatever the number of attempts', () => {
    fc.assert(
      fc.property(kind, fc.integer({ min: 0, max: 500 }), chance, (failure, earlierAttempts, at) => {
        const verdict = planNextAttempt(
          { kind: failure, earlierAttempts, failingForMs: 0 },
          DEFAULT_RETRY_POLICY,
          () => at,
        );
        if (verdict.dead) throw new Error('too early');
        const plain =
          earlierAttempts === 0 ? 5_000 : Math.min(60_000 * 2 ** (earlierAttempts - 1), 3_600_000);
        expect(verdict.retryInMs).toBeGreaterThanOrEqual(Math.floor(plain * 0.8));
        expect(verdict.retryInMs).toBeLessThanOrEqual(Math.ceil(plain * 1.2));
        expect(verdict.spent).toBe(true);
      }),
    );
  });

  test('Retry-After is never undercut, and late by a fifth at most', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 7_200_000 }),
        fc.nat(20),
        chance,
        (retryAfterMs, earlierAttempts, at) => {
          const failure = { kind: 'transient' as const, earlierAttempts, failingForMs: 0, retryAfterMs };
          const verdict = planNextAttempt(failure, DEFAULT_RETRY_POLICY, () => at);
          if (verdict.dead) throw new Error('too early');
          expect(verdict.retryInMs).toBeGreaterThanOrEqual(retryAfterMs);
          expect(verdict.retryInMs).toBeLessThanOrEqual(Math.ceil(retryAfterMs * 1.2));
        },
      ),
    );
  });

  test('a refusal is final at once', () => {
    expect(
      planNextAttempt({ kind: 'rejected', earlierAttempts: 0, failingForMs: 0 }, DEFAULT_RETRY_POLICY),
    ).toEqual({
      dead: true,
    });
  });

  test('a failed sign-in is retried for ever and spends nothing', () => {
    fc.assert(
      fc.property(fc.nat(1_000), fc.nat(1e9), chance, (earlierAttempts, failingForMs, at) => {
        const verdict = planNextAttempt(
          { kind: 'session', earlierAttempts, failingForMs },
          DEFAULT_RETRY_POLICY,
          () => at,
        );
        expect(verdict).toMatchObject({ dead: false, spent: false });
      }),
    );
  });

  test('a failed sign-in is given up with the budget only where the policy says so', () => {
    const session = { kind: 'session' as const, earlierAttempts: 3, failingForMs: 3_600_000 };
    const policy = { ...DEFAULT_RETRY_POLICY, budgetMs: 3_600_000 };
    expect(planNextAttempt(session, policy)).toMatchObject({ dead: false });
    expect(planNextAttempt(session, { ...policy, endsSession: true })).toEqual({ dead: true });
    expect(
      planNextAttempt({ ...session, failingForMs: 3_599_000 }, { ...policy, endsSession: true }),
    ).toMatchObject({ dead: false, spent: false });
  });

  test.each([
    [0, 0, 48_000],
    [59_999, 0.5, 60_000],
    [600_000, 0.5, 600_000],
    [600_000, 1, 720_000],
    [80_000_000, 0.25, 3_240_000],
  ])(
    'where nobody is signed in for %i ms, with the chance %f, the wait is %i ms',
    (failingForMs, at, retryInMs) => {
      const failure = { kind: 'session' as const, earlierAttempts: 9, failingForMs };
      expect(planNextAttempt(failure, DEFAULT_RETRY_POLICY, () => at)).toEqual({
        dead: false,
        retryInMs,
        spent: false,
      });
    },
  );

  test('a Retry-After is a day at most, and spends an attempt', () => {
    const failure = { kind: 'transient' as const, earlierAttempts: 2, failingForMs: 0 };
    const after = (retryAfterMs: number, at: number) =>
      planNextAttempt({ ...failure, retryAfterMs }, DEFAULT_RETRY_POLICY, () => at);
    expect(after(1_001, 0.5)).toEqual({ dead: false, retryInMs: 1_102, spent: true });
    expect(after(90_000_000, 0)).toEqual({ dead: false, retryInMs: 86_400_000, spent: true });
  });

  test('a job that is held back waits for its host, for an hour at most, and spends nothing', () => {
    expect(heldBackBy('crossmark.test')).toEqual({
      dead: false,
      retryInMs: 3_600_000,
      spent: false,
      waitsFor: 'crossmark.test',
    });
  });
});
