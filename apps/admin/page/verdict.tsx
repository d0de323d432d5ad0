import { CircleCheck, OctagonAlert, TriangleAlert } from 'lucide-react';
import { LetPass, RefreshNow, Resume } from './actions.tsx';
import { formatCount } from './format.ts';
import type { Overview, OverviewFacts } from './trpc.ts';
import { Ago, At } from './ui.tsx';

const LEVELS = {
  healthy: { look: 'border-synced bg-synced-soft', ink: 'text-synced', Icon: CircleCheck },
  attention: { look: 'border-waiting bg-waiting-soft', ink: 'text-waiting', Icon: TriangleAlert },
  broken: { look: 'border-failed bg-failed-soft', ink: 'text-failed', Icon: OctagonAlert },
} as const;

export function VerdictPanel(props: { overview: Overview; mayAct: boolean }) {
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
              Every change has reached Crossmark or is on its way. {formatCount(alive, 'worker')} at work
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
  facts: OverviewFacts;
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
