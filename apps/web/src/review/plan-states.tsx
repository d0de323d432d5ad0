import type { ProposalView } from '@scheduler/server/router';
import { Button } from '@scheduler/ui/button';
import { LoaderCircle, TriangleAlert } from 'lucide-react';
import { useNow } from '../lib/time.ts';
import { CoverHead } from './cover-head.tsx';
import { daysWords, planWords } from './plan-words.ts';
import { cancelPlan, discardPlan, planAgain } from './runs.ts';
import { useFocusOnceAsked } from './use-focus-once-asked.ts';
import { leavePlan } from './use-review.ts';

/** A plan that is being made. */
export function Making({ proposal, mayWrite }: { proposal: ProposalView; mayWrite: boolean }) {
  const heading = useFocusOnceAsked();
  const seconds = Math.max(Math.round((useNow() - Date.parse(proposal.createdAt)) / 1000), 0);
  return (
    <div className="grid justify-items-center gap-3 px-4 py-10 text-center">
      <LoaderCircle aria-hidden className="size-6 animate-spin text-accent" />
      <div role="status">
        <h2 ref={heading} tabIndex={-1} className="font-semibold">
          Planning {daysWords(proposal)}…
        </h2>
        <p className="text-sm text-ink-2">
          Asked for by {proposal.requestedBy}. It takes seconds, and nothing is changed by it.
        </p>
        {proposal.note && <p className="text-sm text-waiting">{proposal.note}</p>}
      </div>
      <p className="text-sm text-ink-2">{seconds} s</p>
      {mayWrite && <Button onClick={() => void cancelPlan(proposal)}>Cancel</Button>}
    </div>
  );
}

/** A plan of which nothing came, with why. */
export function Failed({ proposal, mayWrite }: { proposal: ProposalView; mayWrite: boolean }) {
  // An automatic plan that failed is told to everybody until somebody puts it away.
  const isAutomatic = proposal.state === 'failed' && proposal.occasion !== 'request';
  return (
    <div role="alert" className="grid justify-items-center gap-3 px-4 py-10 text-center">
      <TriangleAlert aria-hidden className="size-6 text-failed" />
      <h2 className="font-semibold">
        {proposal.cause
          ? `There is no plan yet: ${planWords(proposal)}.`
          : `There is no plan for ${daysWords(proposal)}.`}
      </h2>
      <p className="text-sm text-ink-2">{proposal.note}</p>
      <CoverHead proposal={proposal} mayWrite={mayWrite} />
      <div className="flex gap-2">
        {mayWrite && (
          <Button look="primary" onClick={() => void planAgain(proposal)}>
            Plan again
          </Button>
        )}
        {isAutomatic && mayWrite ? (
          <Button onClick={() => void discardPlan(proposal)}>Discard</Button>
        ) : (
          <Button onClick={leavePlan}>Close</Button>
        )}
      </div>
    </div>
  );
}
