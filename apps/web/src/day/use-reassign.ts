import { useMutation } from '@tanstack/react-query';
import { trpcClient } from '../lib/api.ts';
import { moveBack } from '../planning/bulk.ts';
import { refOf } from '../planning/edit.ts';
import { useEdits } from '../planning/edits.ts';
import { recordChange } from '../planning/undo.ts';
import type { Row } from './reassign-rows.tsx';

/**
 * Saves the reassignment and shows a notice with Undo. Closes the dialog unless some events were
 * not changed.
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
            message: `${to.name} now does ${countWords(movedRows.length)}.`,
            before: movedRows.flatMap((row) =>
              before.filter(({ scheduleId }) => scheduleId === row.scheduleId),
            ),
            after: movedRows,
            undo: (after) =>
              moveBack(
                after,
                movedRows.map(({ from }) => ({ employeeId: from.id })),
              ),
          },
          refresh,
        );
      }
      if (movedRows.length === rows.length) onClose();
    },
  });
}

export const countWords = (count: number): string => (count === 1 ? '1 event' : `${count} events`);
