import { useMutation } from '@tanstack/react-query';
import { trpcClient } from '../lib/api.ts';
import { refOf, UNDO_REASON } from '../planning/edit.ts';
import { useEdits } from '../planning/edits.ts';
import { recordChange } from '../planning/undo.ts';
import type { Row } from './reassign-rows.tsx';

/**
 * Saves, says what was saved with the way back, and closes unless something stayed that has to be
 * read.
 */
export function useReassign(onClose: () => void) {
  const edits = useEdits();
  return useMutation({
    mutationFn: ({ toId, rows }: { toId: number; rows: Row[] }) =>
      trpcClient.day.reassign.mutate({
        toEmployeeId: toId,
        schedules: rows.map(refOf),
      }),
    onSuccess: ({ to, rows }, { rows: before }) => {
      const movedRows = rows.filter(({ refused }) => refused === null);
      const refresh = () => void edits.refresh();
      refresh();
      if (movedRows.length > 0) {
        recordChange(
          {
            message: `${to.name} does ${countWords(movedRows.length)} now.`,
            before: before.filter(({ scheduleId }) => movedRows.some((row) => row.scheduleId === scheduleId)),
            after: movedRows,
            undo: async (after) => {
              const restored = [];
              for (const [index, ref] of after.entries()) {
                const employeeId = movedRows[index]?.from.id ?? to.id;
                const back = { ...refOf(ref), employeeId, overrideReason: UNDO_REASON };
                restored.push(await trpcClient.schedules.changeEmployee.mutate(back));
              }
              return { restored, message: `${countWords(movedRows.length)} back with whom it was.` };
            },
          },
          refresh,
        );
      }
      if (movedRows.length === rows.length) onClose();
    },
  });
}

export const countWords = (count: number): string => (count === 1 ? '1 event' : `${count} events`);
