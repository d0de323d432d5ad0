import { currentInstant, currentTimeMs } from '@scheduler/runtime/browser-clock';
import {
  addDays,
  daysBetween,
  formatClock,
  formatDay,
  formatTime,
  formatWhen,
  type Instant,
  laterDay,
  weekStart,
  workDateOf,
} from '@scheduler/scheduling';
import { createContext, useContext } from 'react';
import { createExternalStore, useExternalStore } from './external-store.ts';

export {
  addDays,
  daysBetween,
  formatClock,
  formatDay,
  formatTime,
  formatWhen,
  laterDay,
  weekStart,
  workDateOf,
};

const VIEWER_ZONE = Intl.DateTimeFormat().resolvedOptions().timeZone;

/** Returns the current time as an instant. */
const nowInstant = (): Instant => currentInstant();

/** Returns the current week in a store, or in the viewer's zone while the store's is unknown. */
export const weekIn = (timeZone = VIEWER_ZONE): string => weekStart(workDateOf(nowInstant(), timeZone));

/** Returns the current day in a store, or in the viewer's zone while the store's is unknown. */
export const todayIn = (timeZone = VIEWER_ZONE): string => workDateOf(nowInstant(), timeZone);

/** `January 2026` out of `2026-01`. */
export function formatMonth(month: string): string {
  const date = new Date(`${month}-01T12:00:00Z`);
  return new Intl.DateTimeFormat('en-US', { month: 'long', year: 'numeric', timeZone: 'UTC' }).format(date);
}

/** `Jan 4 – 10, 2026`: a week's first and last day; with both years where they differ. */
export function formatWeek(sunday: string): string {
  const last = addDays(sunday, 6);
  const [, from = '', firstDay = ''] = formatDay(sunday).split(' ');
  const [, to = '', lastDay = ''] = formatDay(last).split(' ');
  const [firstYear, lastYear] = [sunday.slice(0, 4), last.slice(0, 4)];
  if (firstYear !== lastYear) return `${from} ${firstDay}, ${firstYear} – ${to} ${lastDay}, ${lastYear}`;
  return `${from} ${firstDay} – ${from === to ? '' : `${to} `}${lastDay}, ${lastYear}`;
}

/** The zone of the page's store; undefined while it is unknown, and on pages before the sign-in. */
export const StoreZone = createContext<string | undefined>(undefined);

/**
 * Returns a function that formats an instant as `10:45 AM`, or as `Mon Jan 5, 10:45 AM` if it isn't
 * today. The zone is that of the page's store, or `timeZone`; the viewer's while no store is known.
 */
export function useFormatMoment(timeZone?: string): (instant: Instant) => string {
  const pageZone = useContext(StoreZone);
  const zone = timeZone ?? pageZone ?? VIEWER_ZONE;
  const today = useToday(zone);
  return (instant) =>
    workDateOf(instant, zone) === today ? formatTime(instant, zone) : formatWhen(instant, zone);
}

/** `10:15a` out of `10:15 AM`. */
export const shortTime = (time: string): string =>
  time.replace(/ ([AP])M$/, (_, half: string) => half.toLowerCase());

/** `6 h 30 min`. */
export function formatDuration(minutes: number): string {
  const hours = Math.floor(minutes / 60);
  const rest = minutes % 60;
  return [hours ? `${hours} h` : '', rest ? `${rest} min` : ''].filter(Boolean).join(' ');
}

const QUARTERS: Record<number, string> = { 0: '', 15: '¼', 30: '½', 45: '¾' };

/** `6½ h`, `30 min`, `1 h 5 min`: where there is little room. */
export function formatHours(minutes: number): string {
  const quarter = QUARTERS[minutes % 60];
  if (minutes < 60 || quarter === undefined) return formatDuration(minutes) || '0 h';
  return `${Math.floor(minutes / 60)}${quarter} h`;
}

/**
 * Returns the store's zone in words if the viewer's clock shows another time at that moment,
 * otherwise null.
 */
export function otherZone(timeZone: string, at: Instant = nowInstant()): string | null {
  const here = formatTime(at, VIEWER_ZONE) + workDateOf(at, VIEWER_ZONE);
  return here === formatTime(at, timeZone) + workDateOf(at, timeZone) ? null : zoneWords(timeZone);
}

/** `Eastern Time – Indianapolis`. */
export function zoneWords(timeZone = VIEWER_ZONE): string {
  if (timeZone === 'UTC') return timeZone;
  const parts = new Intl.DateTimeFormat('en-US', { timeZone, timeZoneName: 'longGeneric' }).formatToParts();
  const name = parts.find((part) => part.type === 'timeZoneName')?.value ?? timeZone;
  const city = timeZone.split('/').at(-1)?.replaceAll('_', ' ');
  return city && !name.includes(city) ? `${name} – ${city}` : name;
}

/** `just now`, `4 min ago`, `in 40 s`, `in 2 h`. */
export function formatFromNow(instant: Instant, nowMs: number): string {
  const seconds = Math.round((Date.parse(instant) - nowMs) / 1000);
  const size = Math.abs(seconds);
  if (size < 5) return seconds > 0 ? 'in a moment' : 'just now';
  return seconds > 0 ? `in ${amountOf(size)}` : `${amountOf(size)} ago`;
}

function amountOf(seconds: number): string {
  if (seconds < 90) return `${seconds} s`;
  if (seconds < 5400) return `${Math.round(seconds / 60)} min`;
  if (seconds < 129_600) return `${Math.round(seconds / 3600)} h`;
  return `${Math.round(seconds / 86_400)} days`;
}

/** The current time in ms, updated every second by one timer for all users of it. */
const clockMs = createExternalStore(currentTimeMs(), () => {
  const timer = setInterval(() => clockMs.set(currentTimeMs()), 1000);
  return () => clearInterval(timer);
});

/** Returns the current time in ms; the component renders again every second. */
export const useNow = (): number => useExternalStore(clockMs, (nowMs) => nowMs);

/** Whether an instant has passed; the component renders again when it does. */
export const useIsPast = (instant: Instant): boolean =>
  useExternalStore(clockMs, () => Date.parse(instant) <= currentTimeMs());

/** {@link todayIn}; the component renders again when another day begins. */
export const useToday = (timeZone = VIEWER_ZONE): string =>
  useExternalStore(clockMs, () => todayIn(timeZone));

/**
 * The time between checks of whether the computer has slept, and the least jump of time that counts
 * as sleep.
 */
const CHECK_EVERY_MS = 5000;
const JUMP_MS = 30_000;

/**
 * Calls `listener` when the page continues after the computer slept, after the browser suspended
 * the page, or after somebody changed the computer’s clock. Returns how to stop.
 */
export function onWake(listener: () => void): () => void {
  let checkedAtMs = currentTimeMs();
  const timer = setInterval(() => {
    const passedMs = currentTimeMs() - checkedAtMs;
    checkedAtMs += passedMs;
    if (Math.abs(passedMs - CHECK_EVERY_MS) > JUMP_MS) listener();
  }, CHECK_EVERY_MS);
  return () => clearInterval(timer);
}
