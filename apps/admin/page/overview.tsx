import { currentInstant } from '@scheduler/runtime/browser-clock';
import { Button } from '@scheduler/ui/button';
import { CircleCheck, OctagonAlert, TriangleAlert } from 'lucide-react';
import { useEffect, useState } from 'react';
import type { ChangesAsked } from '../src/changes.ts';
import { nameOf, TASK_NAMES } from '../src/words.ts';
import { Changes } from './changes.tsx';
import { ChartsSection } from './charts.tsx';
import { Confirmed } from './confirm.tsx';
import { count, duration, number, size } from './format.ts';
import { MissingEvents } from './missing.tsx';
import { csrfHeader, type Outputs, trpc } from './trpc.ts';
import { Ago, At, Badge, Facts, Panel } from './ui.tsx';

type Overview = Outputs['overview'];
type FactsOf = Overview['facts'];
type Viewer = Outputs['me'];

const POLL_MS = 3000;
const STATES = ['synced', 'pending', 'waiting', 'failed', 'conflict'] as const;

/** The state whose number was followed to its events. */
const stateAsked = () => STATES.find((state) => location.hash === `#state=${state}`);

/** Whether sync is healthy, and everything one looks at next. */
export function OverviewPage(props: { viewer: Viewer }) {
  const [asked, setAsked] = useState<ChangesAsked>({
    filter: { state: stateAsked() ?? 'failed' },
    offset: 0,
  });
  const overview = trpc.overview.useQuery(asked, {
    refetchInterval: POLL_MS,
    placeholderData: (previous) => previous,
  });
  useEffect(() => {
    const follow = () => {
      const state = stateAsked();
      if (!state) return;
      setAsked({ filter: { state }, offset: 0 });
      document.getElementById('changes-title')?.scrollIntoView();
    };
    addEventListener('hashchange', follow);
    return () => removeEventListener('hashchange', follow);
  }, []);
  const mayAct = props.viewer.role === 'admin';
  const { data } = overview;
  return (
    <>
      <Header viewer={props.viewer} />
      <main className="mx-auto grid w-full max-w-7xl grid-cols-[minmax(0,1fr)] gap-4 px-4 py-4 sm:px-6">
        {overview.error && (
          <p role="alert" className="rounded-lg bg-failed-soft px-4 py-3 text-failed">
            No fresh figures
            {data ? (
              <>
                {' '}
                since <At at={data.facts.at} now={currentInstant()} />
              </>
            ) : null}
            : the admin server or its database doesn’t answer. Trying again…
          </p>
        )}
        {!data && !overview.error && <p className="text-ink-3">Loading…</p>}
        {data && (
          <>
            <VerdictPanel overview={data} mayAct={mayAct} />
            <States facts={data.facts} />
            <div className="grid grid-cols-[minmax(0,1fr)] gap-4 lg:grid-cols-[3fr_2fr]">
              <Queues facts={data.facts} mayAct={mayAct} />
              <Refresh facts={data.facts} mayAct={mayAct} />
            </div>
            {data.facts.refresh.question && (
              <MissingEvents
                question={data.facts.refresh.question}
                at={data.facts.at}
                isReading={data.facts.refresh.current !== null}
                mayAct={mayAct}
              />
            )}
            <Changes
              list={data.list}
              isOfBefore={overview.isPlaceholderData}
              now={data.facts.at}
              asked={asked}
              onAsk={setAsked}
              mayAct={mayAct}
            />
            <FailedJobs facts={data.facts} mayAct={mayAct} />
            <ChartsSection redis={data.redis} now={data.facts.at} />
            <div className="grid grid-cols-[minmax(0,1fr)] gap-4 lg:grid-cols-[3fr_2fr]">
              <Workers facts={data.facts} mayAct={mayAct} />
              <Health overview={data} mayAct={mayAct} />
            </div>
          </>
        )}
      </main>
    </>
  );
}

function Header({ viewer }: { viewer: Viewer }) {
  const [stillSignedIn, setStillSignedIn] = useState(false);
  const signOut = async () => {
    const answer = await fetch('/api/auth/sign-out', {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...csrfHeader() },
      body: '{}',
    }).catch(() => undefined);
    if (answer?.ok || answer?.status === 401) location.reload();
    else setStillSignedIn(true);
  };
  return (
    <header className="border-b border-line bg-surface">
      <div className="mx-auto flex max-w-7xl flex-wrap items-center gap-x-6 gap-y-2 px-4 py-2 sm:px-6">
        <h1 className="font-semibold">Crossmark sync</h1>
        <nav aria-label="Pages" className="flex gap-1 text-sm">
          <a
            href="/"
            aria-current="page"
            className="rounded-md bg-accent-soft px-3 py-2 font-medium text-accent-text"
          >
            Overview
          </a>
          <a href="/queues" className="rounded-md px-3 py-2 font-medium text-ink-2 hover:bg-surface-2">
            Queues
          </a>
        </nav>
        <div className="ml-auto flex items-center gap-3 text-sm">
          <span className="text-ink-2">
            {viewer.name} <span className="text-ink-3">({viewer.role})</span>
          </span>
          <Button onClick={signOut}>Sign out</Button>
        </div>
      </div>
      {stillSignedIn && (
        <p
          role="alert"
          className="border-t border-line bg-failed-soft px-4 py-1.5 text-center text-sm text-failed"
        >
          You are still signed in: the admin server did not answer. Try again in a moment.
        </p>
      )}
      {viewer.role !== 'admin' && (
        <p className="border-t border-line px-4 py-1.5 text-center text-sm text-ink-3">
          You see everything here. Changing something takes the role admin.
        </p>
      )}
    </header>
  );
}

const LEVELS = {
  healthy: { look: 'border-synced bg-synced-soft', ink: 'text-synced', Icon: CircleCheck },
  attention: { look: 'border-waiting bg-waiting-soft', ink: 'text-waiting', Icon: TriangleAlert },
  broken: { look: 'border-failed bg-failed-soft', ink: 'text-failed', Icon: OctagonAlert },
} as const;

function VerdictPanel(props: { overview: Overview; mayAct: boolean }) {
  const { verdict, facts } = props.overview;
  const { look, ink, Icon } = LEVELS[verdict.level];
  const alive = facts.workers.filter((worker) => worker.alive).length;
  const { last } = facts.refresh;
  return (
    <section aria-labelledby="verdict" className={`rounded-lg border-l-4 px-4 py-3 ${look}`}>
      <div className="flex items-start gap-3">
        <Icon aria-hidden className={`mt-0.5 size-6 shrink-0 ${ink}`} />
        <div className="min-w-0 flex-1">
          <div role="status">
            <h2 id="verdict" className={`text-lg font-semibold ${ink}`}>
              {verdict.headline}
              {verdict.since && (
                <>
                  {', since '}
                  <At at={verdict.since} now={facts.at} />
                </>
              )}
            </h2>
          </div>
          {verdict.level === 'healthy' && (
            <p className="text-ink-2">
              Every change has reached Crossmark or is on its way. {count(alive, 'worker')} at work
              {last?.finishedAt && (
                <>
                  , Crossmark’s list was read <Ago at={last.finishedAt} now={facts.at} />
                </>
              )}
              .
            </p>
          )}
          <ul className="mt-1 grid gap-3">
            {verdict.findings.map((finding) => (
              <li key={`${finding.id} ${finding.why}`} className="flex flex-wrap items-start gap-x-4 gap-y-2">
                <div className="min-w-60 flex-1">
                  <p className="font-medium text-ink">
                    {finding.what}
                    {finding.since && (
                      <span className="font-normal whitespace-nowrap text-ink-2">
                        {' For '}
                        <Ago at={finding.since} now={facts.at} suffix="." />
                      </span>
                    )}
                  </p>
                  <p className="text-ink-2">{finding.why}</p>
                  <p className="text-ink-2">{finding.help}</p>
                </div>
                <FindingAction id={finding.id} mayAct={props.mayAct} facts={facts} />
              </li>
            ))}
          </ul>
        </div>
      </div>
    </section>
  );
}

function FindingAction(props: {
  id: Overview['verdict']['findings'][number]['id'];
  mayAct: boolean;
  facts: FactsOf;
}) {
  const { id, mayAct, facts } = props;
  const link = 'rounded-md px-1 py-1.5 text-sm font-medium text-accent-text underline underline-offset-2';
  if (id === 'dead' || id === 'failed-jobs')
    return (
      <a className={link} href={id === 'dead' ? '#state=failed' : '#failed-jobs-title'}>
        See each and its reason
      </a>
    );
  if (id === 'behind')
    return (
      <a className={link} href="/queues">
        Open the queues
      </a>
    );
  if (!mayAct) return null;
  if (id === 'refresh' || id === 'waiting') return <RefreshNow />;
  if (id === 'paused') return <Resume tasks={facts.paused.map(({ task }) => task)}>Resume</Resume>;
  if (id === 'held') return <LetPass />;
  return null;
}

type Task = FactsOf['queues'][number]['task'];

/** Called once a change is done, so that the page shows it at once. */
function useRenewed() {
  const utils = trpc.useUtils();
  return { onSettled: () => utils.overview.invalidate() };
}

function Resume(props: { tasks: Task[]; children: string; label?: string }) {
  const resume = trpc.resume.useMutation(useRenewed());
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

function Pause(props: { tasks: Task[]; button: string; label?: string }) {
  const pause = trpc.pause.useMutation(useRenewed());
  const what = props.tasks.map((task) => TASK_NAMES[task]).join(', ');
  return (
    <Confirmed
      button={props.button}
      aria-label={props.label}
      title={props.tasks.length > 1 ? 'Pause all of sync?' : `Pause “${what}”?`}
      act={() => pause.mutateAsync({ tasks: props.tasks })}
    >
      <p>
        Within a second no worker takes another of these jobs; those that run end as usual. Changes are saved
        and wait safely until you resume.
      </p>
    </Confirmed>
  );
}

function LetPass() {
  const pass = trpc.switchBreaker.useMutation(useRenewed());
  return (
    <Confirmed
      button="Let calls pass"
      title="Let calls to Crossmark pass?"
      act={() => pass.mutateAsync({ calls: 'pass' })}
    >
      <p>
        What waits for Crossmark goes out at once, paced by the limit of calls. Should Crossmark still not
        answer, workers hold back again by themselves after a few failed calls.
      </p>
    </Confirmed>
  );
}

function HoldBack() {
  const hold = trpc.switchBreaker.useMutation(useRenewed());
  return (
    <Confirmed
      button="Hold calls back"
      title="Hold back all calls to Crossmark?"
      act={() => hold.mutateAsync({ calls: 'hold' })}
    >
      <p>
        No worker begins another call, and none tries whether Crossmark answers, until you let calls pass.
        Changes are saved and wait safely. Calls under way end as usual.
      </p>
    </Confirmed>
  );
}

function Purge(props: { task: Task }) {
  const purge = trpc.purge.useMutation(useRenewed());
  const name = TASK_NAMES[props.task];
  return (
    <Confirmed
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
          : 'No change is lost by that: within a minute everything that still differs from Crossmark is queued anew, and tried at once. To keep changes from going out, pause instead.'}
      </p>
    </Confirmed>
  );
}

function States(props: { facts: FactsOf }) {
  return (
    <section
      aria-label="Events by state of sync"
      className="grid grid-cols-2 gap-3 sm:grid-cols-3 lg:grid-cols-5"
    >
      {STATES.map((state) => {
        const row = props.facts.states.find((candidate) => candidate.state === state);
        return (
          <a
            key={state}
            href={`#state=${state}`}
            className="rounded-lg border border-line bg-surface px-4 py-3 hover:border-line-strong"
          >
            <Badge state={state} />
            <p className="mt-1 text-2xl font-semibold">{number(row?.count ?? 0)}</p>
            <p className="text-sm text-ink-3">
              {row?.since ? (
                <>
                  longest for <Ago at={row.since} now={props.facts.at} suffix="" />
                </>
              ) : row?.count || state === 'synced' ? (
                count(row?.count ?? 0, 'event').replace(/^\S+ /, '')
              ) : (
                'none'
              )}
            </p>
          </a>
        );
      })}
    </section>
  );
}

function Queues(props: { facts: FactsOf; mayAct: boolean }) {
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
                  <Jobs
                    task={queue.task}
                    status={isPaused(queue.task) ? 'paused' : 'waiting'}
                    n={queue.ready}
                  />
                </td>
                <td className={cell}>
                  {queue.oldestReadyAt ? <Ago at={queue.oldestReadyAt} now={at} suffix="" /> : '–'}
                </td>
                <td className={cell}>
                  <Jobs task={queue.task} status="active" n={queue.running} />
                </td>
                <td className={cell}>
                  <Jobs task={queue.task} status="delayed" n={queue.planned} />
                </td>
                <td className={cell}>
                  <Jobs task={queue.task} status="failed" n={queue.dead} alarming />
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
function Jobs(props: { task: Task; status: string; n: number; alarming?: boolean }) {
  if (props.n === 0) return <span className="text-ink-3">0</span>;
  const look = props.alarming ? 'text-failed' : 'text-accent-text';
  return (
    <a
      href={`/queues/queue/${props.task}?status=${props.status}`}
      aria-label={`${count(props.n, 'job')} ${props.status}, ${TASK_NAMES[props.task]}`}
      className={`font-semibold underline underline-offset-2 ${look}`}
    >
      {number(props.n)}
    </a>
  );
}

function RefreshNow() {
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

/** How a reading ended, by its state. */
const ENDS = {
  queued: { badge: 'pending', word: 'About to start' },
  running: { badge: 'pending', word: 'Reading' },
  done: { badge: 'synced', word: 'Done' },
  failed: { badge: 'failed', word: 'Failed' },
  needs_decision: { badge: 'waiting', word: 'Undecided' },
  superseded: { badge: 'pending', word: 'Superseded' },
} as const;

function Refresh(props: { facts: FactsOf; mayAct: boolean }) {
  const { at, refresh } = props.facts;
  const { current, last, nextAt } = refresh;
  return (
    <Panel id="refresh" title="Refresh from Crossmark" aside={props.mayAct && <RefreshNow />}>
      {current && (
        <p className="mb-2">
          <Badge state="pending">{current.state === 'running' ? 'Reading' : 'About to start'}</Badge>{' '}
          <span className="text-sm text-ink-2">
            {number(current.read)}
            {current.total !== null && ` of ${number(current.total)}`} rows, since{' '}
            <Ago at={current.startedAt ?? current.requestedAt} now={at} suffix="" />
          </span>
        </p>
      )}
      {last ? (
        <Facts
          rows={[
            [
              'Last',
              <span key="last" className="inline-flex flex-wrap items-center justify-end gap-2">
                <Badge state={ENDS[last.state].badge}>{ENDS[last.state].word}</Badge>
                <Ago at={last.finishedAt ?? last.requestedAt} now={at} />
              </span>,
            ],
            ...(last.startedAt && last.finishedAt
              ? ([['Took', duration(Date.parse(last.finishedAt) - Date.parse(last.startedAt))]] as const)
              : []),
            ['Rows read', `${number(last.read)}${last.total === null ? '' : ` of ${number(last.total)}`}`],
            [
              'Events',
              `${number(last.created)} new, ${number(last.updated)} changed, ${number(last.unchanged)} the same, ${number(last.gone)} gone`,
            ],
            ['Bookings changed there', number(last.drifted)],
            ['Missing, not confirmed yet', number(last.unconfirmed)],
            ['Rows that could not be read', number(last.bad)],
            ['Next', nextAt ? <At at={nextAt} now={at} /> : 'every hour, by a worker'],
          ]}
        />
      ) : (
        <p className="text-sm text-ink-2">
          Crossmark’s list has not been read yet.
          {nextAt && (
            <>
              {' '}
              The next reading is at <At at={nextAt} now={at} />.
            </>
          )}
        </p>
      )}
      {last?.failureReason && <p className="mt-2 text-sm text-failed">{last.failureReason}</p>}
    </Panel>
  );
}

function FailedJobs(props: { facts: FactsOf; mayAct: boolean }) {
  const { failedJobs, at } = props.facts;
  const retry = trpc.retryJobs.useMutation(useRenewed());
  if (failedJobs.total === 0) return null;
  return (
    <Panel id="failed-jobs" title={`Other failed jobs (${number(failedJobs.total)})`}>
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
                {count(job.attempts, 'attempt')}, <Ago at={job.since} now={at} />
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

function Release(props: { id: string; name: string }) {
  const release = trpc.releaseWorker.useMutation(useRenewed());
  return (
    <Confirmed
      button="Release its jobs"
      label={`Release the jobs of ${props.name}`}
      title="Release what this worker holds?"
      act={() => release.mutateAsync({ workerId: props.id })}
    >
      <p>
        It has given no sign of life. Its jobs and schedules become free for the others, no try spent; writes
        in doubt are read back first. A running worker does this by itself.
      </p>
    </Confirmed>
  );
}

function Workers(props: { facts: FactsOf; mayAct: boolean }) {
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
                  {worker.running.length} of {count(worker.concurrency, 'place')} busy, up for{' '}
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

function Health(props: { overview: Overview; mayAct: boolean }) {
  const { facts, redis } = props.overview;
  const { postgres, crossmark } = facts;
  return (
    <Panel
      id="health"
      title="Crossmark, Postgres and Redis"
      aside={props.mayAct && (crossmark.state === 'reachable' ? <HoldBack /> : <LetPass />)}
    >
      <Facts
        rows={[
          [
            'Crossmark',
            crossmark.state === 'reachable' ? (
              <Badge key="badge" state="synced">
                Calls pass
              </Badge>
            ) : (
              <Badge key="badge" state="waiting">
                {crossmark.byHand ? 'Calls held back by hand' : 'Calls held back'}
                {crossmark.since && (
                  <>
                    {' since '}
                    <At at={crossmark.since} now={facts.at} />
                  </>
                )}
              </Badge>
            ),
          ],
          [
            'Last probe',
            crossmark.lastProbeAt ? (
              <Ago key="probe" at={crossmark.lastProbeAt} now={facts.at} />
            ) : (
              'none needed yet'
            ),
          ],
          ...(crossmark.nextProbeAt
            ? ([['Next probe', <At key="next" at={crossmark.nextProbeAt} now={facts.at} />]] as const)
            : []),
        ]}
      />
      <div className="my-3 border-t border-line" />
      <Facts
        rows={[
          [
            'Postgres',
            <Badge key="badge" state="synced">
              Answers in {duration(Math.max(1, postgres.pingMs))}
            </Badge>,
          ],
          ['Version', postgres.version],
          ['Connections', `${postgres.connections} of ${postgres.maxConnections}`],
          ['Size', size(postgres.sizeBytes)],
        ]}
      />
      <div className="my-3 border-t border-line" />
      <Facts
        rows={
          redis.state === 'connected'
            ? [
                [
                  'Redis',
                  <Badge key="badge" state="synced">
                    Answers in {duration(Math.max(1, redis.pingMs))}
                  </Badge>,
                ],
                ['Connected', <Ago key="ago" at={redis.since} now={facts.at} />],
                ['Memory', redis.usedMemoryBytes === null ? 'unknown' : size(redis.usedMemoryBytes)],
              ]
            : redis.state === 'gone'
              ? [
                  [
                    'Redis',
                    <Badge key="badge" state="waiting">
                      Gone since <At at={redis.since} now={facts.at} />
                    </Badge>,
                  ],
                ]
              : [
                  [
                    'Redis',
                    <Badge key="badge" state="waiting">
                      Not configured
                    </Badge>,
                  ],
                ]
        }
      />
    </Panel>
  );
}
