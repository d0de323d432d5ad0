// biome-ignore-all lint/a11y/noNoninteractiveElementToInteractiveRole: a table may be a grid of the keyboard; its cells are gridcells then
import type { MonthView } from '@scheduler/server/router';
import { Link } from '@tanstack/react-router';
import { formatDay } from '../lib/time.ts';
import { Caution, Counts } from './month-day.tsx';

/** The month for narrow screens: its days one below the other. */
export function MonthList({ view, storeId }: { view: MonthView; storeId: number | undefined }) {
  return (
    <ol className="divide-y divide-line bg-surface">
      {view.days
        .filter(({ day }) => day.startsWith(view.month))
        .map((day) => (
          <li key={day.day} aria-current={day.day === view.today ? 'date' : undefined}>
            <Link
              to="/day"
              search={{ day: day.day, ...(storeId && { store: storeId }) }}
              className={`grid min-h-12 grid-cols-[3.75rem_minmax(0,1fr)_auto] items-center gap-x-2 px-3 py-1.5 ${day.holiday ? 'bg-off' : ''}`}
            >
              <span className={`text-sm ${day.day === view.today ? 'font-semibold text-accent-text' : ''}`}>
                {formatDay(day.day).replace(/ [A-Z][a-z]+ /, ' ')}
                {day.day === view.today && <span className="sr-only">, today</span>}
              </span>
              <span className="grid gap-0.5">
                {day.holiday && <span className="text-xs text-ink-2">{day.holiday}</span>}
                {day.counts.length > 0 ? (
                  <Counts day={day} />
                ) : (
                  !day.holiday && <span className="text-xs text-ink-2">Nothing planned</span>
                )}
              </span>
              <Caution day={day} />
            </Link>
          </li>
        ))}
    </ol>
  );
}
