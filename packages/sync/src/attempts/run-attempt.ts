import { CrossmarkError } from '@scheduler/crossmark';
import type { AttemptOutcome, FailureKind } from '@scheduler/db';
import { CrossmarkUnreachableError } from '../breaker/unreachable.ts';
import type { JobInfo } from '../context.ts';
import type { FailureHistory } from './attempt-rows.ts';
import type { Failure } from './failure.ts';
import { heldBackBy, planNextAttempt, type RetryPolicy, type Verdict } from './retry-policy.ts';

/** How a job ended, for its log line and the charts. */
export interface TaskResult {
  outcome: AttemptOutcome;
  scheduleId?: number | null;
  summary?: string | null;
  failureKind?: FailureKind;
  failureReason?: string;
  clickToSyncedMs?: number | undefined;
}

/**
 * Another worker has taken over the event or task of an attempt. What this process still believes
 * about it doesn't count any more.
 */
export class TakenOverError extends Error {
  override readonly name: string = 'TakenOverError';
}

/** Decides from the earlier failures what follows a failed attempt. */
export type Decide = (history: FailureHistory) => Verdict;

/** An attempt that is open, wherever it is kept. Each call is one transaction. */
export interface Attempt {
  /** Closes it as interrupted and has a job go on after a while; nothing counts as attempted. */
  handBack(afterMs: number, summary: string): Promise<unknown>;
  /**
   * Closes it as failed, together with what follows: the next job at its time, or a dead letter.
   */
  fail(failure: Failure, decide: Decide): Promise<'retry' | 'dead'>;
  /** Closes it without any consequence: its work belongs to another worker now. */
  abandon(summary: string): Promise<unknown>;
}

/**
 * Runs an attempt, in the same way for every task. `work` ends the attempt if all goes well. If it
 * throws, the attempt is handed back (the worker stops), abandoned (another worker took over), held
 * back (Crossmark is known not to answer), retried or dead. Returns after that is committed; throws
 * only where our own database fails.
 */
export async function runAttempt(
  attempt: Attempt,
  {
    job,
    policy,
    describe,
    work,
  }: {
    job: JobInfo;
    policy: RetryPolicy;
    describe(error: unknown): Failure | Promise<Failure>;
    work(): Promise<TaskResult>;
  },
): Promise<TaskResult> {
  try {
    return await work();
  } catch (error) {
    try {
      if (error instanceof TakenOverError) throw error;
      if (job.signal.aborted) {
        // A write cut off a moment ago may still arrive: the next worker must not read before it
        // does.
        const isInDoubt = error instanceof CrossmarkError && error.kind === 'unknown';
        await attempt.handBack(isInDoubt ? policy.blipMs : 0, 'handed back: the worker was stopping');
        return { outcome: 'interrupted' };
      }
      const failure = await describe(error);
      const isHeldBack = error instanceof CrossmarkUnreachableError;
      const ended = await attempt.fail(failure, (history) =>
        isHeldBack ? heldBackBy(error.host) : planNextAttempt({ ...history, ...failure }, policy),
      );
      const outcome = isHeldBack && ended === 'retry' ? 'waiting' : ended;
      return { outcome, failureKind: failure.kind, failureReason: failure.reason };
    } catch (inner) {
      if (!(inner instanceof TakenOverError)) throw inner;
      await attempt.abandon(inner.message);
      return { outcome: 'interrupted', summary: inner.message };
    }
  }
}
