import type { MonthView } from '@scheduler/server/router';
import { Link } from '@tanstack/react-router';
import { formatDay, formatMonth } from '../lib/time.ts';
import { Empty } from '../ui/states.tsx';
import { TypeCounts } from '../ui/type-counts.tsx';
import { HEATS, hasSomething, heatOf, plannedOn } from './heat.ts';
import { PlannedAndOpen } from './month-day.tsx';

/** The month for narrow screens, as a list of the days that have something. */
export function MonthList({ view, storeId }: { view: MonthView; storeId: number | undefined }) {
  const days = view.days.filter((day) => day.day.startsWith(view.month) && hasSomething(day));
  if (days.length === 0) return <Empty title={`Nothing is planned or due in ${formatMonth(view.month)}.`} />;
  return (
    <ol className="divide-y divide-line bg-surface">
      {days.map((day) => (
        <li
          key={day.day}
          data-heat={heatOf(day)}
          aria-current={day.day === view.today ? 'date' : undefined}
          className={heatOf(day) === 0 && day.holiday ? 'bg-off' : HEATS[heatOf(day)].look}
        >
          <Link
            to="/day"
            search={{ day: day.day, ...(storeId && { store: storeId }) }}
            data-day={day.day}
            className="grid min-h-13 grid-cols-[3.75rem_minmax(0,1fr)_6.5rem] items-center gap-x-2 px-3 py-1.5"
          >
            <span className={`text-sm ${day.day === view.today ? 'font-semibold text-accent-text' : ''}`}>
              {formatDay(day.day).replace(/ [A-Z][a-z]+ /, ' ')}
              {day.day === view.today && <span className="sr-only">, today</span>}
            </span>
            <span className="grid gap-0.5">
              {day.holiday && <span className="text-xs text-ink-2">{day.holiday}</span>}
              <TypeCounts counts={day.counts} />
            </span>
            <PlannedAndOpen planned={plannedOn(day)} due={day.due} />
          </Link>
        </li>
      ))}
    </ol>
  );
}
