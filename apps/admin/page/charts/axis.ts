import { formatTime } from '../format.ts';
import type { Range } from './ranges.ts';

export type Row = { at: string } & Record<string, string | number | undefined>;

export const MARGIN = { top: 6, right: 8, bottom: 0, left: 0 };

/**
 * Round moments in the reader's own time: each is the first bucket of its ten minutes, four hours,
 * day or five days.
 */
export function axisTicks(rows: Row[], range: Range): string[] {
  const unitOf = (at: string) => {
    const local = new Date(at);
    const day = Math.floor((local.getTime() - local.getTimezoneOffset() * 60_000) / 86_400_000);
    if (range === '1h') return Math.floor(local.getMinutes() / 10);
    if (range === '24h') return Math.floor(local.getHours() / 4);
    return range === '7d' ? day : Math.floor(day / 5);
  };
  return rows.map((row) => row.at).filter((at, i, all) => i > 0 && unitOf(at) !== unitOf(all[i - 1] ?? at));
}

export function axisTime(range: Range) {
  const days = range === '7d' || range === '30d';
  return (at: string) =>
    days ? new Date(at).toLocaleDateString('en-US', { month: 'short', day: 'numeric' }) : formatTime(at);
}

/** Round durations from below the shortest to above the longest, for a logarithmic axis. */
export function ticksOver(values: (string | number | undefined)[]): number[] {
  const round = [1, 10, 100, 1000, 10_000, 60_000, 600_000, 3_600_000, 36_000_000, 360_000_000];
  const numbers = values.filter((value): value is number => typeof value === 'number');
  const [least, most] = [Math.min(...numbers), Math.max(...numbers)];
  const first = round.findLastIndex((tick) => tick <= least);
  const last = round.findIndex((tick) => tick >= most);
  return round.slice(Math.max(0, first), (last === -1 ? round.length - 1 : last) + 1);
}
