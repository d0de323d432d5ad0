import { buttonClass } from '@scheduler/ui/button';
import { CircleCheck, OctagonAlert, TriangleAlert } from 'lucide-react';
import { LetPass, RefreshNow, Resume } from './actions.tsx';
import { formatCount } from './format.ts';
import { changesHref } from './place.ts';
import type { Overview, OverviewFacts } from './trpc.ts';
import { Ago, At } from './ui.tsx';

const LEVELS = {
  healthy: { edge: 'border-l-synced', ink: 'text-synced', Icon: CircleCheck },
  attention: { edge: 'border-l-waiting', ink: 'text-waiting', Icon: TriangleAlert },
  broken: { edge: 'border-l-failed', ink: 'text-failed', Icon: OctagonAlert },
} as const;

type Finding = Overview['verdict']['findings'][number];

/** Findings whose reasons stand under “What stands in the way”. */
const BY_CAUSE: readonly Finding['id'][] = ['dead', 'conflict', 'failed-jobs', 'waiting', 'missing'];

/** How sync is, in a sentence, and the one thing to do; what else was found is a click away. */
export function VerdictPanel(props: { overview: Overview; mayAct: boolean }) {
  const { verdict, facts, redis } = props.overview;
  const { edge, ink, Icon } = LEVELS[verdict.level];
  const [first, ...others] = verdict.findings;
  const unseen = others.filter(({ id }) => !BY_CAUSE.includes(id));
  return (
    <section
      aria-labelledby="verdict"
      className={`flex flex-wrap items-center gap-x-3 gap-y-1.5 rounded-lg border border-l-3 border-line bg-surface px-3 py-2 ${edge}`}
    >
      <Icon aria-hidden className={`size-5 shrink-0 ${ink}`} />
      <div className="min-w-0 flex-1">
        <div role="status" className="mr-2.5 inline">
          <h2 id="verdict" className="inline font-semibold sm:text-base">
            {verdict.headline}
            {verdict.since && (
              <>
                {', since '}
                <At at={verdict.since} now={facts.at} />
              </>
            )}
          </h2>
        </div>
        <p className="inline text-ink-2">
          {first && !BY_CAUSE.includes(first.id) ? `${first.why} ${first.help}` : verdict.rest}
          {verdict.level === 'healthy' && <Healthy facts={facts} />}
          {redis.state === 'gone' && ' Redis is away: charts pause, sync goes on.'}
        </p>
        {unseen.length > 0 && (
          <details className="mt-1">
            <summary className="cursor-pointer text-ink-2">
              {formatCount(unseen.length, 'more thing')} to know
            </summary>
            <ul className="mt-1 grid gap-2">
              {unseen.map((finding) => (
                <li
                  key={`${finding.id} ${finding.why}`}
                  className="flex flex-wrap items-center gap-x-4 gap-y-1"
                >
                  <p className="min-w-60 flex-1 text-ink-2">
                    <span className="font-medium text-ink">{finding.what}</span>
                    {finding.since && (
                      <>
                        {' For '}
                        <Ago at={finding.since} now={facts.at} suffix="." />
                      </>
                    )}{' '}
                    {finding.why} {finding.help}
                  </p>
                  <FindingAction finding={finding} mayAct={props.mayAct} facts={facts} />
                </li>
              ))}
            </ul>
          </details>
        )}
      </div>
      {first && <FindingAction finding={first} mayAct={props.mayAct} facts={facts} isMain />}
    </section>
  );
}

function Healthy({ facts }: { facts: OverviewFacts }) {
  const alive = facts.workers.filter((worker) => worker.alive).length;
  const { last } = facts.refresh;
  return (
    <>
      {` ${formatCount(alive, 'worker')} at work`}
      {last?.finishedAt && (
        <>
          , Crossmark’s list was read <Ago at={last.finishedAt} now={facts.at} />
        </>
      )}
      .
    </>
  );
}

/** Where a finding is looked into. */
const PLACES: Partial<Record<Finding['id'], [href: string, words: string]>> = {
  dead: [changesHref({ filter: { state: 'failed' } }), 'Look at them'],
  conflict: [changesHref({ filter: { state: 'conflict' } }), 'Look at them'],
  'failed-jobs': ['#changes', 'Look at them'],
  missing: ['#refreshes', 'Decide'],
  behind: ['/queues', 'Open the queues'],
};

function FindingAction(props: { finding: Finding; mayAct: boolean; facts: OverviewFacts; isMain?: boolean }) {
  const { finding, mayAct, facts, isMain = false } = props;
  const place = PLACES[finding.id];
  if (place)
    return (
      <a href={place[0]} className={buttonClass(isMain ? 'primary' : 'plain')}>
        {place[1]}
      </a>
    );
  if (!mayAct) return null;
  if (finding.id === 'refresh' || finding.id === 'waiting') return <RefreshNow />;
  if (finding.id === 'paused') return <Resume tasks={facts.paused.map(({ task }) => task)}>Resume</Resume>;
  if (finding.id === 'held') return <LetPass />;
  return null;
}
