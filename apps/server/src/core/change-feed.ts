import { randomUUID } from 'node:crypto';
import { EventEmitter, once } from 'node:events';
import { CHANGES_CHANNEL, type Change, connect, type Database } from '@scheduler/db';
import { type Logger, settlesWithin } from '@scheduler/runtime';

/**
 * Changes kept for streams that come back or lag behind. A stream that missed more is told to read everything again,
 * which costs its page less than each of them: a refresh of 100,000 events is heard by every open page.
 */
const KEPT = 50;
/** How often it is tried whether the listening connection still hears, and how long an answer or an echo may take. */
const CHECK_EVERY_MS = 5_000;
const WITHIN_MS = 10_000;

/** A change and where it stands in the feed, to go on from after a lost connection. */
interface Positioned {
  position: string;
  change: Change;
}

/** What is committed anywhere, as it happens. */
export interface ChangeFeed {
  /**
   * Changes from now on, led by those that came after `position`. A new stream (null) starts with a change of kind
   * `all`, for what its caller read before is older than it. Throws an AbortError when `signal` aborts: a stream that
   * merely ended would tell its page not to come back.
   */
  since(position: string | null, signal: AbortSignal | undefined): AsyncGenerator<Positioned>;
  /** False while the listening connection is lost. */
  hears(): boolean;
  close(): Promise<void>;
}

/**
 * Listens to Postgres on one connection for the whole process and hands out what it hears.
 *
 * A stream that comes back misses nothing. A position names this process's listening (`epoch`) and counts without gaps:
 * where the epoch is the same and the buffer still reaches back to the position, exactly what came after it is sent.
 * Wherever that can't be known (another server, a restart, the listening connection was lost and Postgres kept no
 * notifications for us, too long away), the stream starts with a change of kind `all`.
 *
 * The driver gives listening up for good where Postgres can't be reached at once after a loss, and says so to nobody;
 * a connection that died without a word isn't noticed at all. So every few seconds the feed sends itself an echo, and
 * listens anew if the echo doesn't come back. The feed sends the echo over a connection of its own, so that it doesn't queue
 * behind other queries. If Postgres doesn't answer there, or the echo doesn't arrive in time, the connections of `database`
 * are taken for dead as well and dropped.
 * @param options.url of the database that `database` is connected to
 */
export async function openChangeFeed(options: {
  database: Database;
  url: string;
  log: Logger;
  checkEveryMs?: number;
  withinMs?: number;
}): Promise<ChangeFeed> {
  const { database, log, checkEveryMs = CHECK_EVERY_MS, withinMs = WITHIN_MS } = options;
  const bus = new EventEmitter().setMaxListeners(0);
  const echoChannel = `echo_${randomUUID().replaceAll('-', '')}`;
  const kept: Positioned[] = [];
  let epoch = '';
  let count = 0;

  const publish = (change: Change) => {
    count += 1;
    const entry = { position: `${epoch}:${count}`, change };
    kept.push(entry);
    if (kept.length > KEPT) kept.shift();
    bus.emit('change');
  };
  /** On every (re)connection of the listening: what was committed in between was told to nobody. */
  const begin = () => {
    const again = epoch !== '';
    epoch = randomUUID();
    kept.length = 0;
    count = 0;
    if (again) publish({ kind: 'all', id: 0 });
  };
  const missed = (position: string | null): Positioned[] => {
    const [theirEpoch, theirCount] = position?.split(':') ?? [];
    const after = Number(theirCount);
    const reachesBack = count - kept.length <= after && after <= count;
    if (theirEpoch === epoch && reachesBack) return kept.slice(kept.length - (count - after));
    return [{ position: `${epoch}:${count}`, change: { kind: 'all', id: 0 } }];
  };

  let listener: Database | undefined;
  const listen = async () => {
    const next = connect(options.url, { max: 1, applicationName: 'scheduler-server-changes' });
    listener = next;
    const current = () => listener === next;
    try {
      await next.sql.listen(echoChannel, () => current() && bus.emit('echo'));
      await next.sql.listen(
        CHANGES_CHANNEL,
        (payload) => current() && publish(JSON.parse(payload) as Change),
        () => current() && begin(),
      );
    } catch (error) {
      await next.close().catch(() => {});
      throw error;
    }
  };

  let closed = false;

  const hearsEcho = async (): Promise<boolean> => {
    const asking = listener;
    if (!asking) return false;
    let echoed = false;
    const waiting = new AbortController();
    const echo = once(bus, 'echo', { signal: waiting.signal }).then(
      () => {
        echoed = true;
      },
      () => {},
    );
    // Where it can't be sent, nothing will be heard.
    const sent = asking.sql.notify(echoChannel, '').catch(() => waiting.abort());
    // Either connection may have died without being closed, and then the others may have as well.
    const answered = (await settlesWithin(sent, withinMs)) && (await settlesWithin(echo, withinMs));
    if (!answered && !closed) {
      log.warn({ withinMs }, 'Postgres gives no sign of life: dropping all connections');
      asking.drop();
      database.drop();
    }
    waiting.abort();
    return echoed;
  };

  let heard = true;
  const check = async () => {
    if (await hearsEcho()) return;
    if (closed) return;
    if (heard) log.warn('the database no longer tells of changes; listening anew');
    heard = false;
    listener?.drop();
    await listener?.close().catch(() => {});
    try {
      await listen();
      heard = true;
      log.info('the database tells of changes again');
    } catch {
      // Not there yet: the next check tries again.
    }
  };

  await listen();
  let checking: Promise<void> = Promise.resolve();
  let timer: NodeJS.Timeout;
  const checkLater = () => {
    timer = setTimeout(() => {
      checking = check().finally(() => {
        if (!closed) checkLater();
      });
    }, checkEveryMs);
  };
  checkLater();

  return {
    since: async function* (position, signal) {
      // A stream keeps where it is, not what it hasn't sent yet: a page that doesn't read holds up no memory.
      let at = position;
      for (;;) {
        // Before the reading, so that no change falls between the two.
        const more = once(bus, 'change', signal ? { signal } : {});
        more.catch(() => {});
        for (const entry of missed(at)) {
          at = entry.position;
          yield entry;
        }
        await more;
      }
    },
    hears: () => heard,
    close: async () => {
      closed = true;
      clearTimeout(timer);
      await checking;
      await listener?.close();
    },
  };
}
