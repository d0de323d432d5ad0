import { currentInstant } from '@scheduler/runtime/browser-clock';
import type { Instant } from '@scheduler/scheduling';
import { createExternalStore, useExternalStore } from './external-store.ts';
import type { LiveState } from './open-stream.ts';

/**
 * The connection of this tab to the server. `live` is the stream of changes, `reachable` the
 * outcome of the last call, `online` the browser’s report of its network.
 */
interface Connection {
  live: LiveState;
  reachable: boolean;
  online: boolean;
  /** Whether the session is over: it `ended` by itself, or was `left` on purpose in another tab. */
  signedOut: false | 'ended' | 'left';
  /** The time of the data on screen; null while it is kept up to date. */
  shows: Instant | null;
}

const connection = createExternalStore<Connection>({
  live: 'connecting',
  reachable: true,
  online: navigator.onLine,
  signedOut: false,
  shows: navigator.onLine ? null : currentInstant(),
});

function change(part: Partial<Omit<Connection, 'shows'>>): void {
  const before = connection.get();
  const next = { ...before, ...part };
  const current = next.online && next.reachable && next.live !== 'lost';
  next.shows = current ? null : (before.shows ?? currentInstant());
  const isSame = (Object.keys(next) as (keyof Connection)[]).every((key) => next[key] === before[key]);
  if (!isSame) connection.set(next);
}

window.addEventListener('online', () => change({ online: true }));
window.addEventListener('offline', () => change({ online: false }));

export const reportReachable = (reachable: boolean): void => change({ reachable });
export const reportLive = (live: LiveState): void => change({ live });
export const reportSignedOut = (reason: 'ended' | 'left'): void => change({ signedOut: reason });
export const reportSignedIn = (): void => change({ signedOut: false, live: 'connecting' });

const heldCalls: (() => void)[] = [];

/** Whether a call waits until its user signs in again. */
export const isHoldingCalls = (): boolean => heldCalls.length > 0;

/** Continues the waiting calls, because their user has signed in again. */
export function releaseCalls(): void {
  for (const resume of heldCalls.splice(0)) resume();
}

/**
 * Waits after a call without a session. Resolves when the same person has signed in again; for
 * another person the page is reloaded.
 */
export function untilSignedInAgain(): Promise<void> {
  return new Promise((resolve) => {
    heldCalls.push(resolve);
    reportSignedOut('ended');
  });
}

/** Whether the browser has a network at all. */
export const isOnline = (): boolean => connection.get().online;

/** Resolves as soon as the browser has a network. */
export function untilOnline(): Promise<void> {
  return new Promise((resolve) => {
    if (connection.get().online) resolve();
    else window.addEventListener('online', () => resolve(), { once: true });
  });
}

/** Returns the connection; the component renders again when it changes. */
export function useConnection(): Connection {
  return useExternalStore(connection, (state) => state);
}
