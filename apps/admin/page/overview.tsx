import { currentInstant } from '@scheduler/runtime/browser-clock';
import { useState } from 'react';
import { Pause, Resume } from './actions.tsx';
import { Alerts } from './alerts.tsx';
import { Causes } from './causes.tsx';
import { Changes } from './changes.tsx';
import type { Range } from './charts/ranges.ts';
import { ChartsSection } from './charts.tsx';
import { FailedJobs } from './failed-jobs.tsx';
import { formatClock } from './format.ts';
import { Header } from './header.tsx';
import { MissingEvents } from './missing.tsx';
import { Parts } from './parts.tsx';
import { type Place, replaceQuery, usePlace } from './place.ts';
import { QueueTable } from './queue-table.tsx';
import { RecentRefreshes, Refresh } from './refresh.tsx';
import { States } from './states.tsx';
import { Tiles } from './tiles.tsx';
import { TrendCharts } from './trend-charts.tsx';
import { type Overview, type OverviewFacts, trpc, type Viewer } from './trpc.ts';
import { At } from './ui.tsx';
import { VerdictPanel } from './verdict.tsx';

const POLL_MS = 3000;

/** The pages of this app, which all show one and the same moment, asked for anew every few seconds. */
export function Pages({ viewer }: { viewer: Viewer }) {
  const place = usePlace();
  const [range, setRange] = useState<Range>('24h');
  const overview = trpc.overview.useQuery(
    { ...place.query, range },
    { refetchInterval: POLL_MS, placeholderData: (previous) => previous },
  );
  const mayAct = viewer.role === 'admin';
  const { data } = overview;
  return (
    <>
      <Header
        viewer={viewer}
        page={place.page}
        status={data && <Moment at={data.facts.at} isLive={!overview.error} />}
        acts={data && mayAct && <AllOfSync facts={data.facts} />}
      />
      <main className="mx-auto grid w-full max-w-[112rem] grid-cols-[minmax(0,1fr)] gap-2.5 px-3 py-3 sm:px-4">
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
          <Page
            place={place}
            overview={data}
            isPrevious={overview.isPlaceholderData}
            mayAct={mayAct}
            range={range}
            onRange={setRange}
          />
        )}
      </main>
    </>
  );
}

function Page(props: {
  place: Place;
  overview: Overview;
  isPrevious: boolean;
  mayAct: boolean;
  range: Range;
  onRange: (range: Range) => void;
}) {
  const { place, overview, mayAct } = props;
  const { facts } = overview;
  switch (place.page) {
    case 'changes':
      return (
        <>
          <States facts={facts} chosen={place.query.filter.state} />
          <Changes
            list={overview.list}
            causes={facts.causes}
            isPrevious={props.isPrevious}
            now={facts.at}
            query={place.query}
            onQuery={replaceQuery}
            mayAct={mayAct}
          />
          <FailedJobs facts={facts} mayAct={mayAct} />
        </>
      );
    case 'charts':
      return <ChartsSection redis={overview.redis} now={facts.at} />;
    case 'refreshes':
      return (
        <>
          {facts.refresh.question && (
            <MissingEvents
              question={facts.refresh.question}
              at={facts.at}
              isReading={facts.refresh.current !== null}
              mayAct={mayAct}
            />
          )}
          <Refresh facts={facts} mayAct={mayAct} />
          <RecentRefreshes facts={facts} />
        </>
      );
    default:
      return (
        <>
          <VerdictPanel overview={overview} mayAct={mayAct} />
          <Tiles overview={overview} />
          <div className="grid grid-cols-[minmax(0,1fr)] items-start gap-2.5 xl:grid-cols-[minmax(0,1fr)_27rem]">
            <div className="grid grid-cols-[minmax(0,1fr)] gap-2.5">
              <QueueTable facts={facts} day={overview.day} mayAct={mayAct} />
              <TrendCharts overview={overview} range={props.range} onRange={props.onRange} />
            </div>
            <div className="grid grid-cols-[minmax(0,1fr)] gap-2.5 max-xl:order-first">
              <Causes overview={overview} mayAct={mayAct} />
              <Parts overview={overview} mayAct={mayAct} />
              <Alerts overview={overview} />
            </div>
          </div>
        </>
      );
  }
}

/** The moment that all of the page is of. */
function Moment({ at, isLive }: { at: string; isLive: boolean }) {
  return (
    <p className="whitespace-nowrap text-ink-2">
      as of <time dateTime={at}>{formatClock(at)}</time>
      <span className="max-sm:sr-only"> · {isLive ? 'live' : 'no answer'}</span>
    </p>
  );
}

function AllOfSync({ facts: { queues, paused } }: { facts: OverviewFacts }) {
  const names = queues.map(({ task }) => task);
  const running = names.filter((task) => !paused.some((one) => one.task === task));
  return (
    <>
      {running.length > 0 && <Pause tasks={running} button="Pause all" />}
      {paused.length > 0 && <Resume tasks={paused.map(({ task }) => task)}>Resume all</Resume>}
    </>
  );
}
