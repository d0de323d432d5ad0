import type { LiveChange } from '@scheduler/server/router';

/**
 * `connecting` until the server’s first message; `lost` when the stream has been away for more than
 * a moment.
 */
export type LiveState = 'connecting' | 'on' | 'lost';

/** A stream that comes back within this time does not count as lost. */
const LOST_AFTER_MS = 2500;
/**
 * Opens the server’s stream of changes after the position `from`; null starts now, with a change of
 * kind `all`. Returns how to close it.
 */
export type OpenStream = (
  from: string | null,
  on: {
    change: (position: string, change: LiveChange) => void;
    connected: () => void;
    /** It retries by itself. */
    interrupted: () => void;
    /** It won't come back by itself. */
    ended: () => void;
  },
) => () => void;

/**
 * Keeps a stream of changes open: one that ends is opened again after the last change. Tells its
 * state, `lost` only once it has been away for more than a moment. Returns how to close it.
 */
export function keepStreamOpen(
  open: OpenStream,
  on: {
    /** The last change that was seen. */
    position: () => string | null;
    change: (position: string, change: LiveChange) => void;
    state: (state: LiveState) => void;
  },
): () => void {
  let isClosed = false;
  let close = () => {};
  let lostTimer: ReturnType<typeof setTimeout> | undefined;
  let restartTimer: ReturnType<typeof setTimeout> | undefined;
  const startLostTimer = () => {
    lostTimer ??= setTimeout(() => on.state('lost'), LOST_AFTER_MS);
  };
  const start = () => {
    close = open(on.position(), {
      change: on.change,
      connected: () => {
        clearTimeout(lostTimer);
        lostTimer = undefined;
        on.state('on');
      },
      interrupted: startLostTimer,
      ended: () => {
        if (isClosed) return;
        startLostTimer();
        restartTimer = setTimeout(start, LOST_AFTER_MS);
      },
    });
  };
  start();
  return () => {
    isClosed = true;
    clearTimeout(lostTimer);
    clearTimeout(restartTimer);
    close();
  };
}
