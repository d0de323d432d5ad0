import { TASK_NAMES } from '../src/words.ts';
import { Pause, Purge, Resume } from './actions.tsx';
import { formatCount, formatNumber } from './format.ts';
import type { OverviewFacts, Task } from './trpc.ts';
import { Ago, Badge, Panel } from './ui.tsx';

export function QueueTable(props: { facts: OverviewFacts; mayAct: boolean }) {
  const { queues, at, paused } = props.facts;
  const isPaused = (task: Task) => paused.some((one) => one.task === task);
  const running = queues.map(({ task }) => task).filter((task) => !isPaused(task));
  const head = 'px-2 py-1.5 text-right font-medium first:pl-0 first:text-left last:pr-0';
  const cell = 'px-2 py-1.5 text-right whitespace-nowrap last:pr-0';
  return (
    <Panel
      id="queues"
      title="Queues"
      aside={
        <span className="flex flex-wrap items-center gap-3">
          <a href="/queues" className="text-sm font-medium text-accent-text underline underline-offset-2">
            Open all jobs
          </a>
          {props.mayAct && running.length > 0 && <Pause tasks={running} button="Pause all" />}
          {props.mayAct && paused.length > 0 && (
            <Resume tasks={paused.map(({ task }) => task)}>Resume all</Resume>
          )}
        </span>
      }
    >
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a part that scrolls sideways must be reachable by keyboard. */}
      <section className="overflow-x-auto" tabIndex={0} aria-label="Jobs by task">
        <table className="w-full text-sm">
          <thead className="text-ink-3">
            <tr>
              {['Task', 'Ready', 'Oldest', 'Running', 'Planned', 'Dead'].map((title) => (
                <th key={title} scope="col" className={head}>
                  {title}
                </th>
              ))}
              {props.mayAct && (
                <th scope="col" className={head}>
                  <span className="sr-only">Actions</span>
                </th>
              )}
            </tr>
          </thead>
          <tbody>
            {queues.map((queue) => (
              <tr key={queue.task} className="border-t border-line">
                <th scope="row" className="py-1.5 pr-2 text-left font-normal">
                  <a href={`/queues/queue/${queue.task}`} className="hover:underline">
                    <span className="block font-medium whitespace-nowrap">{TASK_NAMES[queue.task]}</span>
                    <span className="block text-xs text-ink-3">{queue.task}</span>
                  </a>
                  {isPaused(queue.task) && <Badge state="waiting">Paused</Badge>}
                </th>
                <td className={cell}>
                  <JobLink
                    task={queue.task}
                    status={isPaused(queue.task) ? 'paused' : 'waiting'}
                    n={queue.ready}
                  />
                </td>
                <td className={cell}>
                  {queue.oldestReadyAt ? <Ago at={queue.oldestReadyAt} now={at} suffix="" /> : '–'}
                </td>
                <td className={cell}>
                  <JobLink task={queue.task} status="active" n={queue.running} />
                </td>
                <td className={cell}>
                  <JobLink task={queue.task} status="delayed" n={queue.planned} />
                </td>
                <td className={cell}>
                  <JobLink task={queue.task} status="failed" n={queue.dead} alarming />
                </td>
                {props.mayAct && (
                  <td className={cell}>
                    <span className="inline-flex gap-2">
                      {isPaused(queue.task) ? (
                        <Resume tasks={[queue.task]} label={`Resume ${TASK_NAMES[queue.task]}`}>
                          Resume
                        </Resume>
                      ) : (
                        <Pause
                          tasks={[queue.task]}
                          button="Pause"
                          label={`Pause ${TASK_NAMES[queue.task]}`}
                        />
                      )}
                      {queue.task !== 'sync_employee' && <Purge task={queue.task} />}
                    </span>
                  </td>
                )}
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    </Panel>
  );
}

/** A number of jobs that leads to them. */
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
