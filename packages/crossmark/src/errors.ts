import { cleanText } from '@scheduler/runtime';

/**
 * What a failed call means for the caller.
 *
 * - `transient`: nothing was changed at Crossmark; trying later may work.
 * - `session`: nobody is signed in and signing in didn't help; nothing was changed, for a write is not sent then.
 * - `rejected`: Crossmark understood and refused (or an id was refused here, before sending); trying again won't help.
 * - `unknown`: a write was sent and no trustworthy answer came, or one that says that nobody is signed in. It may have been
 *   applied: read back before anything else.
 */
export const FAILURE_KINDS = ['transient', 'session', 'rejected', 'unknown'] as const;
export type FailureKind = (typeof FAILURE_KINDS)[number];

/** Crossmark's calls as its own paths name them; the simulator's switchboard and the metrics use the same words. */
export const CALLS = [
  'authenticate',
  'getUserInfo',
  'getPlanningMplans',
  'scheduleMplanEvent',
  'deleteScheduledMplanEvent',
  'getAvailableReps',
  'getQualifiedRepsForScheduling',
  'getmPlanLocationCondition',
  'createPendingWork',
  'bulkPrintMplanLocations',
] as const;
export type CallName = (typeof CALLS)[number];

/** A call to Crossmark that did not succeed. The message is a sentence for people, in plain text, and carries no secret. */
export class CrossmarkError extends Error {
  override readonly name = 'CrossmarkError';
  readonly kind: FailureKind;
  readonly call: CallName;
  /** HTTP status, where an answer came at all. */
  readonly status: number | undefined;
  /** How long Crossmark asked to be left alone (`Retry-After`). */
  readonly retryAfterMs: number | undefined;
  /**
   * Whether Crossmark answered this call as if nobody were signed in (401, 403, the login page, a redirect to it). A write so
   * answered is `unknown`, for the login page may have taken the place of a good answer; but it was answered, so nothing is
   * under way any more: it can be read back at once, and no try is spent. The next call signs in first.
   */
  readonly signedOut: boolean;

  constructor(
    kind: FailureKind,
    call: CallName,
    message: string,
    details: {
      status?: number | undefined;
      retryAfterMs?: number | undefined;
      signedOut?: boolean;
      cause?: unknown;
    } = {},
  ) {
    super(cleanText(message), details.cause === undefined ? undefined : { cause: details.cause });
    this.kind = kind;
    this.call = call;
    this.status = details.status;
    this.retryAfterMs = details.retryAfterMs;
    this.signedOut = details.signedOut ?? false;
  }
}
