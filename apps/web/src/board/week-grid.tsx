// biome-ignore-all lint/a11y/useSemanticElements: a table's elements take no part in content-visibility, and the rule for roles of tables forbids role=grid
// biome-ignore-all lint/a11y/useFocusableInteractive: in a grid the cells and what is in them take the focus
import type { BoardSchedule, WeekBoard } from '@scheduler/server/router';
import { memo, useDeferredValue, useLayoutEffect, useRef } from 'react';
import { formatDay } from '../lib/time.ts';
import type { BoardActions } from './board-actions.ts';
import { DayHead } from './day-head.tsx';
import { keepOneTabStop } from './tab-stop.ts';
import { cellKey } from './targets.ts';
import { COLUMNS, NO_WORK, sameMembers, WeekRow } from './week-row.tsx';

/** About what fits on a screen. */
const FIRST_ROWS = 10;

/**
 * People by days, as a grid of the keyboard too: one stop of Tab, arrows from there on (see
 * keys.ts). Rows out of sight cost no layout.
 */
export const WeekGrid = memo(function WeekGrid({
  board,
  today,
  actions,
}: {
  board: WeekBoard;
  today: string;
  actions: BoardActions;
}) {
  const cells = useCells(board.schedules);
  // Rows in sight are drawn at once, the others in the background, so that clicks and keys are
  // answered first.
  const drawn = useDeferredValue(board.people.length, FIRST_ROWS);
  const grid = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => keepOneTabStop(grid.current));
  return (
    <section aria-label="Week board" className="min-h-0 min-w-0 flex-1 overflow-auto bg-surface">
      <div
        ref={grid}
        role="grid"
        aria-label={`${board.store.name}, week of ${formatDay(board.weekOf)}: people by days`}
        aria-describedby="board-keys"
        data-board
        className="min-w-[980px] text-sm print:min-w-0"
      >
        <div role="rowgroup" className="sticky top-0 z-20">
          <div role="row" className={COLUMNS}>
            <div
              role="columnheader"
              className="sticky left-0 z-20 border-r border-line bg-surface-2 px-2 py-1.5 text-left text-xs font-medium text-ink-2"
            >
              {board.people.length} people
            </div>
            {board.days.map((day) => (
              <div
                key={day}
                role="columnheader"
                aria-current={day === today ? 'date' : undefined}
                className={`border-r border-line px-2 py-1.5 text-left font-normal ${day === today ? 'bg-accent-soft' : 'bg-surface-2'}`}
              >
                <DayHead board={board} day={day} today={today} actions={actions} />
              </div>
            ))}
          </div>
        </div>
        <div role="rowgroup" className="border-b border-line">
          {board.people.map((person, index) =>
            index < drawn ? (
              <WeekRow
                // Another week's row is another row: it takes the place of the old one, and moves
                // nothing.
                key={`${person.id} ${board.weekOf}`}
                person={person}
                days={board.days}
                work={board.days.map((day) => cells.get(cellKey(person.id, day)) ?? NO_WORK)}
                holidays={board.holidays}
                today={today}
                timeZone={board.store.timeZone}
                actions={actions}
              />
            ) : (
              <div key={person.id} aria-hidden className="h-21 border-t border-line" />
            ),
          )}
        </div>
      </div>
      <p id="board-keys" className="sr-only">
        Arrow keys move between cards and cells. Press question mark for all keys.
      </p>
    </section>
  );
});

/**
 * Schedules by cell, in order of time. A cell in which nothing changed keeps its array, so that it
 * needn't render.
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
