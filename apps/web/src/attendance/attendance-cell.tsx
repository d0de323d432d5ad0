import { ATTENDANCE_WORDS } from '@scheduler/scheduling';
import type { AttendanceRecord } from '@scheduler/server/router';
import { formatDay } from '../lib/time.ts';
import { STATUS_LOOKS } from './statuses.ts';

/**
 * A day in a calendar of attendance: the letter of its status, a dot if there was work that nobody
 * has marked, or nothing. A button where it can be changed.
 */
export function AttendanceCell({
  name,
  day,
  record,
  hasWork,
  isToCome,
  stop,
  onFocus,
  onOpen,
}: {
  name: string;
  day: string;
  record: AttendanceRecord | undefined;
  hasWork: boolean;
  isToCome: boolean;
  /** Whether Tab stops here. */
  stop: boolean;
  onFocus?: () => void;
  onOpen: (() => void) | undefined;
}) {
  const planned = isToCome ? 'work is planned' : 'not marked';
  const unrecorded = hasWork ? planned : 'no work';
  const words = record ? ATTENDANCE_WORDS[record.status] : unrecorded;
  const recorded = record && STATUS_LOOKS[record.status];
  const label = `${name}, ${formatDay(day)}: ${words}${record?.note ? `. ${record.note}` : ''}`;
  const look = recorded?.colors ?? (hasWork && !isToCome ? 'border border-dashed border-line-strong' : '');
  const face = `grid size-6 place-content-center rounded text-xs font-medium pointer-coarse:size-8 ${look}`;
  return (
    <button
      type="button"
      data-attendance-day={day}
      aria-label={label}
      title={label}
      tabIndex={stop ? 0 : -1}
      aria-disabled={!onOpen || undefined}
      onFocus={onFocus}
      onClick={onOpen}
      className={`${face} ${onOpen ? 'hover:outline-2 hover:outline-accent' : ''}`}
    >
      <span aria-hidden>{recorded?.letter ?? (hasWork ? '·' : '')}</span>
    </button>
  );
}
