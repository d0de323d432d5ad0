// biome-ignore-all lint/a11y/useSemanticElements: a table's elements take no part in content-visibility, and the rule for roles of tables forbids role=grid
// biome-ignore-all lint/a11y/useFocusableInteractive: in a grid the cells and what is in them take the focus
import type { BoardPerson, BoardSchedule, WeekBoard } from '@scheduler/server/router';
import { memo } from 'react';
import type { BoardActions } from './board-actions.ts';
import { BoardCell } from './cell.tsx';
import { PersonHead } from './person-head.tsx';

export const COLUMNS = 'grid grid-cols-[var(--person-column)_repeat(7,minmax(0,1fr))]';

interface RowProps {
  person: BoardPerson;
  days: readonly string[];
  /** Day by day. */
  work: readonly (readonly BoardSchedule[])[];
  holidays: WeekBoard['holidays'];
  today: string;
  storeId: number;
  timeZone: string;
  /** Whether its layout can't wait until it is scrolled into sight. */
  isInSight: boolean;
  actions: BoardActions;
}

export const WeekRow = memo(function Row({
  person,
  days,
  work,
  holidays,
  today,
  storeId,
  timeZone,
  isInSight,
  actions,
}: RowProps) {
  const closed = days.map((day) => holidays.some((holiday) => holiday.day === day));
  return (
    <div
      role="row"
      className={`${COLUMNS} ${isInSight ? '' : '[contain-intrinsic-size:auto_calc(var(--board-row)+1px)] [content-visibility:auto]'}`}
    >
      <div
        role="rowheader"
        // Sticky only where the grid scrolls sideways, because each sticky name is a layer that every
        // frame has to put together. Lines are above a row and not below it, because a sticky name
        // covers the line of the row before.
        className="min-h-(--board-row) border-t @max-[980px]:sticky @max-[980px]:left-0 @max-[980px]:z-10 border-r border-line bg-surface text-left font-normal"
      >
        <PersonHead
          person={person}
          work={work}
          freeDays={
            days.filter((day, index) => !closed[index] && !person.off.some((off) => off.day === day)).length
          }
          storeId={storeId}
          weekOf={days[0] ?? today}
          actions={actions}
        />
      </div>
      {days.map((day, index) => (
        <BoardCell
          key={day}
          person={person}
          day={day}
          schedules={work[index] ?? NO_WORK}
          closed={closed[index] ?? false}
          today={today}
          timeZone={timeZone}
          actions={actions}
        />
      ))}
    </div>
  );
}, sameRow);

/** Whether two rows are equal, so that a row renders again only after a change. */
function sameRow(a: RowProps, b: RowProps): boolean {
  const { work: workA, ...restA } = a;
  const { work: workB, ...restB } = b;
  return (
    sameMembers(workA, workB) &&
    (Object.keys(restA) as (keyof typeof restA)[]).every((key) => restA[key] === restB[key])
  );
}

export const NO_WORK: readonly BoardSchedule[] = [];

export function sameMembers(a: readonly unknown[], b: readonly unknown[]): boolean {
  return a.length === b.length && a.every((member, index) => member === b[index]);
}
