import type { DayBoard, Reassignment } from '@scheduler/server/router';
import { TickBox } from '@scheduler/ui/field';
import { useId } from 'react';
import { formatTime } from '../lib/time.ts';
import { titleOf } from '../lib/words.ts';
import { TypeMark } from '../ui/badges.tsx';

export type Row = Reassignment['rows'][number];

export function Rows({
  title,
  rows,
  board,
  left,
  onTick,
}: {
  title: string;
  rows: readonly Row[];
  board: DayBoard;
  left?: ReadonlySet<number>;
  onTick?: (scheduleId: number, on: boolean) => void;
}) {
  const id = useId();
  if (rows.length === 0) return null;
  return (
    <section aria-labelledby={id} className="grid gap-1.5">
      <h3 id={id} className="text-xs font-medium text-ink-2">
        {title} ({rows.length})
      </h3>
      <ul className="grid gap-1">
        {rows.map((row) => (
          <li key={row.scheduleId} className="rounded-md border border-line px-2.5 py-1.5 text-sm">
            {onTick ? (
              <TickBox
                checked={!left?.has(row.scheduleId)}
                onChange={({ target }) => onTick(row.scheduleId, target.checked)}
              >
                <RowWords row={row} board={board} />
              </TickBox>
            ) : (
              <RowWords row={row} board={board} />
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}

function RowWords({ row, board }: { row: Row; board: DayBoard }) {
  return (
    <span className="grid min-w-0 gap-0.5">
      <span className="flex flex-wrap items-baseline gap-x-2">
        <span className="font-medium">{formatTime(row.startsAt, board.store.timeZone)}</span>
        <TypeMark type={row.event.type} whole />
        <span className="text-xs text-ink-2">{row.from.name}</span>
      </span>
      <span>{titleOf(row.event)}</span>
      {row.refused !== null && <span className="text-xs text-waiting">{row.refused}</span>}
    </span>
  );
}
