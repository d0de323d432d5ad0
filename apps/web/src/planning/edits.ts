import type { WeekBoard } from '@scheduler/server/router';
import { useQueryClient } from '@tanstack/react-query';
import { getQueryKey } from '@trpc/react-query';
import { useMemo } from 'react';
import { trpc, trpcClient } from '../lib/api.ts';
import { createExternalStore, useExternalStore } from '../lib/external-store.ts';
import { problemOf } from '../lib/problem.ts';
import { toast } from '../ui/toast.tsx';
import type { Edit } from './edit.ts';
import { withEdit } from './optimistic-board.ts';
import { reapply } from './reapply.ts';
import { saveEdit } from './save-edit.ts';
import { inTurn, latest, recordChange, redoLast, undoLast } from './undo.ts';

/**
 * Saves edits of the plan. `save` rejects with the refusal, for a dialog that shows it. `run` shows
 * the edit on the board at once and reports a refusal as a notice: with Reapply where a colleague’s
 * change came first, and through `onNeedsReason` where a reason would allow it. It returns whether
 * the edit was saved. Both report the saved change and record it for undo.
 */
export function useEdits() {
  const client = useQueryClient();
  return useMemo(() => {
    const refresh = () => {
      for (const part of [trpc.events, trpc.day, trpc.month]) {
        void client.invalidateQueries({ queryKey: getQueryKey(part) });
      }
      return client.invalidateQueries({ queryKey: getQueryKey(trpc.board.week) });
    };
    const save = async (edit: Edit, isRedone = false): Promise<void> => {
      const saved = inTurn(() => saveEdit(withOwnSaves(edit), trpcClient.schedules));
      recordChange(await saved, () => void refresh(), {
        redo: () => run(edit, undefined, true),
        isRedone,
      });
      await refresh();
    };
    const run = async (
      edit: Edit,
      onNeedsReason?: (edit: Edit) => void,
      isRedone = false,
    ): Promise<boolean> => {
      editsBeingSaved.set([...editsBeingSaved.get(), edit]);
      try {
        await save(edit, isRedone);
        return true;
      } catch (error) {
        void refresh();
        const { code, needsReason, message } = problemOf(error);
        if (needsReason && onNeedsReason) onNeedsReason(edit);
        else if (code === 'stale') {
          const again = () => void reapply(edit, (fresh) => run(fresh, onNeedsReason));
          toast(message, { tone: 'problem', action: { label: 'Reapply', run: again } });
        } else toast(message, { tone: 'problem' });
        return false;
      } finally {
        editsBeingSaved.set(editsBeingSaved.get().filter((each) => each !== edit));
      }
    };
    return {
      save: (edit: Edit) => save(edit),
      run: (edit: Edit, onNeedsReason?: (edit: Edit) => void) => run(edit, onNeedsReason),
      refresh,
      undo: () => void undoLast(() => void refresh()),
      redo: () => void redoLast(),
    };
  }, [client]);
}

/** The edits that `run` is saving. */
const editsBeingSaved = createExternalStore<readonly Edit[]>([]);

/**
 * Returns the board with the edits that `run` is saving, so that a dropped card stays where it was
 * dropped.
 */
export function useOptimisticBoard(board: WeekBoard | undefined): WeekBoard | undefined {
  const edits = useExternalStore(editsBeingSaved, (all) => all);
  return useMemo(() => board && edits.reduce(withEdit, board), [board, edits]);
}

/**
 * Returns the same edit, based on the versions that this page's own saves have made, which the
 * board may not show yet.
 */
function withOwnSaves(edit: Edit): Edit {
  if (edit.kind === 'schedule') return edit;
  if (edit.kind === 'trade') {
    return { ...edit, a: { ...edit.a, ...latest(edit.a) }, b: { ...edit.b, ...latest(edit.b) } };
  }
  const from = { ...edit.from, ...latest(edit.from) };
  return { ...edit, from };
}
