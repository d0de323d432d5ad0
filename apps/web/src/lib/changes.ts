import type { LiveChange } from '@scheduler/server/router';
import type { QueryKey } from '@tanstack/react-query';

/**
 * The time in which changes are gathered for one read, because changes come in bursts (a pair, a
 * trade, a refresh).
 */
const GATHER_MS = 120;

/** What has changed since the last read. */
export interface Changes {
  kinds: ReadonlySet<LiveChange['kind']>;
  eventIds: ReadonlySet<number>;
}

/** Queries whose answers depend only on their event. */
const ABOUT_ONE_EVENT = ['events.get', 'sync.get'];

/**
 * Whether a query calls a procedure of the API. Others, such as the file of a packet, have keys of
 * another shape; no change touches them, and nothing waits for them.
 */
export const callsProcedure = ({ queryKey }: { queryKey: QueryKey }): boolean => Array.isArray(queryKey[0]);

/** Whether changes may affect a query. If that isn't certain, the answer is yes. */
export function isTouched({ queryKey }: { queryKey: QueryKey }, { kinds, eventIds }: Changes): boolean {
  if (!callsProcedure({ queryKey })) return false;
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
 * visible again. What could not be read is read with the next change.
 */
export function createChangeGatherer(read: (changes: Changes) => Promise<void>) {
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
    try {
      await read(changes);
      scheduleFlush();
    } catch (error) {
      if (pendingChanges.kinds.size > 0) scheduleFlush();
      for (const kind of changes.kinds) pendingChanges.kinds.add(kind);
      for (const eventId of changes.eventIds) pendingChanges.eventIds.add(eventId);
      throw error;
    } finally {
      isReading = false;
    }
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
