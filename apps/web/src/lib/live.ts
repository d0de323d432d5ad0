import type { LiveChange } from '@scheduler/server/router';
import type { QueryKey } from '@tanstack/react-query';
import { useRouter } from '@tanstack/react-router';
import { useEffect, useRef } from 'react';
import { queryClient, trpc } from './api.ts';
import { reportLive, useConnection } from './connection.ts';
import { whenIdle } from './idle.ts';
import { followChanges } from './live-stream.ts';
import { rereadSession } from './session.ts';
import { onWake, useToday } from './time.ts';

/**
 * The time in which changes are gathered for one read, because changes come in bursts (a pair, a
 * trade, a refresh).
 */
const GATHER_MS = 120;

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
      await queryClient.invalidateQueries({ predicate: ({ queryKey }) => isTouched(queryKey, changes) });
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

interface Changes {
  kinds: ReadonlySet<LiveChange['kind']>;
  eventIds: ReadonlySet<number>;
}

/** Queries whose answers depend only on their event. */
const ABOUT_ONE_EVENT = ['events.get', 'sync.get'];

/** Whether changes may affect a query. If that isn't certain, the answer is yes. */
function isTouched(queryKey: QueryKey, { kinds, eventIds }: Changes): boolean {
  const [path, options] = queryKey as [readonly string[], { input?: { eventId?: number } }?];
  if (path[0] === 'packets' && kinds.has('paper')) return true;
  if (kinds.size === 1 && kinds.has('paper')) return false;
  // After a change of the user's stores, every answer is another one.
  if (kinds.has('all') || kinds.has('employee') || kinds.has('access')) return true;
  if (kinds.has('event')) {
    const ofOne = ABOUT_ONE_EVENT.includes(path.join('.'));
    return path[0] !== 'stores' && (!ofOne || eventIds.has(options?.input?.eventId ?? 0));
  }
  // A change of a rotation arrives as a change of plans, and also affects the checks of days.
  if (kinds.has('proposal') && ['day', 'verification'].includes(path[0] ?? '')) return true;
  if (kinds.has('attendance') && ['day', 'attendance'].includes(path[0] ?? '')) return true;
  if (kinds.has('note') && path[0] === 'notes') return true;
  return ['sync', 'activity', 'plan'].includes(path[0] ?? '');
}

/**
 * Gathers changes and reads them together. Reads run one after the other and never abort each
 * other, so that a stream of changes can't keep a page from loading. A hidden tab reads when it is
 * visible again.
 */
function createChangeGatherer(read: (changes: Changes) => Promise<void>) {
  const noChanges = () => ({ kinds: new Set<LiveChange['kind']>(), eventIds: new Set<number>() });
  let pendingChanges = noChanges();
  let timer: ReturnType<typeof setTimeout> | undefined;
  let isReading = false;

  const flush = async () => {
    timer = undefined;
    if (isReading || pendingChanges.kinds.size === 0 || document.visibilityState === 'hidden') return;
    isReading = true;
    const changes = pendingChanges;
    pendingChanges = noChanges();
    await read(changes);
    isReading = false;
    scheduleFlush();
  };
  const scheduleFlush = () => {
    timer ??= setTimeout(flush, GATHER_MS);
  };
  document.addEventListener('visibilitychange', scheduleFlush);
  return {
    add: (change: LiveChange) => {
      pendingChanges.kinds.add(change.kind);
      if (change.kind === 'event') pendingChanges.eventIds.add(change.id);
      scheduleFlush();
    },
    stop: () => {
      pendingChanges = noChanges();
      clearTimeout(timer);
      document.removeEventListener('visibilitychange', scheduleFlush);
    },
  };
}

/**
 * Resolves once no query is running, because a query that began before the page listened may have
 * missed a change.
 */
function waitForIdleQueries(): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      if (queryClient.isFetching() > 0) return;
      stopWatching();
      resolve();
    };
    const stopWatching = queryClient.getQueryCache().subscribe(done);
    done();
  });
}
