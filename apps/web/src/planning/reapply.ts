import type { BoardEvent } from '@scheduler/server/router';
import { trpcClient } from '../lib/api.ts';
import { problemOf } from '../lib/problem.ts';
import { titleOf } from '../lib/words.ts';
import { toast } from '../ui/toast.tsx';
import type { Edit, SeenSchedule } from './edit.ts';

/** Rebuilds a refused edit on the present state, and passes it to `again`. */
export async function reapply(edit: Edit, again: (fresh: Edit) => Promise<unknown>): Promise<void> {
  const fresh = await rebase(edit).catch((error: unknown) => problemOf(error).message);
  if (typeof fresh === 'string') toast(fresh, { tone: 'problem' });
  else await again(fresh);
}

/**
 * Returns the same change, based on the present state, or a sentence if there is nothing left to
 * change.
 */
async function rebase(edit: Edit): Promise<Edit | string> {
  if (edit.kind === 'schedule') return edit;
  if (edit.kind === 'trade') {
    const [a, b] = await Promise.all([currentSchedule(edit.a.event), currentSchedule(edit.b.event)]);
    if (!a || !b) {
      return `${titleOf((a ? edit.b : edit.a).event)} is not scheduled any more, so there is nothing to trade.`;
    }
    return { ...edit, a, b };
  }
  const from = await currentSchedule(edit.from.event);
  if (from) return { ...edit, from };
  if (edit.kind === 'unschedule') return `${titleOf(edit.from.event)} is unscheduled already.`;
  return { ...edit, kind: 'schedule', event: edit.from.event };
}

async function currentSchedule(event: BoardEvent): Promise<SeenSchedule | undefined> {
  const { schedule } = await trpcClient.events.get.query({ eventId: event.eventId });
  return schedule ? { ...schedule, event } : undefined;
}
