import type { CopiedRow } from '@scheduler/scheduling';
import { TickBox } from '@scheduler/ui/field';
import { formatTime, formatWhen } from '../lib/time.ts';
import { titleOf } from '../lib/words.ts';
import { TypeMark } from '../ui/badges.tsx';

export type Row = CopiedRow & { employeeName: string; sourceTitle: string };

const LIKENESS = { product: 'same product', client: 'same client', type: 'same type' } as const;

export function ReadyRow({
  row,
  timeZone,
  isChosen,
  onChoose,
}: {
  row: Row;
  timeZone: string;
  isChosen: boolean;
  onChoose: (isChosen: boolean) => void;
}) {
  return (
    <div className="rounded-md border border-line px-2.5 py-1.5">
      <TickBox checked={isChosen} onChange={(change) => onChoose(change.target.checked)}>
        <span className="flex flex-wrap items-baseline gap-x-2">
          <span className="font-medium">{row.employeeName}</span>
          <span>{formatWhen(row.startsAt, timeZone)}</span>
          <TypeMark type={row.type} />
        </span>
        <span className="block text-xs text-ink-2">
          {row.event && titleOf(row.event)}
          {row.likeness && ` (${LIKENESS[row.likeness]})`}
        </span>
      </TickBox>
    </div>
  );
}

export function BlockedRow({ row, timeZone }: { row: Row; timeZone: string }) {
  return (
    <div className="rounded-md border border-line bg-surface-2 px-2.5 py-1.5 text-sm">
      <span className="flex flex-wrap items-baseline gap-x-2">
        <span className="font-medium">{row.employeeName}</span>
        <span>{formatTime(row.startsAt, timeZone)}</span>
        <span className="text-ink-2">{row.sourceTitle}</span>
      </span>
      <span className="block text-xs text-waiting">{row.obstacle}</span>
    </div>
  );
}

/** The result of a copy of which some rows were refused. */
export function Outcome({
  copied,
  refused,
  rows,
}: {
  copied: number;
  refused: readonly { eventId: number; message: string | null }[];
  rows: readonly Row[];
}) {
  return (
    <div role="status" className="grid gap-3">
      <p>{countOf(copied)} copied. These were refused, because something changed meanwhile:</p>
      <ul className="grid gap-2">
        {refused.map(({ eventId, message }) => {
          const row = rows.find((each) => each.event?.id === eventId);
          return (
            <li key={eventId} className="rounded-md border border-line px-2.5 py-1.5 text-sm">
              {row?.event && <span className="block font-medium">{titleOf(row.event)}</span>}
              {message}
            </li>
          );
        })}
      </ul>
    </div>
  );
}

export const countOf = (count: number) => (count === 1 ? '1 event' : `${count} events`);
