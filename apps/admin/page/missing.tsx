import { Button } from '@scheduler/ui/button';
import { ConfirmButton } from './confirm.tsx';
import { formatCount, formatNumber } from './format.ts';
import { type Outputs, trpc } from './trpc.ts';
import { Ago, Panel } from './ui.tsx';

type Question = NonNullable<Outputs['overview']['facts']['refresh']['question']>;

/**
 * The missing events, if they are so many that an admin has to decide, with the possible actions.
 */
export function MissingEvents(props: {
  question: Question;
  at: string;
  isReading: boolean;
  mayAct: boolean;
}) {
  const { question, at, isReading, mayAct } = props;
  return (
    <Panel
      id="missing"
      title={`Missing from Crossmark’s list (${formatNumber(question.count)})`}
      aside={mayAct && <MissingEventsActions question={question} isReading={isReading} />}
    >
      <p className="mb-2 max-w-prose text-sm text-ink-2">
        Crossmark’s list was read twice <Ago at={question.askedAt} now={at} />, and neither read had{' '}
        {formatCount(question.count, 'event')}. Nothing was marked as gone, and planning continues. This
        notice disappears when a later refresh lists them.
      </p>
      <details open>
        <summary className="cursor-pointer py-1 text-sm text-accent-text">Which events these are</summary>
        <ul
          className="mt-1 divide-y divide-line rounded-md border border-line text-sm"
          aria-label="Missing events"
        >
          {question.rows.map((event) => (
            <li key={event.eventId} className="grid gap-0.5 px-3 py-2">
              <span className="font-medium">{event.name}</span>
              <span className="text-ink-2">
                {event.storeName}, {event.startsOn} to {event.dueOn}
                {event.schedule && `; ${event.schedule.employeeName} on ${event.schedule.workDate}`}
              </span>
            </li>
          ))}
          {question.count > question.rows.length && (
            <li className="px-3 py-2 text-ink-2">
              and {formatNumber(question.count - question.rows.length)} more
            </li>
          )}
        </ul>
      </details>
    </Panel>
  );
}

function MissingEventsActions({ question, isReading }: { question: Question; isReading: boolean }) {
  const utils = trpc.useUtils();
  const refresh = trpc.refreshNow.useMutation({ onSettled: () => utils.overview.invalidate() });
  const mark = trpc.markMissingGone.useMutation({ onSettled: () => utils.overview.invalidate() });
  const { runId, digest } = question;
  const events = formatCount(question.count, 'event');
  return (
    <span className="flex flex-wrap items-center gap-2">
      {refresh.error && (
        <span role="alert" className="text-sm text-failed">
          {refresh.error.message}
        </span>
      )}
      <Button onClick={() => refresh.mutate()} busy={refresh.isPending || isReading}>
        {isReading ? 'Reading…' : 'Read again'}
      </Button>
      {/* When the list changes, a dialog about the previous list closes. */}
      <ConfirmButton
        key={digest}
        button={`Mark ${formatNumber(question.count)} as gone…`}
        title={`Mark ${events} as gone?`}
        act={() => mark.mutateAsync({ runId, digest })}
      >
        <p>
          Do this if Crossmark’s own site doesn’t have them either. They leave the tray and can’t be scheduled
          any more. Their schedules stay. An event that Crossmark lists again comes back automatically.
        </p>
        <p>If the list has changed meanwhile, nothing is marked.</p>
      </ConfirmButton>
    </span>
  );
}
