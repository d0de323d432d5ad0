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

/** Says in a notice why a change was refused. */
export const tellProblem = (error: unknown) => toast(problemOf(error).message, { tone: 'problem' });

/**
 * Records and removes the attendance of a person's day, in place of the record that the user saw.
 * Each change is followed by a notice with Undo. A refused one rejects, once the page has read what
 * stands there now.
 */
export function useRecordAttendance() {
  const utils = trpc.useUtils();
  const onSettled = () => Promise.all([utils.attendance.invalidate(), utils.day.invalidate()]);
  const recording = trpc.attendance.record.useMutation({ onSettled });
  const removal = trpc.attendance.remove.useMutation({ onSettled });

  const restore = async ({ employeeId, day, record }: PersonDay, version: number | null) => {
    if (record) {
      const { status, note } = record;
      await recording.mutateAsync({ employeeId, day, version, status, note });
    } else if (version !== null) await removal.mutateAsync({ employeeId, day, version });
  };
  const undo = (of: PersonDay, version: number | null) => ({
    label: 'Undo',
    run: () => void restore(of, version).catch(tellProblem),
  });
  return {
    record: async (of: PersonDay, status: AttendanceStatus, note: string | null): Promise<void> => {
      const { employeeId, name, day, record } = of;
      const seen = record?.version ?? null;
      const { version } = await recording.mutateAsync({ employeeId, day, version: seen, status, note });
      toast(`${name}, ${formatDay(day)}: ${ATTENDANCE_WORDS[status]}.`, { action: undo(of, version) });
    },
    remove: async (of: PersonDay): Promise<void> => {
      const { employeeId, name, day, record } = of;
      if (!record) return;
      await removal.mutateAsync({ employeeId, day, version: record.version });
      toast(`${name}, ${formatDay(day)}: not marked any more.`, { action: undo(of, null) });
    },
  };
}
