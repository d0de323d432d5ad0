import { linesToApprove } from '@scheduler/scheduling';
import type { ProposalLineView, ProposalView } from '@scheduler/server/router';
import { Button } from '@scheduler/ui/button';
import { useMutation } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { OverrideField } from '../planning/save.tsx';
import { onShortcut } from '../ui/shortcuts.ts';
import { Refusal } from '../ui/states.tsx';
import { useApprove } from './approve.ts';
import { eventsWord } from './plan-words.ts';
import { planAgain } from './runs.ts';

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
    mutationFn: ({ lines, isRetry }: { lines: readonly ProposalLineView[]; isRetry: boolean }) =>
      approvePlan(proposal, {
        // Lines that need no reason get none, so that it covers no warning that nobody has seen.
        overrideReason: (needReason(lines) && reason.trim()) || undefined,
        ...(isRetry && { lineIds: lines.map(({ lineId }) => lineId) }),
      }),
    onSuccess: () => setReason(''),
  });
  const due = linesToApprove(waiting, ({ ticked, state }) => ticked && state === 'proposed');
  const refused = waiting.filter(({ state }) => state === 'refused');
  const retried = linesToApprove(waiting, ({ ticked, state }) => ticked && state === 'refused');
  const proposed = waiting.filter(({ state }) => state === 'proposed');
  const unticked = proposed.filter(({ ticked }) => !ticked).length;
  const checks = proposed.filter((line) => line.ticked && !due.includes(line)).length;
  const locked = waiting.filter((line) => line.locked).length;
  const all = due.length === waiting.length;
  const retry = () => {
    if (needReason(retried) && !form.current?.reportValidity()) return;
    if (!approve.isPending) approve.mutate({ lines: retried, isRetry: true });
  };
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
      // The field may be there for refused lines alone.
      noValidate={!needReason(due)}
      className="sticky bottom-(--bottom-bar) z-10 grid gap-2 border-t border-line bg-surface p-3"
      onSubmit={(event) => {
        event.preventDefault();
        if (due.length > 0 && !approve.isPending) approve.mutate({ lines: due, isRetry: false });
      }}
    >
      {needReason([...due, ...retried]) && <OverrideField value={reason} onChange={setReason} />}
      <Refusal error={approve.error} />
      {unticked > 0 && <p className="text-xs text-ink-2">{unticked} unticked: left for later.</p>}
      {checks > 0 && (
        <p className="text-xs text-ink-2">
          {checks === 1
            ? '1 noon check waits for its Core, which is not approved with it.'
            : `${checks} noon checks wait for their Cores, which are not approved with them.`}
        </p>
      )}
      {refused.length > 0 && (
        <div className="flex flex-wrap items-center gap-2">
          <p role="status" className="min-w-0 flex-1 basis-48 text-sm text-waiting">
            {eventsWord(refused.length)} could not be scheduled; the reason stands with{' '}
            {refused.length === 1 ? 'it' : 'each'}.
          </p>
          {retried.length > 0 && (
            <Button
              aria-label={`Try again to schedule ${eventsWord(retried.length)}`}
              title="Schedules what is ticked and could not be scheduled before, if nothing speaks against it by now."
              busy={approve.isPending}
              onClick={retry}
            >
              {retried.length === 1 ? 'Try again' : `Try ${retried.length} again`}
            </Button>
          )}
        </div>
      )}
      <div className="flex flex-wrap items-center gap-2">
        <Button
          look="primary"
          type="submit"
          aria-keyshortcuts="Control+Enter"
          title="Schedules what is ticked (Ctrl+Enter)"
          disabled={due.length === 0}
          busy={approve.isPending}
          busyLabel={`Scheduling ${due.length}…`}
        >
          {all ? `Approve all ${due.length}` : `Approve ${due.length}`}
        </Button>
        <Button
          title={
            locked === 0
              ? 'Lock lines that shall stay; all others are planned anew, also those that were moved.'
              : `${eventsWord(locked)} stay as they are.`
          }
          onClick={() => void planAgain(proposal)}
        >
          Plan the rest again
        </Button>
      </div>
    </form>
  );
}

/** Whether lines break a rule that needs a reason. */
const needReason = (lines: readonly ProposalLineView[]): boolean =>
  lines.some(({ warnings }) => warnings.some(({ severity }) => severity === 'soft'));
