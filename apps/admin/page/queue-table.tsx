import { Pause as PauseIcon } from 'lucide-react';
import { TASK_NAMES } from '../src/words.ts';
import { Pause, Purge, ResumeTask } from './actions.tsx';
import { formatCount, formatNumber } from './format.ts';
import { Sparkline } from './sparkline.tsx';
import type { Overview, OverviewFacts, Task } from './trpc.ts';
import { Ago, Badge, Panel } from './ui.tsx';

const HEAD = 'px-2 pb-1 text-right text-xs font-normal text-ink-2 first:pl-0 first:text-left last:pr-0';
const CELL = 'px-2 py-0.5 text-right whitespace-nowrap last:pr-0';

/** The jobs of each task: its attempts of 24 hours, and how many wait, run, are planned and are dead. */
export function QueueTable(props: { facts: OverviewFacts; day: Overview['day']; mayAct: boolean }) {
  const { facts, day, mayAct } = props;
  return (
    <Panel
      id="queues"
      title="Queues"
      aside={
        <a href="/queues" className="font-medium text-accent-text underline underline-offset-2">
          Open all jobs
        </a>
      }
    >
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a part that scrolls sideways must be reachable by keyboard. */}
      <section className="overflow-x-auto" tabIndex={0} aria-label="Jobs by task">
        <table className="w-full">
          <thead>
            <tr>
              <th scope="col" className={HEAD}>
                Task
              </th>
              <th scope="col" className={`${HEAD} max-sm:hidden`}>
                24 hours
              </th>
              {['Ready', 'Oldest', 'Running', 'Planned', 'Dead'].map((title) => (
                <th key={title} scope="col" className={HEAD}>
                  {title}
                </th>
              ))}
              {mayAct && (
                <th scope="col" className={HEAD}>
                  <span className="sr-only">Actions</span>
                </th>
              )}
            </tr>
          </thead>
          <tbody>
            {facts.queues.map((queue) => (
              <QueueRow
                key={queue.task}
                queue={queue}
                at={facts.at}
                attempts={day?.tasks[queue.task] ?? []}
                isPaused={facts.paused.some(({ task }) => task === queue.task)}
                mayAct={mayAct}
              />
            ))}
          </tbody>
        </table>
      </section>
    </Panel>
  );
}

function QueueRow(props: {
  queue: OverviewFacts['queues'][number];
  at: string;
  attempts: readonly (number | null)[];
  isPaused: boolean;
  mayAct: boolean;
}) {
  const { queue, at, isPaused } = props;
  const { task } = queue;
  return (
    <tr className="border-t border-line">
      <th scope="row" className="py-0.5 pr-2 text-left font-normal">
        <a href={`/queues/queue/${task}`} className="hover:underline">
          <span className="font-medium whitespace-nowrap">{TASK_NAMES[task]}</span>{' '}
          <span className="text-xs text-ink-3 max-md:block">{task}</span>
        </a>{' '}
        {isPaused && <Badge state="waiting">Paused</Badge>}
      </th>
      <td className="w-28 px-2 max-sm:hidden">
        <Sparkline values={props.attempts} colour="var(--mark-fast)" />
      </td>
      <td className={CELL}>
        <JobLink task={task} status={isPaused ? 'paused' : 'waiting'} n={queue.ready} />
      </td>
      <td className={CELL}>
        {queue.oldestReadyAt ? <Ago at={queue.oldestReadyAt} now={at} suffix="" /> : '–'}
      </td>
      <td className={CELL}>
        <JobLink task={task} status="active" n={queue.running} />
      </td>
      <td className={CELL}>
        <JobLink task={task} status="delayed" n={queue.planned} />
      </td>
      <td className={CELL}>
        <JobLink task={task} status="failed" n={queue.dead} alarming />
      </td>
      {props.mayAct && (
        <td className={`${CELL} w-20`}>
          <span className="inline-flex">
            {isPaused ? (
              <ResumeTask task={task} />
            ) : (
              <Pause
                tasks={[task]}
                button="Pause"
                icon={<PauseIcon aria-hidden className="size-4" />}
                label={`Pause ${TASK_NAMES[task]}`}
              />
            )}
            {task === 'sync_employee' ? <span className="w-8" /> : <Purge task={task} />}
          </span>
        </td>
      )}
    </tr>
  );
}

/** A number of jobs as a link to them. */
function JobLink(props: { task: Task; status: string; n: number; alarming?: boolean }) {
  if (props.n === 0) return <span className="text-ink-3">0</span>;
  const look = props.alarming ? 'text-failed' : 'text-accent-text';
  return (
    <a
      href={`/queues/queue/${props.task}?status=${props.status}`}
      aria-label={`${formatCount(props.n, 'job')} ${props.status}, ${TASK_NAMES[props.task]}`}
      className={`font-semibold underline underline-offset-2 ${look}`}
    >
      {formatNumber(props.n)}
    </a>
  );
}
