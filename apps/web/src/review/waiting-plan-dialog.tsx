import type { ProposalView } from '@scheduler/server/router';
import { Button } from '@scheduler/ui/button';
import { useMutation } from '@tanstack/react-query';
import { FormDialog } from '../ui/form-dialog.tsx';
import { daysWords, eventsWord } from './plan-words.ts';
import { cancelPlan, discardPlan } from './runs.ts';

/**
 * The dialog before another week is planned while a plan waits, because two plans under review
 * would use the same people.
 */
export function WaitingPlanDialog({
  waiting,
  onReview,
  onDiscarded,
  onClose,
}: {
  waiting: ProposalView;
  onReview: () => void;
  onDiscarded: () => void;
  onClose: () => void;
}) {
  const isRunning = waiting.state === 'running';
  const putAway = useMutation({
    mutationFn: () => (isRunning ? cancelPlan(waiting) : discardPlan(waiting)),
    onSuccess: (isGone) => isGone && onDiscarded(),
  });
  const approved = waiting.lines.filter(({ state }) => state === 'saved').length;
  return (
    <FormDialog
      title={isRunning ? 'Another plan is being made.' : 'Another plan waits for review.'}
      description={`For ${daysWords(waiting)}, asked for by ${waiting.requestedBy}.`}
      action={isRunning ? 'Stop it and plan this week' : 'Discard it and plan this week'}
      look="danger"
      saving={putAway}
      busyLabel="Planning…"
      onSubmit={() => putAway.mutate()}
      onClose={onClose}
    >
      <p className="text-sm">
        {isRunning
          ? 'One plan is made at a time.'
          : `It proposes ${eventsWord(waiting.lines.length - approved)} that nobody has approved yet. Review it first, or discard it: its lines are gone then, and nothing of it is scheduled.`}
        {approved > 0 && ` ${eventsWord(approved)} of it that were approved stay scheduled.`}
      </p>
      <Button look="primary" className="justify-self-start" onClick={onReview}>
        {isRunning ? 'Look at it' : 'Review it'}
      </Button>
    </FormDialog>
  );
}
