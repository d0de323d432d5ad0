import type { ReactNode } from 'react';
import { nameOf, TASK_NAMES } from '../src/words.ts';
import { HoldBack, LetPass, Release } from './actions.tsx';
import { formatDuration, formatSize } from './format.ts';
import type { Overview, OverviewFacts } from './trpc.ts';
import { Ago, At, Panel } from './ui.tsx';

/** Living workers that there is room for; silent ones are all shown. */
const WORKERS_SHOWN = 3;

/** What sync is made of, and how each part is: Crossmark, the workers, Postgres and Redis. */
export function Parts({ overview, mayAct }: { overview: Overview; mayAct: boolean }) {
  const { facts } = overview;
  const { postgres, workers } = facts;
  const isShown = (worker: Worker, index: number) => !worker.alive || index < WORKERS_SHOWN;
  const hidden = workers.filter((worker, index) => !isShown(worker, index)).length;
  return (
    <Panel id="parts" title="Parts">
      <ul className="divide-y divide-line">
        <CrossmarkRow facts={facts} mayAct={mayAct} />
        {workers.filter(isShown).map((worker) => (
          <WorkerRow key={worker.id} worker={worker} at={facts.at} mayAct={mayAct} />
        ))}
        {hidden > 0 && <li className="py-1 text-ink-2">and {hidden} more workers, all alive</li>}
        {workers.length === 0 && (
          <Part name="Worker" mark="failed">
            none was seen within a day
          </Part>
        )}
        <Part name="Postgres" mark="synced" aside={formatSize(postgres.sizeBytes)}>
          {postgres.version.split(' ')[0]}, {postgres.connections} of {postgres.maxConnections} connections,{' '}
          {formatDuration(Math.max(1, postgres.pingMs))}
        </Part>
        <RedisRow redis={overview.redis} now={facts.at} />
      </ul>
    </Panel>
  );
}

type Worker = OverviewFacts['workers'][number];

const MARK_WORDS = { synced: 'well', waiting: 'to watch', failed: 'stopped' } as const;

function Part(props: {
  name: string;
  /** More about it, on hover. */
  title?: string;
  mark: keyof typeof MARK_WORDS;
  children: ReactNode;
  aside?: ReactNode;
  act?: ReactNode;
}) {
  return (
    <li className="flex min-h-7 items-center gap-x-2 py-0.5">
      <svg aria-hidden="true" viewBox="0 0 8 8" className="size-2 shrink-0">
        <circle cx="4" cy="4" r="4" fill={`var(--${props.mark})`} />
      </svg>
      <span className="sr-only">{MARK_WORDS[props.mark]}:</span>
      <span className="w-20 shrink-0 truncate font-medium" title={props.title}>
        {props.name}
      </span>
      <span className="min-w-0 flex-1 text-ink-2">{props.children}</span>
      {props.aside && <span className="text-ink-3">{props.aside}</span>}
      {props.act}
    </li>
  );
}

function CrossmarkRow({ facts, mayAct }: { facts: OverviewFacts; mayAct: boolean }) {
  const { crossmark, sessionSince, at } = facts;
  if (crossmark.state === 'reachable')
    return (
      <Part name="Crossmark" mark="synced" act={mayAct && <HoldBack />}>
        calls pass
        {sessionSince && (
          <>
            , session <Ago at={sessionSince} now={at} suffix=" old" />
          </>
        )}
      </Part>
    );
  return (
    <Part name="Crossmark" mark={crossmark.byHand ? 'waiting' : 'failed'} act={mayAct && <LetPass />}>
      calls held back{crossmark.byHand && ' by hand'}
      {crossmark.since && (
        <>
          {' since '}
          <At at={crossmark.since} now={at} />
        </>
      )}
      {crossmark.nextProbeAt && (
        <>
          , next probe <At at={crossmark.nextProbeAt} now={at} />
        </>
      )}
    </Part>
  );
}

function WorkerRow({ worker, at, mayAct }: { worker: Worker; at: string; mayAct: boolean }) {
  const { running, concurrency } = worker;
  const where = `${worker.host}, process ${worker.pid}`;
  const [longest] = running;
  return (
    <Part
      name="Worker"
      title={where}
      mark={worker.alive ? 'synced' : 'failed'}
      aside={
        worker.alive ? (
          <>
            beat <Ago at={worker.seenAt} now={at} suffix="" />
          </>
        ) : undefined
      }
      act={mayAct && !worker.alive && <Release id={worker.id} name={where} />}
    >
      {worker.alive ? (
        <>
          {running.length} of {concurrency} jobs, up <Ago at={worker.startedAt} now={at} suffix="" />
        </>
      ) : (
        <>
          silent for <Ago at={worker.seenAt} now={at} suffix="" />, holds {running.length} of {concurrency}{' '}
          jobs
        </>
      )}
      {longest && (
        <span className="block text-xs">
          <a
            href={`/queues/queue/${longest.task}/${longest.jobId}`}
            className="text-accent-text underline underline-offset-2"
          >
            {nameOf(TASK_NAMES, longest.task)}
          </a>{' '}
          for <Ago at={longest.since} now={at} suffix="" />
        </span>
      )}
    </Part>
  );
}

function RedisRow({ redis, now }: { redis: Overview['redis']; now: string }) {
  if (redis.state === 'not-configured')
    return (
      <Part name="Redis" mark="waiting" aside="sync needs none">
        not configured, so no charts
      </Part>
    );
  if (redis.state === 'gone')
    return (
      <Part name="Redis" mark="waiting" aside="sync goes on">
        charts pause since <At at={redis.since} now={now} />
      </Part>
    );
  return (
    <Part
      name="Redis"
      mark="synced"
      aside={redis.usedMemoryBytes === null ? undefined : formatSize(redis.usedMemoryBytes)}
    >
      keeps the charts, {formatDuration(Math.max(1, redis.pingMs))}
    </Part>
  );
}
