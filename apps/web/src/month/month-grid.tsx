// biome-ignore-all lint/a11y/noNoninteractiveElementToInteractiveRole: a table may be a grid of the keyboard; its cells are gridcells then
import type { MonthView } from '@scheduler/server/router';
import { Link } from '@tanstack/react-router';
import { type KeyboardEvent, useEffect, useRef, useState } from 'react';
import { addDays, formatMonth } from '../lib/time.ts';
import { shortcutOf } from '../ui/shortcuts.ts';
import { Counts, DayHead } from './month-day.tsx';
import { monthAfter, monthBefore } from './months.ts';

const WEEKDAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];

const STEPS: Record<string, number> = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -7, ArrowDown: 7 };

/**
 * Weeks by days. One stop of Tab; arrows go from day to day and on into the next month, PageUp and
 * PageDown by months.
 */
export function MonthGrid({
  month,
  view,
  storeId,
  onMonth,
}: {
  /** The month asked for; `view` may still be the one before. */
  month: string;
  view: MonthView;
  storeId: number | undefined;
  onMonth: (month: string) => void;
}) {
  const table = useRef<HTMLTableElement>(null);
  const [focusedDay, setFocusedDay] = useState<string>();
  const isInView = (day: string | undefined) =>
    day !== undefined && view.days.some((each) => each.day === day);
  const firstStop = view.today.startsWith(view.month) ? view.today : `${view.month}-01`;
  const stop = focusedDay !== undefined && isInView(focusedDay) ? focusedDay : firstStop;

  // The day that the keys went to may come only with the next month.
  const isMoving = useRef(false);
  useEffect(() => {
    if (!isMoving.current || stop !== focusedDay || view.month !== month) return;
    isMoving.current = false;
    table.current?.querySelector<HTMLElement>(`[data-day="${stop}"]`)?.focus();
  });

  const onKeyDown = (event: KeyboardEvent) => {
    const from = event.target instanceof HTMLElement ? event.target.dataset.day : undefined;
    const shortcut = shortcutOf(event);
    const to = from && shortcut && dayForKey(shortcut, from);
    if (!to) return;
    event.preventDefault();
    isMoving.current = true;
    setFocusedDay(to);
    if (to.slice(0, 7) !== view.month && (shortcut.startsWith('Page') || !isInView(to)))
      onMonth(to.slice(0, 7));
  };

  const weeks = Array.from({ length: view.days.length / 7 }, (_, week) =>
    view.days.slice(week * 7, week * 7 + 7),
  );
  return (
    <div className="min-h-0 flex-1 overflow-auto bg-surface">
      <table
        ref={table}
        role="grid"
        aria-label={formatMonth(view.month)}
        onKeyDown={onKeyDown}
        className="h-full w-full min-w-[700px] table-fixed border-separate border-spacing-0 text-sm"
      >
        <thead>
          <tr>
            {WEEKDAYS.map((weekday) => (
              <th
                key={weekday}
                scope="col"
                className="sticky top-0 z-10 h-8 border-r border-b border-line bg-surface-2 px-2 text-left text-xs font-medium text-ink-2"
              >
                {weekday}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {weeks.map((week) => (
            <tr key={week[0]?.day}>
              {week.map((day) => (
                <td
                  key={day.day}
                  aria-current={day.day === view.today ? 'date' : undefined}
                  className={`h-24 border-r border-b border-line p-0 align-top ${groundOf(day, view.month)}`}
                >
                  <Link
                    to="/day"
                    search={{ day: day.day, ...(storeId && { store: storeId }) }}
                    data-day={day.day}
                    tabIndex={day.day === stop ? 0 : -1}
                    onFocus={() => setFocusedDay(day.day)}
                    className="flex h-full flex-col gap-1 p-1.5 hover:bg-surface-2 focus-visible:-outline-offset-2"
                  >
                    <DayHead day={day} today={view.today} inMonth={day.day.startsWith(view.month)} />
                    <Counts day={day} />
                  </Link>
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** The ground of a day: greyed outside of the month, and on a holiday. */
function groundOf(day: MonthView['days'][number], month: string): string {
  if (!day.day.startsWith(month)) return 'bg-surface-2';
  return day.holiday ? 'bg-off' : '';
}

/** The day that a key leads to. */
function dayForKey(key: string, from: string): string | undefined {
  const step = STEPS[key];
  if (step !== undefined) return addDays(from, step);
  if (key !== 'PageUp' && key !== 'PageDown') return undefined;
  const month = (key === 'PageUp' ? monthBefore : monthAfter)(from.slice(0, 7));
  // The 31st leads to the last day of a shorter month.
  const last = addDays(`${monthAfter(month)}-01`, -1);
  const same = `${month}-${from.slice(8)}`;
  return same < last ? same : last;
}
