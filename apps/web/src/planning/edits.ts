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
import { latest, recordChange, undoLast } from './undo.ts';

/**
 * Saves edits of the plan. `save` rejects with the refusal, for a dialog that shows it. `run` shows
 * the edit on the board at once and reports a refusal as a notice: with Reapply where a colleague’s
 * change came first, and through `onNeedsReason` where a reason would allow it. Both report the
 * saved change and record it for undo.
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
    const save = async (edit: Edit): Promise<void> => {
      const saved = inTurn(() => saveEdit(withOwnSaves(edit), trpcClient.schedules));
      recordChange(await saved, () => void refresh());
      await refresh();
    };
    const run = async (edit: Edit, onNeedsReason?: (edit: Edit) => void): Promise<void> => {
      editsBeingSaved.set([...editsBeingSaved.get(), edit]);
      try {
        await save(edit);
      } catch (error) {
        void refresh();
        const { code, needsReason, message } = problemOf(error);
        if (needsReason && onNeedsReason) onNeedsReason(edit);
        else if (code === 'stale') {
          const again = () => void reapply(edit, (fresh) => run(fresh, onNeedsReason));
          toast(message, { tone: 'problem', action: { label: 'Reapply', run: again } });
        } else toast(message, { tone: 'problem' });
      } finally {
        editsBeingSaved.set(editsBeingSaved.get().filter((each) => each !== edit));
      }
    };
    return { save, run, refresh, undo: () => void inTurn(() => undoLast(() => void refresh())) };
  }, [client]);
}

/**
 * Runs saves and undos one after the other: the next may be based on what this one makes of a
 * schedule.
 */
function inTurn<T>(work: () => Promise<T>): Promise<T> {
  const result = queue.catch(() => undefined).then(work);
  queue = result;
  return result;
}

let queue: Promise<unknown> = Promise.resolve();

/** What `run` is saving now. */
const editsBeingSaved = createExternalStore<readonly Edit[]>([]);

/**
 * The board as it will be when what `run` is just saving is saved, so that what was dropped stays
 * where it was dropped.
 */
export function useOptimisticBoard(board: WeekBoard | undefined): WeekBoard | undefined {
  const edits = useExternalStore(editsBeingSaved, (all) => all);
  return useMemo(() => board && edits.reduce(withEdit, board), [board, edits]);
}

/**
 * The same edit, based on what this page's own saves made of it: the board may not show that yet.
 */
function withOwnSaves(edit: Edit): Edit {
  if (edit.kind === 'schedule') return edit;
  if (edit.kind === 'trade') {
    return { ...edit, a: { ...edit.a, ...latest(edit.a) }, b: { ...edit.b, ...latest(edit.b) } };
  }
  const from = { ...edit.from, ...latest(edit.from) };
  return { ...edit, from };
}
