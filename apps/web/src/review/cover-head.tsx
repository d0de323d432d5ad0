import type { ProposalView } from '@scheduler/server/router';
import { Button } from '@scheduler/ui/button';
import { useMutation } from '@tanstack/react-query';
import { Undo2 } from 'lucide-react';
import { problemOf } from '../lib/problem.ts';
import { titleOf } from '../lib/words.ts';
import { useEdits } from '../planning/edits.ts';
import { toast } from '../ui/toast.tsx';
import { takeCoverBack } from './approve.ts';
import { factOf, recordedTimeOff } from './plan-words.ts';

/** Of a plan that finds others for work: what stands already, and the way back. */
export function CoverHead({ proposal, mayWrite }: { proposal: ProposalView; mayWrite: boolean }) {
  const { cause } = proposal;
  const { refresh } = useEdits();
  const back = useMutation({
    mutationFn: async (name: string) => {
      toast(await takeCoverBack(proposal, name));
      await refresh();
    },
    onError: (error) => toast(problemOf(error).message, { tone: 'problem' }),
  });
  const fact = factOf(proposal);
  if (!fact) return null;
  return (
    <div className="flex flex-wrap items-center gap-x-2 gap-y-1 text-sm">
      <p className="min-w-0 flex-1">{fact}</p>
      {mayWrite && cause && recordedTimeOff(proposal) && (
        <Button busy={back.isPending} onClick={() => back.mutate(cause.name)}>
          <Undo2 aria-hidden className="size-4" />
          In after all
        </Button>
      )}
    </div>
  );
}

/** Locks of the plan before that could not be kept, with why. */
export function Unkept({ unkept }: Pick<ProposalView, 'unkept'>) {
  if (unkept.length === 0) return null;
  return (
    <ul aria-label="No longer locked" className="grid gap-1 border-b border-line p-3 text-sm text-waiting">
      {unkept.map(({ eventId, eventName, message }) => (
        <li key={eventId}>
          {titleOf({ name: eventName })}: {message}
        </li>
      ))}
    </ul>
  );
}

/** Work that has begun or is over, which nobody takes over any more. */
export function Stays({ stays }: Pick<ProposalView, 'stays'>) {
  if (stays.length === 0) return null;
  return (
    <ul aria-label="Stays" className="grid gap-1 border-b border-line p-3 text-sm text-ink-2">
      {stays.map(({ eventId, message }) => (
        <li key={eventId}>{message}</li>
      ))}
    </ul>
  );
}
