import { type CallName, CrossmarkError } from './errors.ts';

/** The failure of a call that was cancelled before it was sent. */
export const cancelledBeforeSending = (call: CallName): CrossmarkError =>
  new CrossmarkError('transient', call, 'The call was cancelled before it was sent.');

/**
 * Waits for work that several callers share. An abort of `signal` ends this wait with a `transient`
 * failure; the work goes on for the other callers.
 */
export async function waitUnlessAborted<T>(
  work: Promise<T>,
  signal: AbortSignal | undefined,
  call: CallName,
): Promise<T> {
  if (!signal) return work;
  const aborted = Promise.withResolvers<never>();
  const abort = () => aborted.reject(cancelledBeforeSending(call));
  if (signal.aborted) abort();
  signal.addEventListener('abort', abort);
  try {
    return await Promise.race([work, aborted.promise]);
  } finally {
    signal.removeEventListener('abort', abort);
  }
}

/**
 * A signal that aborts once every one of `signals` has aborted. Undefined if one of them is
 * undefined, because that caller never gives up.
 */
export function abortWhenAll(signals: readonly (AbortSignal | undefined)[]): AbortSignal | undefined {
  const [first, ...others] = signals;
  if (others.length === 0) return first;
  if (signals.includes(undefined)) return undefined;
  const controller = new AbortController();
  let remaining = signals.length;
  const countDown = () => {
    remaining -= 1;
    if (remaining === 0) controller.abort();
  };
  for (const signal of signals) {
    if (signal?.aborted) countDown();
    else signal?.addEventListener('abort', countDown, { once: true });
  }
  return controller.signal;
}
