import { useEffect, useRef } from 'react';
import { trpc } from './api.ts';
import { reportLive, useConnection } from './connection.ts';

/** Changes come in bursts (a pair, a trade, a refresh): one reading for all that come within this time. */
const GATHER_MS = 120;
/** A stream that comes back within this time was lost to nobody. */
const LOST_AFTER_MS = 2500;

/**
 * Keeps what is on screen true: listens to the server's stream of changes, asks anew for what they touch, and after a
 * gap asks for everything. To be used once in a page.
 */
export function useLiveUpdates(): void {
  const utils = trpc.useUtils();
  const gathered = useRef({ kinds: new Set<string>(), eventIds: new Set<number>() });
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);

  const flush = () => {
    timer.current = undefined;
    const { kinds, eventIds } = gathered.current;
    gathered.current = { kinds: new Set(), eventIds: new Set() };
    if (kinds.has('all')) {
      void utils.invalidate();
      return;
    }
    if (kinds.has('event')) {
      void utils.board.week.invalidate();
      void utils.events.list.invalidate();
      void utils.sync.summary.invalidate();
      void utils.employees.week.invalidate();
      for (const eventId of eventIds) {
        void utils.sync.get.invalidate({ eventId });
        void utils.events.get.invalidate({ eventId });
      }
    }
    if (kinds.has('employee')) {
      void utils.employees.invalidate();
      void utils.reps.invalidate();
      void utils.board.week.invalidate();
    }
    if (kinds.has('crossmark')) void utils.sync.summary.invalidate();
    if (kinds.has('refresh')) {
      void utils.sync.summary.invalidate();
      void utils.sync.refreshRun.invalidate();
    }
  };

  const stream = trpc.sync.onChange.useSubscription(undefined, {
    onData: ({ data: change }) => {
      gathered.current.kinds.add(change.kind);
      if (change.kind === 'event') gathered.current.eventIds.add(change.id);
      timer.current ??= setTimeout(flush, GATHER_MS);
    },
  });

  const wasLost = useRef(false);
  useEffect(() => {
    const lost = () => {
      wasLost.current = true;
      reportLive('lost');
      // A stream doesn't tell why it ended. A call does: the server is away, or one is signed out.
      void utils.sync.summary.invalidate();
    };
    if (stream.status === 'pending') {
      reportLive('on');
      if (wasLost.current) void utils.invalidate();
      wasLost.current = false;
      return;
    }
    if (stream.status === 'error') {
      lost();
      const again = setTimeout(stream.reset, LOST_AFTER_MS);
      return () => clearTimeout(again);
    }
    if (!stream.error) return;
    wasLost.current = true;
    const late = setTimeout(lost, LOST_AFTER_MS);
    return () => clearTimeout(late);
  }, [stream.status, stream.error, stream.reset, utils]);

  // The server answers again: what failed meanwhile is asked for again.
  const { reachable } = useConnection();
  const wasUnreachable = useRef(false);
  useEffect(() => {
    if (reachable && wasUnreachable.current) void utils.invalidate();
    wasUnreachable.current = !reachable;
  }, [reachable, utils]);
}
