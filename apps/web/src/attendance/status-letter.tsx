import type { AttendanceStatus } from '@scheduler/scheduling';
import { STATUS_LOOKS } from './statuses.ts';

/** The letter of a status on its color, as in the cells of a month. Its word must stand beside it. */
export const StatusLetter = ({ status }: { status: AttendanceStatus }) => (
  <span
    aria-hidden
    className={`grid size-5 place-content-center rounded text-xs ${STATUS_LOOKS[status].colors}`}
  >
    {STATUS_LOOKS[status].letter}
  </span>
);
