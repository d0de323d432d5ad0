import { Button } from '@scheduler/ui/button';
import { TASK_NAMES } from '../src/words.ts';
import { useOverviewRefresh } from './actions.tsx';
import { formatCount, formatNumber } from './format.ts';
import { type OverviewFacts, trpc } from './trpc.ts';
import { Ago, Panel } from './ui.tsx';

export function FailedJobs(props: { facts: OverviewFacts; mayAct: boolean }) {
  const { failedJobs, at } = props.facts;
  const retry = trpc.retryJobs.useMutation(useOverviewRefresh());
  if (failedJobs.total === 0) return null;
  return (
    <Panel id="failed-jobs" title={`Other failed jobs (${formatNumber(failedJobs.total)})`}>
      {retry.error && (
        <p role="alert" className="text-sm text-failed">
          {retry.error.message}
        </p>
      )}
      <ul className="divide-y divide-line">
        {failedJobs.rows.map((job) => {
          const title = job.name ?? TASK_NAMES[job.task];
          return (
            <li key={job.id} className="flex flex-wrap items-start justify-between gap-x-4 gap-y-2 py-2.5">
              <div className="min-w-60 flex-1">
                <p className="font-medium">{title}</p>
                <p className="text-sm text-failed">{job.reason}</p>
              </div>
              <div className="flex items-center gap-3 text-sm text-ink-3">
                {formatCount(job.attempts, 'attempt')}, <Ago at={job.since} now={at} />
                <a
                  href={`/queues/queue/${job.task}/${job.id}`}
                  className="py-1.5 font-medium text-accent-text underline underline-offset-2"
                  aria-label={`Job of ${title}`}
                >
                  Job
                </a>
                {props.mayAct && (
                  <Button
                    onClick={() => retry.mutate({ jobIds: [job.id] })}
                    busy={retry.isPending && retry.variables.jobIds.includes(job.id)}
                    aria-label={`Try again: ${title}`}
                  >
                    Try again
                  </Button>
                )}
              </div>
            </li>
          );
        })}
      </ul>
    </Panel>
  );
}
