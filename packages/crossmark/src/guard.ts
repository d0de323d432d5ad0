import type { CallName, CrossmarkError } from './errors.ts';

/** How a call went as far as Crossmark's health is concerned; `cancelled` says nothing about it. */
export type CallOutcome = 'answered' | 'cancelled' | CrossmarkError;

/** Decides before each HTTP call whether it may leave, and hears how it went. A circuit breaker, for one. */
export type CallGuard = {
  /**
   * Throws a {@link CrossmarkError} where the call may not be sent. Else returns what hears how it went, exactly once;
   * that must not throw, for the call's own outcome counts.
   */
  admit(call: CallName): Promise<(outcome: CallOutcome) => Promise<void>>;
};
