// biome-ignore-all lint/a11y/useSemanticElements: a table's elements take no part in content-visibility, and the rule for roles of tables forbids role=grid
// biome-ignore-all lint/a11y/useFocusableInteractive: in a grid the cells and what is in them take the focus
import type { BoardPerson, BoardSchedule, WeekBoard } from '@scheduler/server/router';
import { TriangleAlert } from 'lucide-react';
import { memo } from 'react';
import { TruncatedText } from '../ui/truncated-text.tsx';
import type { BoardActions } from './board-actions.ts';
import { BoardCell } from './cell.tsx';

export const COLUMNS = 'grid grid-cols-[var(--person-column)_repeat(7,minmax(0,1fr))]';

interface RowProps {
  person: BoardPerson;
  days: readonly string[];
  /** Day by day. */
  work: readonly (readonly BoardSchedule[])[];
  holidays: WeekBoard['holidays'];
  today: string;
  timeZone: string;
  actions: BoardActions;
}

export const WeekRow = memo(function Row({
  person,
  days,
  work,
  holidays,
  today,
  timeZone,
  actions,
}: RowProps) {
  const busy = work.filter((schedules) => schedules.length > 0).length;
  return (
    <div role="row" className={`${COLUMNS} [contain-intrinsic-size:auto_84px] [content-visibility:auto]`}>
      <div
        role="rowheader"
        // Lines are drawn above, not below: a name that stays in place is painted over the line of
        // the row before.
        className="sticky left-0 z-10 border-t border-r border-line bg-surface px-2 py-1.5 text-left align-top font-normal"
      >
        <PersonHead person={person} days={busy} />
      </div>
      {days.map((day, index) => (
        <BoardCell
          key={day}
          person={person}
          day={day}
          schedules={work[index] ?? NO_WORK}
          closed={holidays.some((holiday) => holiday.day === day)}
          today={today}
          timeZone={timeZone}
          actions={actions}
        />
      ))}
    </div>
  );
}, sameRow);

/** Rows render anew only when something of theirs changed. */
function sameRow(a: RowProps, b: RowProps): boolean {
  const { work: workA, ...restA } = a;
  const { work: workB, ...restB } = b;
  return (
    sameMembers(workA, workB) &&
    (Object.keys(restA) as (keyof typeof restA)[]).every((key) => restA[key] === restB[key])
  );
}

function PersonHead({ person, days }: { person: BoardPerson; days: number }) {
  return (
    <>
      <TruncatedText text={person.name} lines={2} className="leading-tight font-medium" />
      <div className="text-xs text-ink-2">{person.role}</div>
      {days > 0 && <div className="text-xs text-ink-2">{days === 1 ? '1 day' : `${days} days`}</div>}
      {person.linkState !== 'linked' && (
        <div className="mt-0.5 inline-flex items-center gap-1 text-xs text-waiting">
          <TriangleAlert aria-hidden className="size-3" />
          Not linked
        </div>
      )}
    </>
  );
}

export const NO_WORK: readonly BoardSchedule[] = [];

export function sameMembers(a: readonly unknown[], b: readonly unknown[]): boolean {
  return a.length === b.length && a.every((member, index) => member === b[index]);
}
