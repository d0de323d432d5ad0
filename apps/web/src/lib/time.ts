import { currentInstant, currentTimeMs } from '@scheduler/runtime/browser-clock';
import {
  addDays,
  daysBetween,
  formatDay,
  formatTime,
  formatWhen,
  type Instant,
  weekStart,
  workDateOf,
} from '@scheduler/scheduling';
import { createExternalStore, useExternalStore } from './external-store.ts';

export { addDays, daysBetween, formatDay, formatTime, formatWhen, weekStart, workDateOf };

const VIEWER_ZONE = Intl.DateTimeFormat().resolvedOptions().timeZone;

/** Now, as the rest of the app writes instants. */
const nowInstant = (): Instant => currentInstant();

/** The week that it is in a store; in the viewer's zone while the store's is unknown. */
export const weekIn = (timeZone = VIEWER_ZONE): string => weekStart(workDateOf(nowInstant(), timeZone));

/** The later one of two days. */
export const laterDay = (a: string, b: string): string => (daysBetween(a, b) > 0 ? b : a);

/** The day that it is in a store; in the viewer's zone while the store's is unknown. */
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

/** Gives `10:45 AM`, and `Mon Jan 5, 10:45 AM` where that isn't today, on the store's clocks. */
export function useFormatMoment(timeZone = VIEWER_ZONE): (instant: Instant) => string {
  const today = useToday(timeZone);
  return (instant) =>
    workDateOf(instant, timeZone) === today ? formatTime(instant, timeZone) : formatWhen(instant, timeZone);
}

/** `10:45 AM` out of `10:45`. */
export function formatClock(time: string): string {
  const [hour = '0', minute = '00'] = time.split(':');
  return `${Number(hour) % 12 || 12}:${minute} ${Number(hour) < 12 ? 'AM' : 'PM'}`;
}

/** `6 h 30 min`. */
export function formatDuration(minutes: number): string {
  const hours = Math.floor(minutes / 60);
  const rest = minutes % 60;
  return [hours ? `${hours} h` : '', rest ? `${rest} min` : ''].filter(Boolean).join(' ');
}

/**
 * The store's zone in words when the viewer's clock shows another time at that moment; else null.
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

/** The current time in ms, renewed every second by one timer for all who use it. */
const clockMs = createExternalStore(currentTimeMs(), () => {
  const timer = setInterval(() => clockMs.set(currentTimeMs()), 1000);
  return () => clearInterval(timer);
});

/** The current time in ms, renewed every second. */
export const useNow = (): number => useExternalStore(clockMs, (nowMs) => nowMs);

/** Whether an instant has passed; the component renders again when it does. */
export const useIsPast = (instant: Instant): boolean =>
  useExternalStore(clockMs, () => Date.parse(instant) <= currentTimeMs());

/** {@link todayIn}; the component renders again when another day begins. */
export const useToday = (timeZone = VIEWER_ZONE): string =>
  useExternalStore(clockMs, () => todayIn(timeZone));

/**
 * How often it is looked whether the computer slept, and the least that time must have jumped for
 * that.
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
