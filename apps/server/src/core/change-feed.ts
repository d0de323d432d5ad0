import { randomUUID } from 'node:crypto';
import { EventEmitter, once } from 'node:events';
import {
  CHANGES_CHANNEL,
  type Change,
  connect,
  type Database,
  postgresError,
  transactLocally,
} from '@scheduler/db';
import { type Logger, settlesWithin } from '@scheduler/runtime';
import { sql } from 'drizzle-orm';

/**
 * The number of changes that are kept for streams that reconnect or lag. A stream that missed more
 * is told to read everything again. That costs its page less than many single changes do: a
 * refresh of 100,000 events reaches every open page.
 */
const KEPT = 50;
/** How often the listening connection is checked, and how long an answer or an echo may take. */
const CHECK_EVERY_MS = 5_000;
const WITHIN_MS = 10_000;
const LOCK_NOT_AVAILABLE = '55P03';

/**
 * A change and its position in the feed, from which a stream continues after a lost connection.
 */
interface Positioned {
  position: string;
  change: Change;
}

/** The changes that any process commits, as they happen. */
export interface ChangeFeed {
  /**
   * Returns the changes from now on, preceded by those after `position`. A new stream (null) starts
   * with a change of kind `all`, because its caller's data is older. Throws an AbortError when
   * `signal` aborts, because a stream that merely ends tells its page not to reconnect.
   */
  since(position: string | null, signal: AbortSignal | undefined): AsyncGenerator<Positioned>;
  /** False while the listening connection is lost. */
  hears(): boolean;
  close(): Promise<void>;
}

/**
 * Listens to Postgres on one connection for the whole process and distributes the notifications.
 *
 * A stream that reconnects misses nothing. A position names the listening session of this process
 * (`epoch`) and a gapless number. If the epoch is the same and the buffer reaches back to the
 * position, the stream gets exactly the changes after it. Otherwise (another server, a restart, a
 * lost listening connection, a long absence) the stream starts with a change of kind `all`.
 *
 * The driver stops listening for good, without an error, if it can't reconnect to Postgres at once,
 * and it doesn't notice a connection that died silently. So the feed sends itself an echo every few
 * seconds and listens again if the echo doesn't arrive. It sends the echo on a connection of its
 * own, so that it doesn't queue behind other queries. If Postgres doesn't answer there, or the echo
 * is late, the connections of `database` count as dead too and are dropped. While other commits that
 * notify wait for a standby, no echo can come and no change either: that Postgres says so is enough.
 * @param options.url of the database that `database` is connected to, not of a pooler
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
  /** Runs on every connection. After a lost one, the changes committed in between were not heard. */
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

  /** Its commit waits neither for a standby nor, for long, for commits that do. */
  const sendEcho = ({ db }: Database) =>
    transactLocally(db, async (tx) => {
      await tx.execute(sql.raw(`set local lock_timeout = ${Math.ceil(withinMs / 3)}`));
      await tx.execute(sql`select pg_notify(${echoChannel}, '')`);
    });
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
    const sent = sendEcho(asking).catch((error) => {
      // Commits that notify wait for each other, and one of them waits for a standby.
      if (postgresError(error)?.code === LOCK_NOT_AVAILABLE) echoed = true;
      // If the echo can't be sent, no notification will arrive either.
      waiting.abort();
    });
    // Either connection may have died silently, and then the others may have too.
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
      // Postgres is still away. The next check listens again.
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
      // A stream stores its position and not its unsent changes, so a page that doesn't read takes
      // no memory.
      let at = position;
      for (;;) {
        // Subscribe before the read, so that no change falls between the two.
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
