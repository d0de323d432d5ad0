import type { RefreshQuestion } from '@scheduler/server/router';
import { Button } from '@scheduler/ui/button';
import { Link } from '@tanstack/react-router';
import { RefreshCw } from 'lucide-react';
import { useState } from 'react';
import { trpc } from '../lib/api.ts';
import { problemOf } from '../lib/problem.ts';
import { formatDay, useFormatMoment } from '../lib/time.ts';
import { useIsAdmin, useMayWrite } from '../shell/use-session.ts';
import { useStore } from '../shell/use-store.ts';
import { FormDialog } from '../ui/form-dialog.tsx';
import { toast } from '../ui/toast.tsx';

const events = (count: number): string => (count === 1 ? '1 event' : `${count} events`);

/**
 * A link from the attention list to the events that Crossmark's list lacks, if they are so many
 * that a person has to decide.
 */
export function MissingNotice() {
  const question = trpc.sync.refreshQuestion.useQuery().data;
  if (!question) return null;
  return (
    <p className="rounded-md border border-waiting/50 bg-waiting-soft px-3 py-2 text-sm">
      {events(question.count)} {question.count === 1 ? 'is' : 'are'} missing from Crossmark’s list, and nobody
      has decided yet whether {question.count === 1 ? 'it is' : 'they are'} gone.{' '}
      <Link to="/activity" search={{ tab: 'refreshes' }} className="font-medium text-accent-text underline">
        Look at them
      </Link>
    </p>
  );
}

/**
 * The events that the list lacks, if they are so many that a person has to decide, with the
 * possible actions.
 */
export function MissingEvents({ isReading }: { isReading: boolean }) {
  const question = trpc.sync.refreshQuestion.useQuery().data;
  return question ? <Question question={question} isReading={isReading} /> : null;
}

function Question({ question, isReading }: { question: RefreshQuestion; isReading: boolean }) {
  const utils = trpc.useUtils();
  const mayWrite = useMayWrite();
  const isAdmin = useIsAdmin();
  const timeZone = useStore()?.timeZone;
  const formatMoment = useFormatMoment(timeZone);
  /** The events when the dialog was opened, so that exactly the shown events are confirmed. */
  const [marking, setMarking] = useState<RefreshQuestion>();
  const again = trpc.sync.refreshNow.useMutation({
    onSuccess: () => utils.sync.invalidate(),
    onError: (error) => toast(problemOf(error).message, { tone: 'problem' }),
  });
  const mark = trpc.sync.markMissingGone.useMutation({
    onSuccess: ({ gone }) => {
      setMarking(undefined);
      toast(`${events(gone)} marked as gone.`);
    },
    onSettled: () =>
      Promise.all([utils.sync.invalidate(), utils.events.invalidate(), utils.board.invalidate()]),
  });
  const { count } = question;
  return (
    <section
      aria-labelledby="missing-title"
      className="grid grid-cols-[minmax(0,1fr)] gap-2 rounded-md border border-waiting/50 bg-surface p-3 text-sm"
      data-testid="missing-events"
    >
      <h2 id="missing-title" className="font-semibold">
        {events(count)} {count === 1 ? 'is' : 'are'} missing from Crossmark’s list
      </h2>
      <p className="max-w-prose text-ink-2">
        The list was read twice at {formatMoment(question.askedAt)}, and neither read had them. So many at
        once may be a false answer, so nothing was marked as gone and you can still plan them. This notice
        disappears when a later refresh lists them.
      </p>
      <div className="flex flex-wrap gap-2">
        {mayWrite && (
          <Button
            disabled={isReading}
            busy={again.isPending}
            busyLabel="Asking…"
            onClick={() => again.mutate()}
          >
            <RefreshCw aria-hidden className="size-4" />
            {isReading ? 'Reading…' : 'Read again'}
          </Button>
        )}
        {isAdmin && (
          <Button look="danger" onClick={() => setMarking(question)}>
            Mark {count} as gone…
          </Button>
        )}
        {!isAdmin && <p className="self-center text-ink-2">An admin can mark them as gone.</p>}
      </div>
      <details open>
        <summary className="cursor-pointer text-accent-text pointer-coarse:py-2">
          Which events these are
        </summary>
        <ul className="mt-1 divide-y divide-line rounded-md border border-line" aria-label="Missing events">
          {question.events.map((event) => (
            <li key={event.eventId} className="grid grid-cols-[minmax(0,1fr)] gap-0.5 px-3 py-2">
              <span className="font-medium">{event.name}</span>
              <span className="text-ink-2">
                {event.storeName}, {formatDay(event.startsOn)} to {formatDay(event.dueOn)}
                {event.schedule &&
                  `; ${event.schedule.employeeName} on ${formatDay(event.schedule.workDate)}`}
              </span>
            </li>
          ))}
          {count > question.events.length && (
            <li className="px-3 py-2 text-ink-2">and {count - question.events.length} more</li>
          )}
        </ul>
      </details>
      {marking && (
        <FormDialog
          title={`Mark ${events(marking.count)} as gone?`}
          description="Do this if Crossmark’s own site doesn’t have them either."
          action={`Mark ${marking.count} as gone`}
          look="danger"
          busyLabel="Marking…"
          saving={mark}
          onSubmit={() => mark.mutate({ runId: marking.runId, digest: marking.digest })}
          onClose={() => {
            setMarking(undefined);
            mark.reset();
          }}
        >
          <p className="text-sm text-ink-2">
            They leave the tray and can’t be scheduled any more. Their schedules stay. An event that Crossmark
            lists again comes back automatically. If the list has changed meanwhile, nothing is marked.
          </p>
        </FormDialog>
      )}
    </section>
  );
}
