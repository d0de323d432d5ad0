import type { ProposalSummary, ProposalView, WeekBoard } from '@scheduler/server/router';
import { Button, IconButton } from '@scheduler/ui/button';
import { Link } from '@tanstack/react-router';
import { X } from 'lucide-react';
import { useFormatMoment } from '../lib/time.ts';
import { Approvals, OtherPlans } from './approvals.tsx';
import { CoverHead } from './cover-head.tsx';
import { daysOf, daysWords, eventsWord, nameOfPlan } from './plan-words.ts';
import { discardPlan } from './runs.ts';
import { Shares } from './shares.tsx';
import { useFocusOnceAsked } from './use-focus-once-asked.ts';
import { openReview } from './use-review.ts';

/** What a plan that waits for review is about, how much of it is placed, and what became of it so far. */
export function PlanHead({
  proposal,
  board,
  others,
  mayWrite,
  mayChange,
  onDay,
}: {
  proposal: ProposalView;
  board: WeekBoard;
  others: readonly ProposalSummary[];
  mayWrite: boolean;
  mayChange: boolean;
  onDay: (day: string) => void;
}) {
  const { lines, open } = proposal;
  const { timeZone } = board.store;
  const formatMoment = useFormatMoment(timeZone);
  const heading = useFocusOnceAsked();
  const nameOf = (id: number) => board.people.find((person) => person.id === id)?.name ?? 'Somebody';
  const countOf = (kind: 'new' | 'moved') =>
    lines.filter((line) => line.kind === kind && line.state !== 'saved').length;
  const [fresh, moved] = [countOf('new'), countOf('moved')];
  const saved = lines.length - fresh - moved;
  const parts = [
    ...(proposal.cause ? [] : [`${fresh} new`]),
    ...(moved > 0 || proposal.cause ? [`${moved} moved`] : []),
    ...(open.length > 0 ? [`${open.length} ${proposal.cause ? 'without anybody' : 'left open'}`] : []),
    ...(saved > 0 ? [`${saved} scheduled`] : []),
  ];
  const { fromDay, toDay } = daysOf(proposal);
  const elsewhere = toDay < board.weekOf || fromDay > (board.days.at(-1) ?? '');
  return (
    <div className="grid gap-1 border-b border-line p-3">
      <div className="flex items-start gap-2">
        <h2 ref={heading} tabIndex={-1} className="min-w-0 flex-1 text-base font-semibold">
          {proposal.cause ? nameOfPlan(proposal) : `${lines.length} of ${lines.length + open.length} placed`}
        </h2>
        {mayChange && (
          <Button look="quiet" className="-my-1" onClick={() => void discardPlan(proposal)}>
            Discard
          </Button>
        )}
        <IconButton label="Close the plan" className="-my-1" onClick={() => openReview(false)}>
          <X aria-hidden className="size-4" />
        </IconButton>
      </div>
      <CoverHead proposal={proposal} mayWrite={mayWrite} />
      {proposal.plannedAgainBy !== null && (
        <p role="status" className="text-sm text-waiting">
          {proposal.plannedAgainBy} has this planned again. It can’t be changed until the new plan is here.
        </p>
      )}
      <p className="text-sm text-ink-2">
        {parts.join(', ')}.{' '}
        {saved > 0
          ? 'What is ticked is scheduled once you approve.'
          : 'Nothing is changed until you approve.'}
      </p>
      <p className="text-xs text-ink-2">
        {daysWords(proposal)} · by {proposal.requestedBy}, board as of {formatMoment(proposal.createdAt)}
      </p>
      {proposal.leftOut > 0 && (
        <p className="text-xs text-ink-2">
          {eventsWord(proposal.leftOut)} left out: marked as never planned automatically.
        </p>
      )}
      {proposal.note && <p className="text-xs text-waiting">{proposal.note}</p>}
      {elsewhere && (
        <button
          type="button"
          className="justify-self-start text-sm text-accent-text underline pointer-coarse:min-h-10"
          onClick={() => onDay(fromDay)}
        >
          Show its week
        </button>
      )}
      {lines.some(({ state }) => state === 'proposed') && (
        <Link
          to="/checks"
          search={{ store: proposal.storeId, from: fromDay, to: toDay, plan: proposal.proposalId }}
          className="inline-flex items-center justify-self-start text-sm text-accent-text underline pointer-coarse:min-h-10"
        >
          Checks with this plan
        </Link>
      )}
      <Approvals proposal={proposal} timeZone={timeZone} mayWrite={mayWrite} />
      <OtherPlans others={others} />
      <Shares proposal={proposal} nameOf={nameOf} />
    </div>
  );
}
