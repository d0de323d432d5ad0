import type { CallName, CrossmarkError } from './errors.ts';

/**
 * How a call ended, as far as Crossmark's health is concerned; `cancelled` says nothing about it.
 */
export type CallOutcome = 'answered' | 'cancelled' | CrossmarkError;

/** Decides before each HTTP call whether it may be sent, as a circuit breaker does. */
export type CallGuard = {
  /**
   * Throws a {@link CrossmarkError} if the call may not be sent. Otherwise returns a function that
   * is called exactly once with the outcome. That function must not throw, because the caller needs
   * the call's own result.
   */
  admit(call: CallName): Promise<(outcome: CallOutcome) => Promise<void>>;
};
