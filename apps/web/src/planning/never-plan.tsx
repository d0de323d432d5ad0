import type { BoardEvent } from '@scheduler/server/router';
import { trpc, trpcClient } from '../lib/api.ts';
import { problemOf } from '../lib/problem.ts';
import { titleOf } from '../lib/words.ts';
import { toast } from '../ui/toast.tsx';
import { recordChange } from './undo.ts';

/** Whether plans may schedule an event, with a button that changes it and can be undone. */
export function NeverPlan({ event, mayWrite }: { event: BoardEvent; mayWrite: boolean }) {
  const { eventId, neverPlan } = event;
  const utils = trpc.useUtils();
  const refresh = () =>
    void Promise.all([utils.events.invalidate(), utils.board.week.invalidate(), utils.plan.invalidate()]);
  const set = trpc.plan.setNeverPlan.useMutation({
    onSuccess: (now) => {
      const title = titleOf(event);
      recordChange(
        {
          message: now.neverPlan ? `Plans leave ${title} alone now.` : `Plans may place ${title} again.`,
          before: [],
          after: [],
          undo: async () => {
            await trpcClient.plan.setNeverPlan.mutate({
              eventId,
              neverPlan: !now.neverPlan,
              seen: now.neverPlan,
            });
            return { restored: [], message: `${title} is as it was.` };
          },
        },
        refresh,
      );
    },
    onError: (error) => toast(problemOf(error).message, { tone: 'problem' }),
    onSettled: refresh,
  });
  return (
    <>
      {neverPlan ? 'Never planned automatically' : 'Planned with the others'}
      {mayWrite && (
        <button
          type="button"
          disabled={set.isPending}
          onClick={() => set.mutate({ eventId, neverPlan: !neverPlan, seen: neverPlan })}
          className="ml-2 text-accent-text underline pointer-coarse:-my-2.5 pointer-coarse:py-2.5"
        >
          {neverPlan ? 'Let plans place it' : 'Never plan it automatically'}
        </button>
      )}
    </>
  );
}
