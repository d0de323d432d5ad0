import { ATTENDANCE_WORDS, type AttendanceStatus } from '@scheduler/scheduling';
import type { AttendanceRecord } from '@scheduler/server/router';
import { trpc } from '../lib/api.ts';
import { problemOf } from '../lib/problem.ts';
import { formatDay } from '../lib/time.ts';
import { toast } from '../ui/toast.tsx';

/** A person's day, with its record if there is one. */
export interface PersonDay {
  employeeId: number;
  name: string;
  day: string;
  record: AttendanceRecord | undefined;
}

/**
 * Records and removes the attendance of a person's day. Each change is followed by a notice with
 * Undo, and a refused one by the reason.
 */
export function useRecordAttendance() {
  const utils = trpc.useUtils();
  const onSettled = () => Promise.all([utils.attendance.invalidate(), utils.day.invalidate()]);
  const recording = trpc.attendance.record.useMutation({ onSettled });
  const removal = trpc.attendance.remove.useMutation({ onSettled });

  // The dialog that calls this is closed at once, so its callbacks can't be given to `mutate`.
  const tell = async <Result>(change: Promise<Result>, done: (result: Result) => void) => {
    try {
      done(await change);
    } catch (error) {
      toast(problemOf(error).message, { tone: 'problem' });
    }
  };
  const restore = ({ employeeId, day, record }: PersonDay, version: number | null) => {
    if (record) {
      const { status, note } = record;
      void tell(recording.mutateAsync({ employeeId, day, version, status, note }), () => {});
    } else if (version !== null) void tell(removal.mutateAsync({ employeeId, day, version }), () => {});
  };
  return {
    record: (of: PersonDay, status: AttendanceStatus, note: string | null) => {
      const { employeeId, name, day, record } = of;
      const change = recording.mutateAsync({
        employeeId,
        day,
        version: record?.version ?? null,
        status,
        note,
      });
      void tell(change, ({ version }) => {
        toast(`${name}, ${formatDay(day)}: ${ATTENDANCE_WORDS[status]}.`, {
          action: { label: 'Undo', run: () => restore(of, version) },
        });
      });
    },
    remove: (of: PersonDay) => {
      const { employeeId, name, day, record } = of;
      if (!record) return;
      const change = removal.mutateAsync({ employeeId, day, version: record.version });
      void tell(change, () => {
        toast(`${name}, ${formatDay(day)}: not marked any more.`, {
          action: { label: 'Undo', run: () => restore(of, null) },
        });
      });
    },
  };
}
