import { Redis } from 'ioredis';
import { type Counter, EVER_KEPT_SECONDS, EVER_KEY, fieldOf, keyOf, startOf, TIERS } from './buckets.ts';
import { connectionOptions } from './connection.ts';
import { bucketOf } from './histogram.ts';

/** Longest memory of figures while Redis is away, in minutes; older ones are dropped first. */
const BUFFERED_MINUTES = 120;
/** Names are few and known. Should one ever be made of an id by mistake, the rest counts as `other`. */
const MOST_NAMES = 64;
const BATCH_EVERY_MS = 1000;
const BATCH_WITHIN_MS = 3000;

/** Counts what the worker does. Calls return at once, never throw and never wait for Redis. */
export interface MetricsWriter {
  /** A finished try of a task; `clickToSyncedMs` where it made an event synced: since what is wanted last changed. */
  attempt(a: {
    task: string;
    outcome: string;
    durationMs: number;
    clickToSyncedMs?: number | undefined;
  }): void;
  /** An answered or failed call to Crossmark. */
  call(c: { call: string; ok: boolean; durationMs: number; failureKind?: string | undefined }): void;
  /** Writes what is left, unless Redis is away, and lets go of the connection. Takes 4 s at most. */
  close(): Promise<void>;
}

/** Where outages are reported: one line when Redis goes, one when it is back. */
interface Log {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
}

/**
 * A writer of figures for the admin page. Without a URL it does nothing. With one it sends at most one batch a second,
 * and while Redis is away it counts on in memory (120 minutes at most) and catches up when Redis is back. A batch that isn't
 * answered within `batchWithinMs` is given up.
 */
export function createMetricsWriter(
  redisUrl: string | undefined,
  log: Log,
  { batchWithinMs = BATCH_WITHIN_MS } = {},
): MetricsWriter {
  if (!redisUrl) return { attempt() {}, call() {}, close: async () => {} };

  const redis = new Redis(redisUrl, connectionOptions('crossmark-metrics-writer'));
  let away = false;
  redis.on('error', (error: Error) => {
    if (away) return;
    away = true;
    log.warn({ reason: error.message }, 'Redis is gone: figures are kept in memory, work goes on');
  });
  redis.on('ready', () => {
    if (away) log.info({}, 'Redis is back: figures are written again');
    away = false;
  });

  /** Start of a minute (seconds since 1970) to its counters. Aggregated, so its size doesn't grow with the load. */
  let pending = new Map<number, Map<string, number>>();
  const names = new Set<string>();

  const nameOf = (given: string) => {
    const name = given.replaceAll(':', '_').slice(0, 60);
    if (names.has(name)) return name;
    if (names.size >= MOST_NAMES) return 'other';
    names.add(name);
    return name;
  };
  const count = (counter: Counter, subject: string, which: string | number, by = 1) => {
    const minute = Math.floor(Date.now() / 60_000) * 60;
    let fields = pending.get(minute);
    if (!fields) {
      fields = new Map();
      pending.set(minute, fields);
      const oldest = pending.keys().next().value;
      if (pending.size > BUFFERED_MINUTES && oldest !== undefined) pending.delete(oldest);
    }
    const field = fieldOf(counter, nameOf(subject), typeof which === 'string' ? nameOf(which) : which);
    fields.set(field, (fields.get(field) ?? 0) + by);
  };

  const measure = (histogram: 'duration' | 'synced' | 'latency', subject: string, ms: number) => {
    count(histogram, subject, bucketOf(ms));
    if (ms > 0 && Number.isFinite(ms)) count('spent', subject, histogram, Math.round(ms));
  };

  let sending: Promise<void> | undefined;
  const send = () => {
    if (sending || pending.size === 0 || redis.status !== 'ready') return sending ?? Promise.resolve();
    const batch = redis.multi();
    for (const [minute, fields] of pending) {
      for (const tier of TIERS) {
        const start = startOf(tier, minute);
        const key = keyOf(tier, start);
        for (const [field, n] of fields) batch.hincrby(key, field, n);
        batch.expireat(key, start + tier.seconds + tier.keptSeconds);
      }
      for (const [field, n] of fields) batch.hincrby(EVER_KEY, field, n);
    }
    batch.expire(EVER_KEY, EVER_KEPT_SECONDS);
    // A batch whose answer is lost may have been counted, so it isn't sent twice: a gap of a second at worst.
    pending = new Map();
    let timer: NodeJS.Timeout | undefined;
    const timeout = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error('no answer in time')), batchWithinMs);
    });
    sending = Promise.race([batch.exec(), timeout])
      .then(
        () => {},
        (error: Error) => {
          log.warn({ reason: error.message }, 'a batch of figures was lost');
          // A server that hangs would have batches pile up in the socket.
          if (redis.status === 'ready') redis.disconnect(true);
        },
      )
      .finally(() => {
        clearTimeout(timer);
        sending = undefined;
      });
    return sending;
  };
  const timer = setInterval(send, BATCH_EVERY_MS).unref();

  return {
    attempt({ task, outcome, durationMs, clickToSyncedMs }) {
      count('outcome', task, outcome);
      measure('duration', task, durationMs);
      if (clickToSyncedMs !== undefined) measure('synced', task, clickToSyncedMs);
    },
    call({ call, ok, durationMs, failureKind }) {
      count('call', call, ok ? 'ok' : (failureKind ?? 'failed'));
      measure('latency', call, durationMs);
    },
    async close() {
      clearInterval(timer);
      // A process that lives for less than a moment is to be counted as well.
      if (!away && redis.status !== 'ready' && pending.size > 0) {
        await new Promise<void>((resolve) => {
          redis.once('ready', resolve);
          redis.once('close', resolve);
          setTimeout(resolve, BATCH_EVERY_MS).unref();
        });
      }
      await sending;
      await send();
      redis.disconnect();
    },
  };
}
