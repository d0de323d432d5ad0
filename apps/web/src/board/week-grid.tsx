// biome-ignore-all lint/a11y/useSemanticElements: a table's elements take no part in content-visibility, and the rule for roles of tables forbids role=grid
// biome-ignore-all lint/a11y/useFocusableInteractive: in a grid the cells and what is in them take the focus
import type { BoardPerson, BoardSchedule, WeekBoard } from '@scheduler/server/router';
import { Fragment, memo, useLayoutEffect, useRef } from 'react';
import { formatDay } from '../lib/time.ts';
import { useIsPainted } from '../ui/use-is-painted.ts';
import type { BoardActions } from './board-actions.ts';
import { DayHead } from './day-head.tsx';
import { keepGridFocus, keepOneTabStop } from './tab-stop.ts';
import { cellKey } from './targets.ts';
import { COLUMNS, NO_WORK, sameMembers, WeekRow } from './week-row.tsx';

/** The rows that are painted first, so that a slow processor shows the first cards early. */
const FIRST_ROWS = 4;
/** The approximate number of rows on a screen. */
const ROWS_IN_SIGHT = 10;

/**
 * The grid of people and days. It is one stop of Tab, and arrows move within it (see keys.ts). Rows
 * out of sight cost no layout.
 */
export const WeekGrid = memo(function WeekGrid({
  board,
  people,
  isGrouped,
  today,
  actions,
}: {
  board: WeekBoard;
  /** Those of the board who are shown. */
  people: readonly BoardPerson[];
  /** Whether people of a role stand below its head. */
  isGrouped: boolean;
  today: string;
  actions: BoardActions;
}) {
  const cells = useCells(board.schedules);
  // The first rows are rendered at once, then the others in sight, and then the rest, each once those
  // before are on screen: in the background, so that clicks and keys are handled first.
  const hasFirst = useIsPainted(true);
  const hasAllInSight = useIsPainted(hasFirst);
  const drawn = hasAllInSight ? people : people.slice(0, hasFirst ? ROWS_IN_SIGHT : FIRST_ROWS);
  const grid = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    keepGridFocus(grid.current);
    keepOneTabStop(grid.current);
  });
  return (
    <section aria-label="Week board" className="@container min-h-0 min-w-0 flex-1 overflow-auto bg-surface">
      <div
        ref={grid}
        role="grid"
        aria-label={`${board.store.name}, week of ${formatDay(board.weekOf)}: people by days`}
        aria-describedby="board-keys"
        data-board
        className="min-w-[980px] print:min-w-0"
      >
        <div role="rowgroup" className="sticky top-0 z-20">
          <div role="row" className={COLUMNS}>
            <div
              role="columnheader"
              className="sticky left-0 z-20 flex items-center border-r border-b border-line bg-surface px-2.5 text-xs text-ink-2"
            >
              {people.length === board.people.length
                ? people.length
                : `${people.length} of ${board.people.length}`}{' '}
              people
              {!isGrouped && ' · by role'}
            </div>
            {board.days.map((day) => (
              <div
                key={day}
                role="columnheader"
                aria-current={day === today ? 'date' : undefined}
                className={`min-h-10 border-r border-b border-line px-2 py-1 text-left ${day === today ? 'bg-surface shadow-[inset_0_-2px_var(--accent)]' : 'bg-surface'}`}
              >
                <DayHead board={board} day={day} today={today} actions={actions} />
              </div>
            ))}
          </div>
        </div>
        <div role="rowgroup" className="-mt-px border-b border-line">
          {drawn.map((person, index) => (
            // Rows of another week have other keys. They replace the old rows and move nothing.
            <Fragment key={`${person.id} ${board.weekOf}`}>
              {isGrouped && person.role !== drawn[index - 1]?.role && (
                <RoleHead
                  role={person.role}
                  count={people.filter(({ role }) => role === person.role).length}
                />
              )}
              <WeekRow
                person={person}
                days={board.days}
                work={board.days.map((day) => cells.get(cellKey(person.id, day)) ?? NO_WORK)}
                holidays={board.holidays}
                today={today}
                storeId={board.store.id}
                timeZone={board.store.timeZone}
                isInSight={index < ROWS_IN_SIGHT}
                actions={actions}
              />
            </Fragment>
          ))}
          {drawn.length < people.length && (
            // As high as the other rows at least, so that one can scroll to where one was.
            <div
              aria-hidden
              style={{ height: `calc(${people.length - drawn.length} * (var(--board-row) + 1px))` }}
            />
          )}
          {people.length === 0 && (
            <div role="row">
              <div role="gridcell" className="sticky left-0 border-t border-line p-4 text-ink-2">
                Nobody of this week fits the filter.
              </div>
            </div>
          )}
        </div>
      </div>
      <p id="board-keys" className="sr-only">
        Arrow keys move between cards and cells. Press question mark for all keys.
      </p>
    </section>
  );
});

function RoleHead({ role, count }: { role: string; count: number }) {
  return (
    <div role="row">
      <div
        role="rowheader"
        aria-colspan={8}
        className="border-t border-line bg-surface-2 px-2.5 py-0.5 text-left text-xs font-semibold text-ink-2"
      >
        <span className="sticky left-2.5">
          {role} <span className="font-normal">{count}</span>
        </span>
      </div>
    </div>
  );
}

/**
 * Returns the schedules by cell in order of time. An unchanged cell keeps its array, so that it
 * does not render again.
 */
function useCells(schedules: readonly BoardSchedule[]): Map<string, readonly BoardSchedule[]> {
  const before = useRef(new Map<string, readonly BoardSchedule[]>());
  const now = new Map<string, readonly BoardSchedule[]>();
  const sorted = schedules.toSorted((a, b) => (a.startsAt < b.startsAt ? -1 : 1));
  for (const [key, work] of Map.groupBy(sorted, (each) => cellKey(each.employeeId, each.workDate))) {
    const old = before.current.get(key);
    now.set(key, old && sameMembers(old, work) ? old : work);
  }
  before.current = now;
  return now;
}
