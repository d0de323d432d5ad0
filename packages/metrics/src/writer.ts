import {
  type Counter,
  fieldOf,
  keyOf,
  raisedField,
  SINCE_FIELD,
  startOf,
  TIERS,
  TOTALS_KEPT_SECONDS,
  TOTALS_KEY,
} from './buckets.ts';
import { openRedis } from './connection.ts';
import { bucketOf } from './histogram.ts';

/** Minutes of figures kept in memory while Redis is away; the oldest are dropped first. */
const MAX_BUFFERED_MINUTES = 120;
/**
 * Names are few. If a mistake makes names from ids, the names beyond this limit count as `other`.
 */
const MAX_NAMES = 64;
const BATCH_INTERVAL_MS = 1000;
const BATCH_TIMEOUT_MS = 3000;

/** Counts the worker's activity. Its calls return at once, never throw and never wait for Redis. */
export interface MetricsWriter {
  /**
   * Counts a finished attempt of a task. `clickToSyncedMs`, if it synced an event, is the time
   * since the last change of the desired schedule.
   */
  attempt(attempt: {
    task: string;
    outcome: string;
    durationMs: number;
    clickToSyncedMs?: number | undefined;
  }): void;
  /** Counts an answered or failed call to Crossmark. */
  call(call: { call: string; ok: boolean; durationMs: number; failureKind?: string | undefined }): void;
  /**
   * Samples a level, such as how many changes need a person: 0 or more. A bucket has the mean of
   * its samples, so several workers may sample the same level.
   */
  level(name: string, value: number): void;
  /** Writes the remaining figures, unless Redis is away, and disconnects. Takes at most 4 s. */
  close(): Promise<void>;
}

/** Receives one line when Redis becomes unreachable and one when it is back. */
interface Log {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
}

/**
 * Creates a writer of figures for the admin page. Without a URL it does nothing. With a URL it
 * sends at most one batch a second. While Redis is away it counts in memory (at most 120 minutes)
 * and sends the figures when Redis is back. A batch without an answer within `batchTimeoutMs` is
 * lost.
 */
export function createMetricsWriter(
  redisUrl: string | undefined,
  log: Log,
  { batchTimeoutMs = BATCH_TIMEOUT_MS } = {},
): MetricsWriter {
  if (!redisUrl) return { attempt() {}, call() {}, level() {}, close: async () => {} };

  const redis = openRedis(redisUrl, 'crossmark-metrics-writer');
  let isAway = false;
  redis.on('error', (error: Error) => {
    if (isAway) return;
    isAway = true;
    log.warn({ reason: error.message }, 'Redis is gone: figures are kept in memory, work goes on');
  });
  redis.on('ready', () => {
    if (isAway) log.info({}, 'Redis is back: figures are written again');
    isAway = false;
  });

  /**
   * Counters by the start of their minute (seconds since 1970). Their size does not grow with the
   * load.
   */
  let pending = new Map<number, Map<string, number>>();
  const names = new Set<string>();
  /** When each level was last above zero, in seconds since 1970, as far as it isn't written yet. */
  let raised = new Map<string, number>();

  const nameOf = (subject: string) => {
    const name = subject.replaceAll(':', '_').slice(0, 60);
    if (names.has(name)) return name;
    if (names.size >= MAX_NAMES) return 'other';
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
      if (pending.size > MAX_BUFFERED_MINUTES && oldest !== undefined) pending.delete(oldest);
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
      for (const [field, n] of fields) batch.hincrby(TOTALS_KEY, field, n);
      batch.hsetnx(TOTALS_KEY, SINCE_FIELD, minute);
    }
    for (const [level, second] of raised) batch.hset(TOTALS_KEY, raisedField(level), second);
    batch.expire(TOTALS_KEY, TOTALS_KEPT_SECONDS);
    // A batch without an answer may have been counted, so it is not repeated. At most a second is
    // lost.
    pending = new Map();
    raised = new Map();
    let timer: NodeJS.Timeout | undefined;
    const timeout = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error('no answer in time')), batchTimeoutMs);
    });
    sending = Promise.race([batch.exec(), timeout])
      .then(
        () => {},
        (error: Error) => {
          log.warn({ reason: error.message }, 'a batch of figures was lost');
          // Batches for a hanging server would accumulate in the socket.
          if (redis.status === 'ready') redis.disconnect(true);
        },
      )
      .finally(() => {
        clearTimeout(timer);
        sending = undefined;
      });
    return sending;
  };
  const timer = setInterval(send, BATCH_INTERVAL_MS).unref();

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
    level(name, value) {
      if (!Number.isFinite(value) || value < 0) return;
      count('level', name, 'sum', Math.round(value));
      count('level', name, 'samples');
      if (value > 0) raised.set(nameOf(name), Math.floor(Date.now() / 1000));
    },
    async close() {
      clearInterval(timer);
      // A very short-lived process may still be connecting.
      if (!isAway && redis.status !== 'ready' && pending.size > 0) {
        await new Promise<void>((resolve) => {
          redis.once('ready', resolve);
          redis.once('close', resolve);
          setTimeout(resolve, BATCH_INTERVAL_MS).unref();
        });
      }
      await sending;
      await send();
      redis.disconnect();
    },
  };
}
