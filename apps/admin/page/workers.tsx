import { nameOf, TASK_NAMES } from '../src/words.ts';
import { Release } from './actions.tsx';
import { formatCount } from './format.ts';
import type { OverviewFacts } from './trpc.ts';
import { Ago, Badge, Panel } from './ui.tsx';

export function Workers(props: { facts: OverviewFacts; mayAct: boolean }) {
  const { workers, at } = props.facts;
  return (
    <Panel id="workers" title="Workers">
      {workers.length === 0 ? (
        <p className="text-sm text-ink-2">None has been seen within a day.</p>
      ) : (
        <ul className="divide-y divide-line">
          {workers.map((worker) => (
            <li
              key={worker.id}
              className="flex flex-wrap items-start justify-between gap-x-4 gap-y-1 py-2 first:pt-0"
            >
              <div className="min-w-0">
                <p className="font-medium">
                  {worker.host}, process {worker.pid}
                </p>
                <p className="text-sm text-ink-3">
                  {worker.running.length} of {formatCount(worker.concurrency, 'place')} busy, up for{' '}
                  <Ago at={worker.startedAt} now={at} suffix="" />
                </p>
                {worker.running.slice(0, 5).map((job) => (
                  <p key={job.jobId} className="text-sm text-ink-2">
                    <a
                      href={`/queues/queue/${job.task}/${job.jobId}`}
                      className="underline underline-offset-2"
                    >
                      {nameOf(TASK_NAMES, job.task)}
                    </a>{' '}
                    for <Ago at={job.since} now={at} suffix="" />
                  </p>
                ))}
              </div>
              <p className="flex flex-wrap items-center gap-2 text-sm text-ink-3">
                {worker.alive ? <Badge state="synced">Alive</Badge> : <Badge state="failed">Silent</Badge>}
                heartbeat <Ago at={worker.seenAt} now={at} />
                {props.mayAct && !worker.alive && (
                  <Release id={worker.id} name={`${worker.host}, process ${worker.pid}`} />
                )}
              </p>
            </li>
          ))}
        </ul>
      )}
    </Panel>
  );
}
