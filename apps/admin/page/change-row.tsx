import { Button } from '@scheduler/ui/button';
import { useState } from 'react';
import { KIND_NAMES, nameOf, TASK_NAMES } from '../src/words.ts';
import { Attempts } from './attempts.tsx';
import type { Change } from './changes.tsx';
import { formatCount, formatStoreTime } from './format.ts';
import { Ago, At, Badge } from './ui.tsx';

/**
 * A change that has stopped is red. A change that continues automatically, or waits for a decision,
 * has the color of its state.
 */
const REASON_LOOKS: Record<Change['state'], string> = {
  failed: 'text-failed',
  waiting: 'text-waiting',
  conflict: 'text-conflict',
  pending: 'text-ink-2',
  synced: 'text-ink-2',
};

export function ChangeRow(props: {
  change: Change;
  now: string;
  /** Null if it can't be selected. */
  selected: boolean | null;
  onToggle: () => void;
  onRetry: () => void;
  busy: boolean;
}) {
  const { change, now } = props;
  const [open, setOpen] = useState(false);
  const link = 'rounded-md py-1.5 font-medium text-accent-text underline underline-offset-2';
  return (
    <li className="py-2.5 first:pt-0 last:pb-0">
      <div className="flex flex-wrap items-start gap-x-4 gap-y-2">
        {props.selected !== null && (
          <label className="-m-1.5 flex p-1.5">
            <input
              type="checkbox"
              checked={props.selected}
              onChange={props.onToggle}
              aria-label={`Select ${change.title}`}
              className="mt-0.5 size-5 accent-accent"
            />
          </label>
        )}
        <div className="min-w-60 flex-1">
          <p className="font-medium">
            {change.title} <Badge state={change.state} />{' '}
            {change.kind && (
              <span className="rounded-full border border-line-strong px-2 py-0.5 text-xs font-normal whitespace-nowrap text-ink-2">
                {KIND_NAMES[change.kind]}
              </span>
            )}
          </p>
          <p className="text-sm text-ink-2">
            {[
              change.planned &&
                `${change.planned.employee}, ${formatStoreTime(change.planned.startsAt, change.planned.timeZone)} store time`,
              change.store,
              change.task && nameOf(TASK_NAMES, change.task),
            ]
              .filter(Boolean)
              .join(' · ')}
          </p>
          {change.reason && <p className={`mt-0.5 text-sm ${REASON_LOOKS[change.state]}`}>{change.reason}</p>}
          {change.worker && <p className="text-sm text-ink-2">Worker {change.worker} is working on it.</p>}
        </div>
        <div className="flex flex-wrap items-center gap-3 text-sm">
          <span className="text-ink-3">
            {change.attempts > 0 && `${formatCount(change.attempts, 'attempt')}, `}
            <Ago at={change.since} now={now} />
            {change.nextAttemptAt && (
              <>
                , next attempt <At at={change.nextAttemptAt} now={now} />
              </>
            )}
          </span>
          {change.task && change.jobId && (
            <a
              href={`/queues/queue/${change.task}/${change.jobId}`}
              className={link}
              aria-label={`Job of ${change.title}`}
            >
              Job
            </a>
          )}
          {props.selected !== null && (
            <Button onClick={props.onRetry} busy={props.busy} aria-label={`Try again: ${change.title}`}>
              Try again
            </Button>
          )}
        </div>
      </div>
      <details onToggle={(event) => setOpen(event.currentTarget.open)} className="mt-1 text-sm">
        <summary className="inline-block cursor-pointer rounded py-1 text-ink-2">
          Attempts
          <span className="sr-only"> for {change.title}</span>
        </summary>
        {open && <Attempts eventId={change.eventId} now={now} />}
      </details>
    </li>
  );
}
