import { useRouter } from '@tanstack/react-router';
import { useEffect, useRef } from 'react';
import { queryClient, trpc } from './api.ts';
import { callsProcedure, createChangeGatherer, isTouched } from './changes.ts';
import { reportLive, useConnection } from './connection.ts';
import { whenIdle } from './idle.ts';
import { followChanges } from './live-stream.ts';
import { rereadSession } from './session.ts';
import { onWake, useToday } from './time.ts';

/**
 * Keeps the page up to date: listens to the server’s stream of changes, reads again the queries
 * that a change touches, and reads all queries after a gap. Use it once in a page.
 * @param email the person who is signed in
 * @param timeZone the zone of the page's store
 */
export function useLiveUpdates(email: string, timeZone: string | undefined): void {
  const utils = trpc.useUtils();
  const router = useRouter();

  useEffect(() => {
    const gatherer = createChangeGatherer(async (changes) => {
      if (changes.kinds.has('all')) await waitForIdleQueries();
      if (changes.kinds.has('access') && (await rereadSession())) await router.invalidate();
      await queryClient.invalidateQueries({ predicate: (query) => isTouched(query, changes) });
    });
    let wasLost = false;
    let stop = () => {};
    const start = () => {
      stop = followChanges(
        email,
        (lastEventId, on) => {
          const stream = utils.client.sync.onChange.subscribe(
            { lastEventId },
            {
              onData: ({ id, data }) => on.change(id, data),
              onConnectionStateChange: ({ state, error }) => {
                if (state === 'pending') on.connected();
                else if (error) on.interrupted();
              },
              onComplete: on.ended,
              onError: on.ended,
            },
          );
          return () => stream.unsubscribe();
        },
        {
          change: gatherer.add,
          state: (state) => {
            reportLive(state);
            if (state === 'lost') {
              wasLost = true;
              // A stream does not say why it ended. A call does: the server is away, or the session
              // is over.
              void utils.sync.summary.invalidate();
            } else if (state === 'on' && wasLost) {
              wasLost = false;
              gatherer.add({ kind: 'all', id: 0 });
            }
          },
        },
      );
    };
    const stopWatching = onWake(() => gatherer.add({ kind: 'all', id: 0 }));
    // All queries are read once more when listening starts, because a change may have come in
    // between. This waits until the page is on screen.
    let isStopped = false;
    void waitForIdleQueries().then(() => whenIdle(() => isStopped || start()));
    return () => {
      isStopped = true;
      stop();
      stopWatching();
      gatherer.stop();
    };
  }, [utils, email, router]);

  // When the store’s day changes, all queries are read again: due dates and urgency depend on it.
  const today = useToday(timeZone);
  const dayRead = useRef(today);
  useEffect(() => {
    if (dayRead.current === today) return;
    dayRead.current = today;
    void utils.invalidate();
  }, [today, utils]);

  // When the server answers again, queries that failed meanwhile are repeated.
  const { reachable } = useConnection();
  const wasUnreachable = useRef(false);
  useEffect(() => {
    if (reachable && wasUnreachable.current) void utils.invalidate();
    wasUnreachable.current = !reachable;
  }, [reachable, utils]);
}

/**
 * Resolves once no call of a procedure is running, because a call that began before the page listened may have
 * missed a change.
 */
function waitForIdleQueries(): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      if (queryClient.isFetching({ predicate: callsProcedure }) > 0) return;
      stopWatching();
      resolve();
    };
    const stopWatching = queryClient.getQueryCache().subscribe(done);
    done();
  });
}
