// biome-ignore-all lint/a11y/noNoninteractiveElementToInteractiveRole: a table may be a grid of the keyboard; its cells are gridcells then
import type { MonthView } from '@scheduler/server/router';
import { Link } from '@tanstack/react-router';
import { type KeyboardEvent, useEffect, useRef, useState } from 'react';
import { addDays, formatMonth } from '../lib/time.ts';
import { shortcutOf } from '../ui/shortcuts.ts';
import { TypeCounts } from '../ui/type-counts.tsx';
import { HEATS, heatOf, plannedOn, totalsOf } from './heat.ts';
import { DayHead, openWords, PlannedAndOpen } from './month-day.tsx';
import { monthAfter, monthBefore } from './months.ts';

const WEEKDAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];

const STEPS: Record<string, number> = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -7, ArrowDown: 7 };

/**
 * The month as a grid of weeks and days. It is one stop of the Tab key: arrows move by days, also
 * into the next month, and PageUp and PageDown move by months.
 */
export function MonthGrid({
  month,
  view,
  storeId,
  onMonth,
}: {
  /** The requested month; `view` may still be the previous one. */
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

  // The day that a key selected may be loaded only with the next month.
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
            {[...WEEKDAYS, 'Week'].map((weekday) => (
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
                  data-heat={heatOf(day)}
                  className={`h-24 border-r border-b border-line p-0 align-top ${groundOf(day, view.month)}`}
                >
                  <Link
                    to="/day"
                    search={{ day: day.day, ...(storeId && { store: storeId }) }}
                    data-day={day.day}
                    tabIndex={day.day === stop ? 0 : -1}
                    onFocus={() => setFocusedDay(day.day)}
                    title={day.due > 0 ? openWords(day.due) : undefined}
                    className="flex h-full flex-col gap-1 p-1.5 hover:brightness-97 focus-visible:-outline-offset-2"
                  >
                    <DayHead day={day} today={view.today} inMonth={day.day.startsWith(view.month)} />
                    <TypeCounts counts={day.counts} />
                    <span className="mt-auto">
                      <PlannedAndOpen planned={plannedOn(day)} due={day.due} />
                    </span>
                  </Link>
                </td>
              ))}
              <td
                data-testid={`week-${week[0]?.day}`}
                className="border-b border-line bg-surface-2 p-1.5 align-bottom"
              >
                <PlannedAndOpen {...totalsOf(week)} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** Returns the background of a day: its heat, else gray outside of the month and on a holiday. */
function groundOf(day: MonthView['days'][number], month: string): string {
  const heat = heatOf(day);
  if (heat > 0) return HEATS[heat].look;
  if (!day.day.startsWith(month)) return 'bg-surface-2';
  return day.holiday ? 'bg-off' : '';
}

/** Returns the day to which a key moves. */
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
