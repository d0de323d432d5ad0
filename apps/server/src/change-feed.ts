import { randomUUID } from 'node:crypto';
import { EventEmitter, on } from 'node:events';
import { CHANGES_CHANNEL, type Change, type Database } from '@scheduler/db';
import type { LiveChange } from './views.ts';

/** Changes kept for streams that come back; a stream that missed more is told to read everything again. */
const KEPT = 2000;

/** A change and where it stands in the feed, to go on from after a lost connection. */
interface Positioned {
  position: string;
  change: LiveChange;
}

/** What is committed anywhere, as it happens. */
export interface ChangeFeed {
  /**
   * Changes from now on, led by those that came after `position`. A new stream (null) starts with a change of kind
   * `all`, for what its caller read before is older than it. Ends when `signal` aborts.
   */
  since(position: string | null, signal: AbortSignal | undefined): AsyncGenerator<Positioned>;
  close(): Promise<void>;
}

/**
 * Listens to Postgres on one connection for the whole process and hands out what it hears.
 *
 * A stream that comes back misses nothing. A position names this process's listening (`epoch`) and counts without gaps:
 * where the epoch is the same and the buffer still reaches back to the position, exactly what came after it is sent.
 * Wherever that can't be known (another server, a restart, the listening connection was lost and Postgres kept no
 * notifications for us, too long away), the stream starts with a change of kind `all`.
 */
export async function openChangeFeed(sql: Database['sql']): Promise<ChangeFeed> {
  const bus = new EventEmitter().setMaxListeners(0);
  const kept: Positioned[] = [];
  let epoch = '';
  let count = 0;

  const publish = (change: LiveChange) => {
    count += 1;
    const entry = { position: `${epoch}:${count}`, change };
    kept.push(entry);
    if (kept.length > KEPT) kept.shift();
    bus.emit('change', entry);
  };

  const missed = (position: string | null): Positioned[] => {
    const [theirEpoch, theirCount] = position?.split(':') ?? [];
    const after = Number(theirCount);
    const reachesBack = (kept[0] ? count - kept.length : count) <= after && after <= count;
    if (theirEpoch === epoch && reachesBack) return kept.slice(kept.length - (count - after));
    return [{ position: `${epoch}:${count}`, change: { kind: 'all', id: 0 } }];
  };

  const listening = await sql.listen(
    CHANGES_CHANNEL,
    (payload) => publish(JSON.parse(payload) as Change),
    // Runs on every (re)connection of the listening: what was committed in between was told to nobody.
    () => {
      const again = epoch !== '';
      epoch = randomUUID();
      kept.length = 0;
      count = 0;
      if (again) publish({ kind: 'all', id: 0 });
    },
  );

  return {
    since: async function* (position, signal) {
      const news = on(bus, 'change', signal ? { signal } : {});
      try {
        // No await between here and the listening above, so no change falls between the two.
        yield* missed(position);
        for await (const [entry] of news as AsyncIterable<[Positioned]>) yield entry;
      } catch (error) {
        if (!signal?.aborted) throw error;
      } finally {
        await news.return?.();
      }
    },
    close: () => listening.unlisten(),
  };
}
