import type { FailureKind } from '@scheduler/db';

/** Says whether another attempt follows a failed one, and when. */
export interface RetryPolicy {
  /** The wait before the first retry. This retry isn't counted, because most outages are short. */
  blipMs: number;
  /** The wait before the second retry. It doubles with each further one. */
  baseMs: number;
  /** Longest wait between attempts. */
  capMs: number;
  /** Time from the first failure until a failure is a dead letter. */
  budgetMs: number;
  /** Hard maximum of retries after the blip. The older system had 3, at 60, 120 and 240 s. */
  maxRetries: number;
  /** Whether the budget also ends what fails because nobody is signed in. */
  endsSession?: boolean;
}

/** 5 s, then 60 s · 2^n up to an hour, for a day. */
export const DEFAULT_RETRY_POLICY: RetryPolicy = {
  blipMs: 5_000,
  baseMs: 60_000,
  capMs: 3_600_000,
  budgetMs: 86_400_000,
  maxRetries: 1_000,
};

/** A longer `Retry-After` counts as a mistake. */
const LONGEST_RETRY_AFTER_MS = 86_400_000;

/** A failed attempt, as the policy looks at it. */
export interface Failure {
  kind: FailureKind;
  /** Attempts that failed since what is wanted last changed, without this one. */
  earlierAttempts: number;
  /** Since the first of them; 0 for the first. */
  failingForMs: number;
  /** Crossmark's own `Retry-After`. */
  retryAfterMs?: number | undefined;
}

/**
 * What comes after a failure. `spent`: the attempt counts against the maximum. `waitsFor`: the next
 * one is made once calls to this Crossmark host pass again.
 */
export type Verdict = { dead: true } | { dead: false; retryInMs: number; spent: boolean; waitsFor?: string };

/**
 * The verdict about a job that was held back because Crossmark doesn't answer. Nothing was
 * attempted, so no attempt is spent, and the next one has no time of its own. The hour is only for
 * the case that nothing releases the job.
 */
export const heldBackBy = (host: string): Verdict => ({
  dead: false,
  retryInMs: 3_600_000,
  spent: false,
  waitsFor: host,
});

/**
 * Decides what comes after a failed attempt. A refusal is final. If nobody is signed in, attempts
 * go on without being counted, because no schedule is at fault; each wait is as long as the trouble
 * has lasted. After all other failures the waits grow exponentially with ±20 % of jitter, and never
 * end before Crossmark's own Retry-After. `random` yields [0, 1).
 */
export function planNextAttempt(
  failure: Failure,
  policy: RetryPolicy,
  random: () => number = Math.random,
): Verdict {
  const { kind, earlierAttempts, failingForMs } = failure;
  if (kind === 'rejected') return { dead: true };
  const jitter = 0.8 + 0.4 * random();
  const leftMs = policy.budgetMs - failingForMs;
  if (kind === 'session' && !(policy.endsSession && leftMs <= 0)) {
    const waitMs = Math.min(Math.max(failingForMs, policy.baseMs), policy.capMs);
    return { dead: false, retryInMs: Math.round(waitMs * jitter), spent: false };
  }
  if (earlierAttempts > policy.maxRetries || leftMs <= 0) return { dead: true };
  if (failure.retryAfterMs !== undefined) {
    // Never earlier than requested, and spread, so that not all calls come back at once.
    const waitMs = Math.min(failure.retryAfterMs, LONGEST_RETRY_AFTER_MS) * (1 + 0.2 * random());
    return { dead: false, retryInMs: Math.ceil(waitMs), spent: true };
  }
  const waitMs =
    earlierAttempts === 0
      ? policy.blipMs
      : Math.min(policy.baseMs * 2 ** (earlierAttempts - 1), policy.capMs);
  // There is one last attempt when the budget ends, rather than one long after that.
  const lastMs = Math.max(leftMs, policy.blipMs);
  return { dead: false, retryInMs: Math.round(Math.min(waitMs * jitter, lastMs)), spent: true };
}
