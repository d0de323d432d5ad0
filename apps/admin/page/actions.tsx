import { Button, IconButton } from '@scheduler/ui/button';
import { Play, Trash2 } from 'lucide-react';
import type { ReactNode } from 'react';
import { TASK_NAMES } from '../src/words.ts';
import { ConfirmButton } from './confirm.tsx';
import { type Task, trpc } from './trpc.ts';

/** Called once a change is done, so that the page shows it at once. */
export function useOverviewRefresh() {
  const utils = trpc.useUtils();
  return { onSettled: () => utils.overview.invalidate() };
}

export function Resume(props: { tasks: Task[]; children: string }) {
  const resume = trpc.resume.useMutation(useOverviewRefresh());
  return (
    <Button look="primary" onClick={() => resume.mutate({ tasks: props.tasks })} busy={resume.isPending}>
      {props.children}
    </Button>
  );
}

/** Resumes one task, in its row. */
export function ResumeTask({ task }: { task: Task }) {
  const resume = trpc.resume.useMutation(useOverviewRefresh());
  return (
    <IconButton
      label={`Resume ${TASK_NAMES[task]}`}
      onClick={() => resume.mutate({ tasks: [task] })}
      aria-disabled={resume.isPending || undefined}
    >
      <Play aria-hidden className="size-4" />
    </IconButton>
  );
}

export function Pause(props: { tasks: Task[]; button: string; label?: string; icon?: ReactNode }) {
  const pause = trpc.pause.useMutation(useOverviewRefresh());
  const what = props.tasks.map((task) => TASK_NAMES[task]).join(', ');
  return (
    <ConfirmButton
      button={props.button}
      icon={props.icon}
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
      button="Let pass"
      label="Let pass calls to Crossmark"
      title="Let calls to Crossmark pass?"
      act={() => pass.mutateAsync({ calls: 'pass' })}
    >
      <p>
        Waiting changes are sent at once, within the limit of calls. If Crossmark still does not answer,
        workers hold calls back again after a few failed calls.
      </p>
    </ConfirmButton>
  );
}

export function HoldBack() {
  const hold = trpc.switchBreaker.useMutation(useOverviewRefresh());
  return (
    <ConfirmButton
      button="Hold back"
      look="quiet"
      label="Hold back calls to Crossmark"
      title="Hold back all calls to Crossmark?"
      act={() => hold.mutateAsync({ calls: 'hold' })}
    >
      <p>
        No worker makes another call or probe until you let calls pass. Changes are saved and wait safely.
        Running calls end as usual.
      </p>
    </ConfirmButton>
  );
}

/** What is given up with the jobs of a task that carries no changes. */
const PURGED: Partial<Record<Task, string>> = {
  refresh_events: 'Waiting refreshes are canceled. The next one runs on schedule, or when you request it.',
  propose_plan:
    'Waiting plans are canceled. Dispatchers can plan at any time; the next plan of this kind is made after an import or at night.',
};

export function Purge(props: { task: Task }) {
  const purge = trpc.purge.useMutation(useOverviewRefresh());
  const name = TASK_NAMES[props.task];
  return (
    <ConfirmButton
      button="Purge…"
      icon={<Trash2 aria-hidden className="size-4" />}
      label={`Purge ${name}`}
      title={`Purge the queue “${name}”?`}
      word={props.task}
      act={() => purge.mutateAsync({ task: props.task, confirm: props.task })}
    >
      <p>All its jobs that have not started are deleted, including planned retries.</p>
      <p>
        {PURGED[props.task] ??
          'No change is lost: within a minute everything that still differs from Crossmark is queued again and attempted at once. To prevent changes from being sent, pause instead.'}
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
      button="Release"
      label={`Release the jobs of ${props.name}`}
      title="Release this worker’s jobs?"
      act={() => release.mutateAsync({ workerId: props.id })}
    >
      <p>
        The worker has sent no heartbeat. Other workers get its jobs and schedules, without a counted attempt,
        and first read back writes whose effect is unknown. Running workers do this automatically.
      </p>
    </ConfirmButton>
  );
}
