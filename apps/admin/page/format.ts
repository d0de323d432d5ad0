import { currentInstant } from '@scheduler/runtime/browser-clock';

const NBSP = '\u00a0';

/** A duration in the unit a person would choose: `850 ms`, `2.4 s`, `3.1 min`, `5 h`, `2 d`. */
export function formatDuration(ms: number): string {
  const scaled = (value: number, unit: string) =>
    `${value.toLocaleString('en-US', { maximumFractionDigits: value < 10 ? 1 : 0 })}${NBSP}${unit}`;
  if (ms < 999.5) return scaled(Math.round(ms), 'ms');
  if (ms < 99_500) return scaled(ms / 1000, 's');
  if (ms < 5_970_000) return scaled(ms / 60_000, 'min');
  if (ms < 172_800_000) return scaled(ms / 3_600_000, 'h');
  return scaled(ms / 86_400_000, 'd');
}

/** How long ago, coarsely: `just now`, `40 s`, `12 min`, `3 h`, `2 d`. Both are ISO instants. */
export function formatAge(since: string, now: string): string {
  const ms = Math.max(0, Date.parse(now) - Date.parse(since));
  if (ms < 2000) return `0${NBSP}s`;
  const inUnit = (unitMs: number, unit: string) => `${Math.round(ms / unitMs)}${NBSP}${unit}`;
  if (ms < 100_000) return inUnit(1000, 's');
  if (ms < 6_000_000) return inUnit(60_000, 'min');
  if (ms < 172_800_000) return inUnit(3_600_000, 'h');
  return inUnit(86_400_000, 'd');
}

/**
 * Time of day as everywhere in the product: `10:45 AM`; in the reader's zone unless another one is
 * given.
 */
export function formatTime(instant: string, timeZone?: string): string {
  const zone = timeZone === undefined ? {} : { timeZone };
  return new Date(instant).toLocaleTimeString('en-US', { hour: 'numeric', minute: '2-digit', ...zone });
}

/** Time of day with seconds, in the reader's zone: `10:45:12 AM`. */
export const formatClock = (instant: string): string =>
  new Date(instant).toLocaleTimeString('en-US', { hour: 'numeric', minute: '2-digit', second: '2-digit' });

/** A part of a whole as a percentage; 100 % only where nothing is missing: `99.6 %`. */
export function formatPart(part: number): string {
  const percent = part < 1 ? Math.min(99.9, Math.round(part * 1000) / 10) : 100;
  return `${percent.toLocaleString('en-US', { maximumFractionDigits: 1 })}${NBSP}%`;
}

/** The time if the day is today, otherwise day and time; in the reader's zone. */
export function formatMoment(instant: string, now: string = currentInstant()): string {
  const [at, today] = [new Date(instant), new Date(now)];
  if (at.toDateString() === today.toDateString()) return formatTime(instant);
  return `${at.toLocaleDateString('en-US', { month: 'short', day: 'numeric' })}, ${formatTime(instant)}`;
}

/** Day and time of planned work in its store's zone: `Mon, Jan 5, 10:45 AM`. */
export function formatStoreTime(instant: string, timeZone: string): string {
  const day = new Date(instant).toLocaleDateString('en-US', {
    weekday: 'short',
    month: 'short',
    day: 'numeric',
    timeZone,
  });
  return `${day}, ${formatTime(instant, timeZone)}`;
}

/** Bytes in MB or GB. */
export function formatSize(bytes: number): string {
  const mb = bytes / 1_048_576;
  return mb < 1000 ? `${mb.toFixed(mb < 10 ? 1 : 0)}${NBSP}MB` : `${(mb / 1024).toFixed(1)}${NBSP}GB`;
}

/** A whole number with thousands separators. */
export const formatNumber = (n: number): string => n.toLocaleString('en-US');

/** A count and its noun. */
export const formatCount = (n: number, one: string, many = `${one}s`): string =>
  `${formatNumber(n)} ${n === 1 ? one : many}`;
