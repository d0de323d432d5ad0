import type { WeekBoard } from '@scheduler/server/router';
import { useMutation } from '@tanstack/react-query';
import { trpcClient } from '../lib/api.ts';
import { formatDay } from '../lib/time.ts';
import { FormDialog } from '../ui/form-dialog.tsx';
import { toast } from '../ui/toast.tsx';
import { eventsWord } from './plan-words.ts';
import { useShowPlan } from './use-show-plan.ts';

/** A day on which the store is closed has work: a plan moves it to other days. */
export function ClosedDayDialog({
  board,
  day,
  onClose,
}: {
  board: WeekBoard;
  day: string;
  onClose: () => void;
}) {
  const showPlan = useShowPlan();
  const count = board.schedules.filter(({ workDate }) => workDate === day).length;
  const closed = board.holidays.find((each) => each.day === day)?.name ?? 'closed';
  const plan = useMutation({
    mutationFn: async () => {
      const { proposalId, stays } = await trpcClient.plan.coverClosedDay.mutate({
        storeId: board.store.id,
        day,
      });
      if (proposalId !== null) return showPlan({ proposalId }, day);
      toast(stays[0]?.message ?? `Nothing is planned on ${formatDay(day)}.`);
    },
    onSuccess: onClose,
  });
  return (
    <FormDialog
      title={`Find other days for the work of ${formatDay(day)}?`}
      description={`The store is closed: ${closed}.`}
      action="Find other days"
      busyLabel="Looking…"
      saving={plan}
      onSubmit={() => plan.mutate()}
      onClose={onClose}
    >
      <p className="text-sm">
        {eventsWord(count)} {count === 1 ? 'is' : 'are'} planned on that day. Other days are proposed, with
        the same people where they can; nothing is moved until you approve.
      </p>
    </FormDialog>
  );
}
