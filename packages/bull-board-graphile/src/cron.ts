import { type CronItem, type ParsedCronItem, parseCronItem, parseCrontab } from 'graphile-worker';
import type { GraphileQueuesOptions } from './options.ts';

/** An entry of the crontab as the board shows it. */
export interface CronEntry {
  identifier: string;
  task: string;
  /** Undefined if the app matches with a function. */
  pattern: string | undefined;
  payload: Record<string, unknown>;
  options: ParsedCronItem['options'];
  /** The first run after an instant, in epoch milliseconds; undefined if there is none within two years. */
  nextAfter(nowMs: number): number | undefined;
}

const MINUTE_MS = 60_000;
const HORIZON_MS = 2 * 366 * 24 * 60 * MINUTE_MS;

/**
 * Parses the crontab with graphile-worker's own parser. Throws its error if the crontab is invalid.
 */
export function readCron(cron: GraphileQueuesOptions['cron']): CronEntry[] {
  if (cron === undefined) return [];
  if (typeof cron !== 'string')
    return cron.map((item: CronItem) =>
      toEntry(parseCronItem(item), typeof item.match === 'string' ? item.match : undefined),
    );
  // parseCrontab keeps the order of the lines but not their patterns, which are the first five
  // fields.
  const lines = cron
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'));
  return parseCrontab(cron).map((item, index) =>
    toEntry(item, lines[index]?.split(/\s+/).slice(0, 5).join(' ')),
  );
}

function toEntry(item: ParsedCronItem, pattern: string | undefined): CronEntry {
  let cached: { from: number; next: number | undefined } | undefined;
  return {
    identifier: item.identifier,
    task: item.task,
    pattern,
    payload: item.payload ?? {},
    options: item.options,
    nextAfter(nowMs) {
      // The result is valid until that time has passed. Only for a rare entry does the search take
      // more than a few steps.
      if (!cached || nowMs < cached.from || nowMs >= (cached.next ?? cached.from + MINUTE_MS * 60))
        cached = { from: nowMs, next: search(item, nowMs) };
      return cached.next;
    },
  };
}

function search(item: ParsedCronItem, nowMs: number): number | undefined {
  const firstMs = (Math.floor(nowMs / MINUTE_MS) + 1) * MINUTE_MS;
  for (let ms = firstMs; ms < firstMs + HORIZON_MS; ms += MINUTE_MS) {
    const at = new Date(ms);
    // graphile-worker's crontab is in UTC.
    const digest = {
      min: at.getUTCMinutes(),
      hour: at.getUTCHours(),
      date: at.getUTCDate(),
      month: at.getUTCMonth() + 1,
      dow: at.getUTCDay(),
    };
    if (item.match(digest)) return ms;
  }
  return undefined;
}
