import { Button } from '@scheduler/ui/button';
import { TASK_NAMES } from '../src/words.ts';
import { ConfirmButton } from './confirm.tsx';
import { type Task, trpc } from './trpc.ts';

/** Called once a change is done, so that the page shows it at once. */
export function useOverviewRefresh() {
  const utils = trpc.useUtils();
  return { onSettled: () => utils.overview.invalidate() };
}

export function Resume(props: { tasks: Task[]; children: string; label?: string }) {
  const resume = trpc.resume.useMutation(useOverviewRefresh());
  return (
    <Button
      look="primary"
      onClick={() => resume.mutate({ tasks: props.tasks })}
      busy={resume.isPending}
      aria-label={props.label}
    >
      {props.children}
    </Button>
  );
}

export function Pause(props: { tasks: Task[]; button: string; label?: string }) {
  const pause = trpc.pause.useMutation(useOverviewRefresh());
  const what = props.tasks.map((task) => TASK_NAMES[task]).join(', ');
  return (
    <ConfirmButton
      button={props.button}
      label={props.label}
      title={props.tasks.length > 1 ? 'Pause all of sync?' : `Pause “${what}”?`}
      act={() => pause.mutateAsync({ tasks: props.tasks })}
    >
      <p>
        Workers stop taking these jobs within a second. Jobs that are running end as usual. Changes are saved
        and wait safely until you resume.
      </p>
    </ConfirmButton>
  );
}

export function LetPass() {
  const pass = trpc.switchBreaker.useMutation(useOverviewRefresh());
  return (
    <ConfirmButton
      button="Let calls pass"
      title="Let calls to Crossmark pass?"
      act={() => pass.mutateAsync({ calls: 'pass' })}
    >
      <p>
        What waits for Crossmark goes out at once, paced by the limit of calls. Should Crossmark still not
        answer, workers hold back again by themselves after a few failed calls.
      </p>
    </ConfirmButton>
  );
}

export function HoldBack() {
  const hold = trpc.switchBreaker.useMutation(useOverviewRefresh());
  return (
    <ConfirmButton
      button="Hold calls back"
      title="Hold back all calls to Crossmark?"
      act={() => hold.mutateAsync({ calls: 'hold' })}
    >
      <p>
        No worker begins another call, and none probes whether Crossmark answers, until you let calls pass.
        Changes are saved and wait safely. Calls under way end as usual.
      </p>
    </ConfirmButton>
  );
}

export function Purge(props: { task: Task }) {
  const purge = trpc.purge.useMutation(useOverviewRefresh());
  const name = TASK_NAMES[props.task];
  return (
    <ConfirmButton
      button="Purge…"
      label={`Purge ${name}`}
      title={`Purge the queue “${name}”?`}
      word={props.task}
      act={() => purge.mutateAsync({ task: props.task, confirm: props.task })}
    >
      <p>All its jobs that no worker has started are deleted, planned retries too.</p>
      <p>
        {props.task === 'refresh_events'
          ? 'Readings of Crossmark’s list that wait are given up; the next one comes by the clock, or when you ask for it.'
          : 'No change is lost by that: within a minute everything that still differs from Crossmark is queued anew, and attempted at once. To keep changes from going out, pause instead.'}
      </p>
    </ConfirmButton>
  );
}

export function RefreshNow() {
  const utils = trpc.useUtils();
  const refresh = trpc.refreshNow.useMutation({ onSettled: () => utils.overview.invalidate() });
  return (
    <span className="flex items-center gap-2">
      {refresh.error && (
        <span role="alert" className="text-sm text-failed">
          {refresh.error.message}
        </span>
      )}
      <Button onClick={() => refresh.mutate()} busy={refresh.isPending}>
        Refresh now
      </Button>
    </span>
  );
}

export function Release(props: { id: string; name: string }) {
  const release = trpc.releaseWorker.useMutation(useOverviewRefresh());
  return (
    <ConfirmButton
      button="Release its jobs"
      label={`Release the jobs of ${props.name}`}
      title="Release what this worker holds?"
      act={() => release.mutateAsync({ workerId: props.id })}
    >
      <p>
        It has given no sign of life. Its jobs and schedules become free for the others, without an attempt
        spent; writes in doubt are read back first. A running worker does this by itself.
      </p>
    </ConfirmButton>
  );
}
