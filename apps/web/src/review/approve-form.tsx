import type { ProposalLineView, ProposalView } from '@scheduler/server/router';
import { Button } from '@scheduler/ui/button';
import { useMutation } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { OverrideField } from '../planning/save.tsx';
import { onShortcut } from '../ui/shortcuts.ts';
import { Refusal } from '../ui/states.tsx';
import { useApprove } from './approve.ts';
import { eventsWord } from './plan-words.ts';
import { planRest } from './runs.ts';

/** The buttons for the whole plan. A refused line shows the reason itself. */
export function ApproveForm({
  proposal,
  waiting,
}: {
  proposal: ProposalView;
  waiting: readonly ProposalLineView[];
}) {
  const [reason, setReason] = useState('');
  const form = useRef<HTMLFormElement>(null);
  const approvePlan = useApprove();
  const approve = useMutation({
    mutationFn: () => approvePlan(proposal, reason.trim() || undefined),
    onSuccess: () => setReason(''),
  });
  // A refused line is retried after a change, or when it is ticked alone.
  const ticked = waiting.filter((line) => line.ticked && line.state === 'proposed');
  const refused = waiting.filter(({ state }) => state === 'refused').length;
  const soft = ticked.some(({ warnings }) => warnings.some(({ severity }) => severity === 'soft'));
  const unticked = waiting.length - ticked.length - refused;
  const locked = waiting.filter((line) => line.locked).length;
  const all = ticked.length === waiting.length;
  useEffect(
    () =>
      onShortcut((shortcut) => {
        if (shortcut !== 'Ctrl+Enter') return false;
        // As the button does: a reason that is needed and missing is asked for.
        form.current?.requestSubmit();
        return true;
      }),
    [],
  );
  return (
    <form
      ref={form}
      className="sticky bottom-(--bottom-bar) z-10 grid gap-2 border-t border-line bg-surface p-3"
      onSubmit={(event) => {
        event.preventDefault();
        if (ticked.length > 0 && !approve.isPending) approve.mutate();
      }}
    >
      {soft && <OverrideField value={reason} onChange={setReason} />}
      <Refusal error={approve.error} />
      {unticked > 0 && <p className="text-xs text-ink-2">{unticked} unticked: left for later.</p>}
      {refused > 0 && (
        <p role="status" className="text-sm text-waiting">
          {eventsWord(refused)} could not be scheduled; the reason stands with {refused === 1 ? 'it' : 'each'}
          .
        </p>
      )}
      <div className="flex flex-wrap items-center gap-2">
        <Button
          look="primary"
          type="submit"
          aria-keyshortcuts="Control+Enter"
          title="Schedules what is ticked (Ctrl+Enter)"
          disabled={ticked.length === 0}
          busy={approve.isPending}
          busyLabel={`Scheduling ${ticked.length}…`}
        >
          {all ? `Approve all ${ticked.length}` : `Approve ${ticked.length}`}
        </Button>
        <Button
          title={
            locked === 0
              ? 'Lock lines that shall stay; all others are planned anew, also those that were moved.'
              : `${eventsWord(locked)} stay as they are.`
          }
          onClick={() => void planRest(proposal)}
        >
          Plan the rest again
        </Button>
      </div>
    </form>
  );
}
