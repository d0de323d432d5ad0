import { useSyncExternalStore } from 'react';

/**
 * How this tab stands to the server. `live` is the stream of changes: `lost` means what is on screen may be old.
 * `reachable` is what the last call found.
 */
interface Connection {
  live: 'connecting' | 'on' | 'lost';
  reachable: boolean;
  signedOut: boolean;
}

let connection: Connection = { live: 'connecting', reachable: true, signedOut: false };
const listeners = new Set<() => void>();

function change(part: Partial<Connection>): void {
  const next = { ...connection, ...part };
  const same = (Object.keys(next) as (keyof Connection)[]).every((key) => next[key] === connection[key]);
  if (same) return;
  connection = next;
  for (const listener of listeners) listener();
}

export const reportReachable = (reachable: boolean): void => change({ reachable });
export const reportLive = (live: Connection['live']): void => change({ live });
export const reportSignedOut = (): void => change({ signedOut: true });
export const reportSignedIn = (): void => change({ signedOut: false, live: 'connecting' });

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** The connection as of now; the component renders again when it changes. */
export function useConnection(): Connection {
  return useSyncExternalStore(subscribe, () => connection);
}
