import { ATTENDANCE_WORDS, type AttendanceStatus } from '@scheduler/scheduling';
import type { AttendanceSummary } from '@scheduler/server/router';

interface StatusLook {
  /** The letter in a narrow cell. */
  letter: string;
  colors: string;
}

/** How each status looks, the usual one first. */
export const STATUS_LOOKS: Readonly<Record<AttendanceStatus, StatusLook>> = {
  on_time: { letter: '✓', colors: 'bg-synced-soft text-synced' },
  late: { letter: 'L', colors: 'bg-waiting-soft text-waiting' },
  called_in: { letter: 'C', colors: 'bg-conflict-soft text-conflict' },
  no_show: { letter: 'N', colors: 'bg-failed-soft text-failed' },
  excused: { letter: 'E', colors: 'bg-pending-soft text-pending' },
};

/** Every status in the order of {@link STATUS_LOOKS}. */
export const STATUSES = Object.keys(STATUS_LOOKS) as AttendanceStatus[];

/** A status as a label: `No call, no show`. */
export const statusLabel = (status: AttendanceStatus): string =>
  ATTENDANCE_WORDS[status].replace(/^./, (first) => first.toUpperCase());

/** The rate of days on time, as in `93%`; a dash without a record. */
export const rateInWords = ({ onTimeRate }: AttendanceSummary): string =>
  onTimeRate === null ? '–' : `${Math.round(onTimeRate * 100)}%`;

/** Every status that occurs with its number, as in `12 on time, 1 late`. */
export const countsInWords = ({ counts }: AttendanceSummary): string =>
  STATUSES.filter((status) => counts[status] > 0)
    .map((status) => `${counts[status]} ${ATTENDANCE_WORDS[status]}`)
    .join(', ') || 'Nothing recorded';
