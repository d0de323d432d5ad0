import { cleanText } from '@scheduler/runtime';

/**
 * What a failed call means for the caller.
 *
 * - `transient`: nothing changed at Crossmark; a later attempt may succeed.
 * - `session`: nobody is signed in and the sign-in failed. Nothing changed, because a write is not
 *   sent without a session.
 * - `rejected`: Crossmark refused the call, or the client refused an invalid id before sending. The
 *   same call will fail again.
 * - `unknown`: a write was sent and its answer is missing, untrustworthy, or says that nobody is
 *   signed in. The write may have been applied: read back before anything else.
 */
export const FAILURE_KINDS = ['transient', 'session', 'rejected', 'unknown'] as const;
export type FailureKind = (typeof FAILURE_KINDS)[number];

/** Crossmark's calls, named as in its own paths; also used by the simulator and the metrics. */
export const CALLS = [
  'authenticate',
  'getUserInfo',
  'getPlanningMplans',
  'scheduleMplanEvent',
  'deleteScheduledMplanEvent',
  'getAvailableReps',
  'getmPlanLocationCondition',
  'createPendingWork',
  'bulkPrintMplanLocations',
  'salesTool',
] as const;
export type CallName = (typeof CALLS)[number];

/**
 * A failed call to Crossmark. The message is a plain sentence for people and contains no secret.
 */
export class CrossmarkError extends Error {
  override readonly name = 'CrossmarkError';
  readonly kind: FailureKind;
  readonly call: CallName;
  /** The HTTP status, if there was an answer. */
  readonly status: number | undefined;
  /** The pause that Crossmark asked for (`Retry-After`). */
  readonly retryAfterMs: number | undefined;
  /**
   * Whether Crossmark answered this call as if nobody were signed in: 401, 403, the login page, or
   * a redirect to it. A write with such an answer is `unknown`, because the login page may have
   * replaced a good answer. Its effect can be read back at once, because an answered write is no
   * longer under way. No attempt is counted, and the next call signs in first.
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
