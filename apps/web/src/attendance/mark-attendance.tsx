import type { DayBoard } from '@scheduler/server/router';
import { Check, Ellipsis } from 'lucide-react';
import { useState } from 'react';
import { useMayWrite } from '../shell/use-session.ts';
import { AttendanceDialog } from './attendance-dialog.tsx';
import { STATUS_LOOKS, statusLabel } from './statuses.ts';
import { tellProblem, useRecordAttendance } from './use-record-attendance.ts';

/** Whether the day of a person can be marked, or is. Nobody knows how a day to come will go. */
export const hasMark = (board: DayBoard, employeeId: number, hasWork: boolean): boolean =>
  board.attendance.some((record) => record.employeeId === employeeId) ||
  (hasWork && board.day <= board.today);

/**
 * The attendance of a person on the Day page: one click for on time, another button for the rest,
 * and the status once it is recorded.
 */
export function MarkAttendance({
  board,
  person,
  hasWork,
  stops,
}: {
  board: DayBoard;
  person: DayBoard['people'][number];
  hasWork: boolean;
  /** In the timeline: the stops of its keys that these buttons are, and whether Tab stops there. */
  stops?: { key: string; isTabStop: boolean; isMoreTabStop: boolean };
}) {
  const mayWrite = useMayWrite();
  const [isOpen, setIsOpen] = useState(false);
  const { record } = useRecordAttendance();
  if (!hasMark(board, person.id, hasWork)) return null;
  const known = board.attendance.find(({ employeeId }) => employeeId === person.id);
  const of = { employeeId: person.id, name: person.name, day: board.day, record: known };
  const label = known && statusLabel(known.status);
  const stop = stops && { 'data-stop': stops.key, tabIndex: stops.isTabStop ? 0 : -1 };
  const size = 'h-6 min-w-6 rounded text-xs pointer-coarse:h-10 pointer-coarse:min-w-10';
  const word = known && (
    <span
      className={`inline-flex h-6 items-center rounded px-1.5 text-xs font-medium ${STATUS_LOOKS[known.status].colors}`}
    >
      {label}
    </span>
  );
  if (!mayWrite || !person.mayOpen) return word && <span title={known?.note ?? undefined}>{word}</span>;
  return (
    <span className="flex shrink-0 items-center gap-0.5">
      {known ? (
        <button
          type="button"
          {...stop}
          aria-label={`${person.name}: ${label}. Change the attendance`}
          title={known.note ?? 'Change the attendance'}
          onClick={() => setIsOpen(true)}
          className="rounded pointer-coarse:py-2"
        >
          {word}
        </button>
      ) : (
        <>
          <button
            type="button"
            {...stop}
            aria-label={`${person.name}: on time`}
            title="On time"
            onClick={() => void record(of, 'on_time', null).catch(tellProblem)}
            className={`grid place-items-center border border-line-strong text-ink-2 hover:bg-synced-soft hover:text-synced ${size}`}
          >
            <Check aria-hidden className="size-3.5" />
          </button>
          <button
            type="button"
            {...(stops && { 'data-stop': `${stops.key} more`, tabIndex: stops.isMoreTabStop ? 0 : -1 })}
            aria-label={`${person.name}: other attendance`}
            title="Late, called in, no show, excused…"
            onClick={() => setIsOpen(true)}
            className={`grid place-items-center text-ink-2 hover:bg-surface-2 ${size}`}
          >
            <Ellipsis aria-hidden className="size-3.5" />
          </button>
        </>
      )}
      {isOpen && <AttendanceDialog of={of} onClose={() => setIsOpen(false)} />}
    </span>
  );
}
