import type { ProposalLineView, ProposalSummary, ProposalView, WeekBoard } from '@scheduler/server/router';
import { Button, IconButton } from '@scheduler/ui/button';
import { CircleCheck, Undo2, X } from 'lucide-react';
import { useState } from 'react';
import { useFormatMoment } from '../lib/time.ts';
import { useUndoApproval } from './approve.ts';
import { daysWords, eventsWord, isPutAway, nameOfPlan, planWords, recordedTimeOff } from './plan-words.ts';
import { useFocusOnceAsked } from './use-focus-once-asked.ts';
import { leavePlan, showPastPlan, showPlan } from './use-review.ts';

/**
 * A plan of which all is approved, or of which a part was approved before the rest was put away: what
 * was done, and the way back.
 */
export function ApprovedPlan({
  proposal,
  board,
  mayWrite,
}: {
  proposal: ProposalView;
  board: WeekBoard;
  mayWrite: boolean;
}) {
  const { open } = proposal;
  const lines = proposal.lines.filter(({ state }) => state === 'saved');
  const heading = useFocusOnceAsked();
  return (
    <div className="grid content-start gap-3 p-3">
      <div className="flex items-start gap-2">
        <CircleCheck aria-hidden className="mt-0.5 size-5 shrink-0 text-synced" />
        <h2 ref={heading} tabIndex={-1} className="min-w-0 flex-1 text-base font-semibold">
          {eventsWord(lines.length)} {proposal.cause ? 'moved' : 'scheduled'}
        </h2>
        <IconButton label="Close the plan" className="-my-1" onClick={leavePlan}>
          <X aria-hidden className="size-4" />
        </IconButton>
      </div>
      <p className="text-sm text-ink-2">
        {proposal.cause && `${nameOfPlan(proposal)}, ${daysWords(proposal)}. `}
        {PARTS[proposal.state] ?? 'All of this plan is approved.'} Crossmark gets it event by event; each card
        shows how far it is.
        {open.length > 0 &&
          !isPutAway(proposal) &&
          ` ${eventsWord(open.length)} ${proposal.cause ? 'still without anybody; the board marks each.' : 'stayed open.'}`}
      </p>
      <HowFar lines={lines} board={board} />
      <Approvals proposal={proposal} timeZone={board.store.timeZone} mayWrite={mayWrite} />
      <Button className="justify-self-start" onClick={leavePlan}>
        Close
      </Button>
    </div>
  );
}

/** What became of the rest of a plan that was approved in part. */
const PARTS: Partial<Record<ProposalView['state'], string>> = {
  replaced: 'The rest of this plan was planned again.',
  discarded: 'The rest of this plan was discarded.',
};

/** How many of a plan's events Crossmark holds by now. */
function HowFar({ lines, board }: { lines: readonly ProposalLineView[]; board: WeekBoard }) {
  const states = new Map(board.schedules.map(({ event }) => [event.eventId, event.sync.state]));
  // The board knows those of its week.
  const known = lines.filter(({ eventId }) => states.has(eventId));
  const held = known.filter(({ eventId }) => states.get(eventId) === 'synced').length;
  if (known.length === 0) return null;
  const whose = known.length < lines.length ? ' of this week' : '';
  return (
    <div className="grid gap-1 text-sm">
      <p>
        {held === known.length
          ? `Crossmark holds all ${known.length}${whose}.`
          : `Crossmark holds ${held} of ${known.length}${whose}.`}
      </p>
      <progress
        aria-label="In Crossmark"
        max={known.length}
        value={held}
        className="h-1.5 w-full accent-synced"
      />
    </div>
  );
}

/** What was approved of a plan, by whom, each with its way back. */
export function Approvals({
  proposal,
  timeZone,
  mayWrite,
}: {
  proposal: ProposalView;
  timeZone: string;
  mayWrite: boolean;
}) {
  const undo = useUndoApproval();
  // Set by the click itself, so that the second half of a double click finds it.
  const [undoing, setUndoing] = useState<number>();
  const formatMoment = useFormatMoment(timeZone);
  if (proposal.approvals.length === 0) return null;
  return (
    <ul aria-label="Approvals" className="grid gap-1 text-sm">
      {proposal.approvals.map(({ approvalId, by, at, events }) => (
        <li key={approvalId} className="flex flex-wrap items-center gap-2">
          <span className="min-w-0 flex-1 basis-40">
            {eventsWord(events)} by {by}, {formatMoment(at)}
          </span>
          {mayWrite && (
            <Button
              aria-label={`Undo the approval of ${eventsWord(events)} by ${by}`}
              busy={undoing === approvalId}
              disabled={undoing !== undefined && undoing !== approvalId}
              onClick={() => {
                setUndoing(approvalId);
                void undo(proposal, approvalId).finally(() => setUndoing(undefined));
              }}
            >
              <Undo2 aria-hidden className="size-4" />
              {recordedTimeOff(proposal) ? 'Undo, with the time off' : 'Undo'}
            </Button>
          )}
        </li>
      ))}
    </ul>
  );
}

/** What an approval that was taken back left as it was. */
export function Kept({ kept }: { kept: readonly { lineId: number; message: string }[] }) {
  if (kept.length === 0) return null;
  return (
    <div role="status" className="grid gap-1 border-b border-line p-3 text-sm text-waiting">
      <p className="font-medium">
        {eventsWord(kept.length)} stayed as {kept.length === 1 ? 'it is' : 'they are'}:
      </p>
      <ul className="grid gap-1">
        {kept.map(({ lineId, message }) => (
          <li key={lineId}>{message}</li>
        ))}
      </ul>
    </div>
  );
}

/** Other plans of the store: each can be shown in place of this one. */
export function OtherPlans({ others }: { others: readonly ProposalSummary[] }) {
  if (others.length === 0) return null;
  return (
    <ul aria-label="Other plans" className="grid gap-1 text-sm">
      {others.map((other) => (
        <li key={other.proposalId}>
          <button
            type="button"
            className="text-left text-accent-text underline pointer-coarse:min-h-10"
            onClick={() => (isPutAway(other) ? showPastPlan : showPlan)(other.proposalId)}
          >
            {planWords(other)}
          </button>{' '}
          <span className="text-ink-2">{STATES[other.state]}</span>
        </li>
      ))}
    </ul>
  );
}

const STATES: Partial<Record<ProposalSummary['state'], string>> = {
  running: 'is being made',
  ready: 'waits for review',
  approved: 'is approved',
  failed: 'could not be made',
  replaced: 'was approved in part and planned again',
  discarded: 'was approved in part and discarded',
};
