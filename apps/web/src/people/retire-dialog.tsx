import type { Employee } from '@scheduler/server/router';
import { Button } from '@scheduler/ui/button';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { trpc, trpcClient } from '../lib/api.ts';
import { addDays, formatDay, useToday } from '../lib/time.ts';
import { useShowPlan } from '../review/use-show-plan.ts';
import { DateField } from '../ui/date-field.tsx';
import { FormDialog } from '../ui/form-dialog.tsx';
import { Refusal } from '../ui/states.tsx';
import { toast } from '../ui/toast.tsx';
import { whyNotCovered } from './covered-work.ts';

/** The dialog that retires a person, and lists the schedules that need somebody else. */
export function RetireDialog({ person, onClose }: { person: Employee; onClose: () => void }) {
  const utils = trpc.useUtils();
  const detail = trpc.employees.get.useQuery({ employeeId: person.id });
  const stores = trpc.stores.list.useQuery();
  const zone = stores.data?.find((store) => store.id === person.storeId)?.timeZone;
  const day = useToday(zone);
  const today = zone && day;
  const [chosen, setChosen] = useState<string>();
  const lastWorkDay = chosen ?? today;
  const retire = trpc.employees.delete.useMutation({
    onSuccess: ({ outcome, terminatedOn, schedulesToReassign }) => {
      const left = schedulesToReassign.length;
      toast(
        outcome === 'deleted'
          ? `${person.name} is removed: nothing was ever scheduled for them.`
          : `${person.name} is retired${terminatedOn ? ` as of ${formatDay(terminatedOn)}` : ''}.${left ? ` ${left} later ${left === 1 ? 'schedule needs' : 'schedules need'} somebody else.` : ''}`,
      );
      void utils.employees.invalidate();
      void utils.board.week.invalidate();
      onClose();
    },
  });
  const showPlan = useShowPlan();
  const after = (detail.data?.upcoming ?? []).flatMap((work) =>
    lastWorkDay && work.lastDay > lastWorkDay ? [{ ...work, why: whyNotCovered(work, lastWorkDay) }] : [],
  );
  const coverFirst = useMutation({
    mutationFn: async (lastDay: string) => {
      const { proposalId, stays } = await trpcClient.plan.coverLeaving.mutate({
        employeeId: person.id,
        lastDay,
      });
      if (proposalId !== null) return showPlan({ proposalId }, addDays(lastDay, 1));
      // What is listed was read earlier.
      toast(stays[0]?.message ?? `${person.name} has no work now for which others could be found.`);
    },
    onSuccess: onClose,
  });
  return (
    <FormDialog
      title={`Retire ${person.name}?`}
      description="They can’t be scheduled after their last work day. Their history is kept. A person who was never scheduled is removed."
      action="Retire"
      look="danger"
      saving={retire}
      disabled={!lastWorkDay}
      onSubmit={() => {
        if (lastWorkDay) retire.mutate({ employeeId: person.id, version: person.version, lastWorkDay });
      }}
      onClose={onClose}
    >
      <DateField
        label="Last work day"
        required
        value={lastWorkDay ?? ''}
        max={today && addDays(today, 365)}
        onChange={setChosen}
      />
      <div className="min-h-16 text-sm">
        {after.length > 0 && (
          <>
            <p className="text-waiting">
              {after.length === 1
                ? 'One schedule after that day needs'
                : `${after.length} schedules after that day need`}{' '}
              somebody else:
            </p>
            <ul className="mt-1 list-disc pl-5 text-ink-2">
              {after.slice(0, 8).map((work) => (
                <li key={work.scheduleId}>
                  {formatDay(work.workDate)}: {work.eventName}
                  {work.why && ` (${work.why})`}
                </li>
              ))}
              {after.length > 8 && <li>and {after.length - 8} more</li>}
            </ul>
            {after.some(({ why }) => why === null) && (
              <Button
                className="mt-2"
                busy={coverFirst.isPending}
                onClick={() => lastWorkDay && coverFirst.mutate(lastWorkDay)}
              >
                Cover their work first
              </Button>
            )}
            <Refusal error={coverFirst.error} />
          </>
        )}
        {detail.data && after.length === 0 && (
          <p className="text-ink-2">Nothing is planned for them after that day.</p>
        )}
      </div>
    </FormDialog>
  );
}
