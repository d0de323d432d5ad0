// biome-ignore-all lint/a11y/noNoninteractiveElementToInteractiveRole: a table may be a grid of the keyboard; its cells are gridcells then

import type { MonthView } from '@scheduler/server/router';
import { Button, IconButton } from '@scheduler/ui/button';
import { keepPreviousData } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { ChevronLeft, ChevronRight, TriangleAlert } from 'lucide-react';
import { type KeyboardEvent, useEffect, useRef, useState } from 'react';
import { trpc } from '../lib/api.ts';
import { addDays, formatDay, formatMonth, useToday } from '../lib/time.ts';
import { TYPES } from '../lib/words.ts';
import { StoreName } from '../shell/store-name.tsx';
import { useStore } from '../shell/use-store.ts';
import { useTitle } from '../shell/use-title.ts';
import { Cut } from '../ui/cut.tsx';
import { shortcutOf } from '../ui/shortcuts.ts';
import { QueryView, SkeletonRows } from '../ui/states.tsx';
import { useMedia } from '../ui/use-media.ts';

const route = getRouteApi('/app/month');

type Day = MonthView['days'][number];

/** A month of a store: how much of each type is planned on each day, and where unscheduled work is due. */
export function MonthPage() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const store = useStore();
  const grid = useMedia('(min-width: 768px)');
  const thisMonth = useToday(store?.timeZone).slice(0, 7);
  const month = search.month ?? thisMonth;
  useTitle(formatMonth(month));
  const query = trpc.month.get.useQuery(
    { month, ...(search.store && { storeId: search.store }) },
    { placeholderData: keepPreviousData },
  );
  const go = (to?: string) =>
    void navigate({
      search: ({ store }) => ({ ...(store && { store }), ...(to && { month: to }) }),
      replace: true,
    });

  return (
    <div className="flex min-h-0 flex-1 flex-col">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-2 border-b border-line bg-surface px-3 py-2">
        <h1 className="sr-only">Month</h1>
        <div className="flex items-center gap-1">
          <IconButton label="Previous month" onClick={() => go(monthBefore(month))}>
            <ChevronLeft aria-hidden className="size-5" />
          </IconButton>
          <Button
            onClick={() => go()}
            aria-pressed={month === thisMonth}
            className={month === thisMonth ? 'border-accent! text-accent-text!' : ''}
          >
            This month
          </Button>
          <IconButton label="Next month" onClick={() => go(monthAfter(month))}>
            <ChevronRight aria-hidden className="size-5" />
          </IconButton>
        </div>
        <h2 aria-live="polite" className="text-base font-semibold whitespace-nowrap">
          {formatMonth(month)}
        </h2>
        <StoreName onChange={(store) => void navigate({ search: (before) => ({ ...before, store }) })} />
      </div>
      <QueryView
        what="the month"
        queries={[query]}
        data={query.data}
        skeleton={<SkeletonRows count={grid ? 42 : 12} height="h-24" className="gap-1 p-2 md:grid-cols-7" />}
      >
        {(view) => (
          <div
            aria-busy={query.isPlaceholderData}
            className={`flex min-h-0 flex-1 flex-col transition-opacity ${query.isPlaceholderData ? 'opacity-60' : ''}`}
          >
            {grid ? (
              <MonthGrid month={month} view={view} storeId={search.store} onMonth={go} />
            ) : (
              <MonthList view={view} storeId={search.store} />
            )}
          </div>
        )}
      </QueryView>
    </div>
  );
}

const monthBefore = (month: string): string => addDays(`${month}-01`, -1).slice(0, 7);
const monthAfter = (month: string): string => addDays(`${month}-01`, 31).slice(0, 7);

const WEEKDAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];
const STEPS: Record<string, number> = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -7, ArrowDown: 7 };

/** Weeks by days. One stop of Tab; arrows go from day to day and on into the next month, PageUp and PageDown by months. */
function MonthGrid({
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
  const [wanted, setWanted] = useState<string>();
  const has = (day: string | undefined) => day !== undefined && view.days.some((each) => each.day === day);
  const stop =
    wanted !== undefined && has(wanted)
      ? wanted
      : view.today.startsWith(view.month)
        ? view.today
        : `${view.month}-01`;

  // The day that the keys went to may come only with the next month.
  const going = useRef(false);
  useEffect(() => {
    if (!going.current || stop !== wanted || view.month !== month) return;
    going.current = false;
    table.current?.querySelector<HTMLElement>(`[data-day="${stop}"]`)?.focus();
  });

  const onKeyDown = (event: KeyboardEvent) => {
    const from = event.target instanceof HTMLElement ? event.target.dataset.day : undefined;
    const shortcut = shortcutOf(event);
    const to = from && shortcut && goal(shortcut, from);
    if (!to) return;
    event.preventDefault();
    going.current = true;
    setWanted(to);
    if (to.slice(0, 7) !== view.month && (shortcut.startsWith('Page') || !has(to))) onMonth(to.slice(0, 7));
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
                  className={`h-24 border-r border-b border-line p-0 align-top ${day.day.startsWith(view.month) ? (day.holiday ? 'bg-off' : '') : 'bg-surface-2'}`}
                >
                  <Link
                    to="/day"
                    search={{ day: day.day, ...(storeId && { store: storeId }) }}
                    data-day={day.day}
                    tabIndex={day.day === stop ? 0 : -1}
                    onFocus={() => setWanted(day.day)}
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

/** The day that a key leads to. */
function goal(key: string, from: string): string | undefined {
  const step = STEPS[key];
  if (step !== undefined) return addDays(from, step);
  if (key !== 'PageUp' && key !== 'PageDown') return undefined;
  const month = (key === 'PageUp' ? monthBefore : monthAfter)(from.slice(0, 7));
  // The 31st leads to the last day of a shorter month.
  const last = addDays(`${monthAfter(month)}-01`, -1);
  const same = `${month}-${from.slice(8)}`;
  return same < last ? same : last;
}

function DayHead({ day, today, inMonth }: { day: Day; today: string; inMonth: boolean }) {
  const isToday = day.day === today;
  return (
    <span className="flex w-full items-center gap-1.5">
      <span className="sr-only">
        {formatDay(day.day)}
        {isToday && ', today'}
        {'. '}
      </span>
      <span
        aria-hidden
        className={`grid h-6 min-w-6 place-content-center rounded-full px-1 ${isToday ? 'bg-accent font-semibold text-accent-ink' : inMonth ? 'font-medium' : 'text-ink-2'}`}
      >
        {Number(day.day.slice(8))}
      </span>
      {day.holiday && <Cut text={day.holiday} className="text-xs text-ink-2" />}
      <Caution day={day} />
    </span>
  );
}

/** Only on days on which unscheduled work could be done for the last time. */
function Caution({ day }: { day: Day }) {
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

function Counts({ day }: { day: Day }) {
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

/** The month for narrow screens: its days one below the other. */
function MonthList({ view, storeId }: { view: MonthView; storeId: number | undefined }) {
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
