import { currentInstant } from '@scheduler/runtime/browser-clock';
import { useEffect, useState } from 'react';
import type { ChangesQuery } from '../src/changes.ts';
import { Changes } from './changes.tsx';
import { ChartsSection } from './charts.tsx';
import { FailedJobs } from './failed-jobs.tsx';
import { Header } from './header.tsx';
import { Health } from './health.tsx';
import { MissingEvents } from './missing.tsx';
import { QueueTable } from './queue-table.tsx';
import { Refresh } from './refresh.tsx';
import { STATES, States } from './states.tsx';
import { trpc, type Viewer } from './trpc.ts';
import { At } from './ui.tsx';
import { VerdictPanel } from './verdict.tsx';
import { Workers } from './workers.tsx';

const POLL_MS = 3000;

/** The state whose number was followed to its events. */
const stateInAddress = () => STATES.find((state) => location.hash === `#state=${state}`);

/** Whether sync is healthy, and everything one looks at next. */
export function OverviewPage(props: { viewer: Viewer }) {
  const [query, setQuery] = useState<ChangesQuery>({
    filter: { state: stateInAddress() ?? 'failed' },
    offset: 0,
  });
  const overview = trpc.overview.useQuery(query, {
    refetchInterval: POLL_MS,
    placeholderData: (previous) => previous,
  });
  useEffect(() => {
    const follow = () => {
      const state = stateInAddress();
      if (!state) return;
      setQuery({ filter: { state }, offset: 0 });
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
              <QueueTable facts={data.facts} mayAct={mayAct} />
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
              isPrevious={overview.isPlaceholderData}
              now={data.facts.at}
              query={query}
              onQuery={setQuery}
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
