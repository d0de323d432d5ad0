import type { ProposalView } from '@scheduler/server/router';
import { Button } from '@scheduler/ui/button';
import { useState } from 'react';
import { formatDay } from '../lib/time.ts';
import { titleOf } from '../lib/words.ts';
import { type OpenEvent, takeRepair } from './line-changes.ts';

/** The events that a plan leaves open: why, and what would make a place for each. */
export const LeftOpen = ({ proposal, mayWrite }: { proposal: ProposalView; mayWrite: boolean }) => (
  <ul className="divide-y divide-line">
    {proposal.open.map((open) => (
      <LeftOpenEvent key={open.eventId} proposal={proposal} open={open} mayWrite={mayWrite} />
    ))}
  </ul>
);

function LeftOpenEvent({
  proposal,
  open,
  mayWrite,
}: {
  proposal: ProposalView;
  open: OpenEvent;
  mayWrite: boolean;
}) {
  const [isTaking, setIsTaking] = useState(false);
  const title = titleOf({ name: open.eventName });
  return (
    <li data-testid={`open-${open.eventId}`} className="grid gap-1 px-3 py-2 text-sm">
      <p className="font-medium text-waiting">{title}</p>
      <p className="text-xs text-ink-2">
        {open.type}, due {formatDay(open.dueOn)}
      </p>
      <ul className="grid gap-0.5 text-xs">
        {open.obstacles.map(({ message }) => (
          <li key={message}>{message}</li>
        ))}
      </ul>
      {open.repair && <p className="text-xs font-medium text-accent-text">{open.repair}</p>}
      {open.canRepair && mayWrite && (
        <Button
          className="mt-1 justify-self-start"
          aria-label={`Take this into the plan: ${title}`}
          busy={isTaking}
          onClick={() => {
            setIsTaking(true);
            void takeRepair(proposal, open).finally(() => setIsTaking(false));
          }}
        >
          Take this into the plan
        </Button>
      )}
    </li>
  );
}
