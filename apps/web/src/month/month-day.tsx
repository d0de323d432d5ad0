// biome-ignore-all lint/a11y/noNoninteractiveElementToInteractiveRole: a table may be a grid of the keyboard; its cells are gridcells then
import type { MonthView } from '@scheduler/server/router';
import { TriangleAlert } from 'lucide-react';
import { formatDay } from '../lib/time.ts';
import { TYPES } from '../lib/words.ts';
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
      <Caution day={day} />
    </span>
  );
}

/** Only on days on which unscheduled work could be done for the last time. */
export function Caution({ day }: { day: Day }) {
  if (day.due === 0) return null;
  const words = `${day.due} unscheduled ${day.due === 1 ? 'event has its last day' : 'events have their last day'}`;
  return (
    <span
      title={words}
      data-testid={`caution-${day.day}`}
      className="ml-auto inline-flex shrink-0 items-center gap-0.5 rounded bg-waiting-soft px-1 py-px text-xs font-medium text-waiting"
    >
      <TriangleAlert aria-hidden className="size-3.5" />
      <span aria-hidden>{day.due}</span>
      <span className="sr-only">{words}. </span>
    </span>
  );
}

export function Counts({ day }: { day: Day }) {
  return (
    <span className="flex flex-wrap gap-x-2.5 gap-y-0.5 text-xs">
      {day.counts.map(({ type, count }) => (
        <span key={type} className="inline-flex items-center gap-1 whitespace-nowrap">
          <span
            aria-hidden
            className="size-2 shrink-0 rounded-[2px] forced-color-adjust-none"
            style={{ background: `var(${TYPES[type].token})` }}
          />
          <span>
            <b className="font-semibold">{count}</b> {TYPES[type].short}
          </span>
        </span>
      ))}
    </span>
  );
}
