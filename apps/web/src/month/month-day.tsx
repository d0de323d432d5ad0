// biome-ignore-all lint/a11y/noNoninteractiveElementToInteractiveRole: a table may be a grid of the keyboard; its cells are gridcells then
import type { MonthView } from '@scheduler/server/router';
import { TriangleAlert } from 'lucide-react';
import { formatDay } from '../lib/time.ts';
import { TruncatedText } from '../ui/truncated-text.tsx';

type Day = MonthView['days'][number];

export function DayHead({ day, today, inMonth }: { day: Day; today: string; inMonth: boolean }) {
  const isToday = day.day === today;
  const otherDay = inMonth ? 'font-medium' : 'text-ink-2';
  return (
    <span className="flex w-full items-center gap-1.5">
      <span className="sr-only">
        {formatDay(day.day)}
        {isToday && ', today'}
        {'. '}
      </span>
      <span
        aria-hidden
        className={`grid h-6 min-w-6 place-content-center rounded-full px-1 ${isToday ? 'bg-accent font-semibold text-accent-ink' : otherDay}`}
      >
        {Number(day.day.slice(8))}
      </span>
      {day.holiday && <TruncatedText text={day.holiday} className="text-xs text-ink-2" />}
    </span>
  );
}

/** What is planned on a day against what is open: in words, and as the parts of a line. */
export function PlannedAndOpen({ planned, due }: { planned: number; due: number }) {
  if (planned + due === 0) return null;
  return (
    <span className="grid gap-1 text-xs">
      <span className="flex flex-wrap items-baseline justify-between gap-x-2">
        {planned > 0 && (
          <span className="text-ink-2">
            <b className="font-semibold text-ink">{planned}</b> planned
          </span>
        )}
        {due > 0 && (
          <span className="inline-flex items-center gap-1 font-semibold text-waiting">
            <TriangleAlert aria-hidden className="size-3.5 self-center" />
            {due} open
          </span>
        )}
      </span>
      <span aria-hidden className="flex h-1 gap-px overflow-hidden rounded-full forced-color-adjust-none">
        <span className="bg-synced/60" style={{ flexGrow: planned }} />
        <span className="bg-waiting" style={{ flexGrow: due }} />
      </span>
    </span>
  );
}

/** What a day's open work is, for screen readers and on hover. */
export const openWords = (due: number): string =>
  `${due} unscheduled ${due === 1 ? 'event has its last day' : 'events have their last day'}`;
