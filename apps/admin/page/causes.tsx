import { buttonClass } from '@scheduler/ui/button';
import { SYNC_STATE_LOOKS } from '@scheduler/ui/sync-states';
import { type ReactNode, useState } from 'react';
import { useOverviewRefresh } from './actions.tsx';
import { ConfirmButton } from './confirm.tsx';
import { formatCount, formatDuration, formatNumber } from './format.ts';
import { changesHref } from './place.ts';
import { type Overview, type OverviewFacts, trpc } from './trpc.ts';
import { At, Panel } from './ui.tsx';

type Cause = OverviewFacts['causes'][number];
type EndedCause = OverviewFacts['ended'][number];

/**
 * The overview has room for this many causes. Causes that ended take the places that are left, and
 * at least one.
 */
const SHOWN = 4;

/** What stands in the way of changes, by cause, with an act for all of one cause; and what ended by itself. */
export function Causes({ overview, mayAct }: { overview: Overview; mayAct: boolean }) {
  const { facts } = overview;
  const [notice, setNotice] = useState('');
  const causes = facts.causes.slice(0, SHOWN);
  const more = facts.causes.slice(SHOWN);
  const ended = facts.ended.slice(0, Math.max(1, SHOWN - causes.length));
  const { question } = facts.refresh;
  const isFree = causes.length + ended.length + facts.failedJobs.total === 0 && !question;
  return (
    <Panel id="causes" title="What stands in the way" note="by cause">
      <p role="status" className="text-synced">
        {notice}
      </p>
      {isFree && (
        <p className="text-ink-2">
          Nothing: no change has failed within 24 hours, and nothing needs a person.
        </p>
      )}
      <ul className="divide-y divide-line">
        {causes.map((cause) => (
          <CauseRow
            key={`${cause.state} ${cause.id}`}
            cause={cause}
            at={facts.at}
            mayAct={mayAct}
            onRetried={(retried) =>
              setNotice(
                `${formatCount(retried, 'change is', 'changes are')} on ${retried === 1 ? 'its' : 'their'} way again.`,
              )
            }
          />
        ))}
        {more.length > 0 && (
          <li className="py-1.5">
            <a href={changesHref({ filter: { state: more[0]?.state ?? 'failed' } })} className={LINK}>
              {formatCount(more.length, 'more cause')}
            </a>
          </li>
        )}
        {facts.failedJobs.total > 0 && (
          <Row
            state="failed"
            title={`${formatCount(facts.failedJobs.total, 'other job')} failed for good`}
            act={
              <a href="#changes" className={buttonClass('plain')}>
                Open<span className="sr-only"> the other failed jobs</span>
              </a>
            }
          >
            Links of people to Crossmark, and readings of its lists
          </Row>
        )}
        {question && (
          <Row
            state="waiting"
            title={`${formatCount(question.count, 'event is', 'events are')} missing from Crossmark’s list`}
            act={
              <a href="#refreshes" className={buttonClass('plain')}>
                Decide<span className="sr-only"> whether they are gone</span>
              </a>
            }
          >
            Read twice, since <At at={question.askedAt} now={facts.at} />
          </Row>
        )}
        {ended.map((one) => (
          <EndedRow key={one.id} cause={one} at={facts.at} />
        ))}
      </ul>
    </Panel>
  );
}

const LINK = 'text-accent-text underline underline-offset-2';

function CauseRow(props: {
  cause: Cause;
  at: string;
  mayAct: boolean;
  onRetried: (retried: number) => void;
}) {
  const { cause, at, mayAct } = props;
  const { state, count, words } = cause;
  const redrive = trpc.redrive.useMutation(useOverviewRefresh());
  const href = changesHref({ filter: { state, cause: cause.id } });
  const label = words || 'No reason was recorded.';
  const again = count === 2 ? 'Try both again' : `Try all ${formatNumber(count)} again`;
  const button = count === 1 ? 'Try again' : again;
  return (
    <Row
      state={state}
      title={
        <a href={href} className="hover:underline">
          {label}
        </a>
      }
      act={
        mayAct && state !== 'conflict' ? (
          <ConfirmButton
            button={button}
            label={`${button}: ${label}`}
            title={`Try ${formatCount(count, 'change')} again?`}
            act={async () => {
              const { retried } = await redrive.mutateAsync({
                filter: { state, cause: cause.id },
                shownAt: at,
              });
              props.onRetried(retried);
            }}
          >
            <p>{label}</p>
            <p>
              The changes that this page shows are attempted again at once, as fast as the limit of calls to
              Crossmark allows. Changes that failed later are not. Crossmark refuses a change again unless the
              cause is mended.
            </p>
          </ConfirmButton>
        ) : (
          <a href={href} className={buttonClass('plain')}>
            Open<span className="sr-only">: {label}</span>
          </a>
        )
      }
    >
      {formatCount(count, 'change')} · <Span from={cause.since} to={cause.last} at={at} />
      {cause.nextAttemptAt && (
        <>
          {' · next attempt '}
          <At at={cause.nextAttemptAt} now={at} />
        </>
      )}
      <Examples cause={cause} />
    </Row>
  );
}

function Examples({ cause: { examples, count } }: { cause: Cause }) {
  const stores = new Set(examples.map(({ store }) => store));
  const titles = examples.map(({ title, store }) => (stores.size > 1 ? `${title} in ${store}` : title));
  const [store] = stores;
  return (
    <span className="line-clamp-2 text-ink-3">
      {count > examples.length && 'such as '}
      {titles.join(', ')}
      {stores.size === 1 && ` · ${store}`}
    </span>
  );
}

function EndedRow({ cause, at }: { cause: EndedCause; at: string }) {
  return (
    <Row state="synced" title={cause.words || 'No reason was recorded.'}>
      Ended by itself: {formatCount(cause.count, 'change')} waited
      {cause.count > 1 && ' up to'} {formatDuration(cause.longestMs)},{' '}
      {cause.count === 1 ? 'it is' : 'all are'} in Crossmark
      <span className="block text-ink-3">
        <At at={cause.from} now={at} /> to <At at={cause.until} now={at} />
      </span>
    </Row>
  );
}

function Span({ from, to, at }: { from: string; to: string; at: string }) {
  if (Math.abs(Date.parse(to) - Date.parse(from)) < 60_000) return <At at={from} now={at} />;
  return (
    <>
      first <At at={from} now={at} />, last <At at={to} now={at} />
    </>
  );
}

function Row(props: {
  state: keyof typeof SYNC_STATE_LOOKS;
  title: ReactNode;
  act?: ReactNode;
  children: ReactNode;
}) {
  const { Icon, text } = SYNC_STATE_LOOKS[props.state];
  return (
    <li className="flex items-center gap-2.5 py-1.5 first:pt-0 last:pb-0">
      <Icon aria-hidden className={`mt-0.5 size-4 shrink-0 self-start ${text}`} />
      <div className="min-w-0 flex-1">
        <p className="font-medium">{props.title}</p>
        <p className="text-xs text-ink-2">{props.children}</p>
      </div>
      {props.act}
    </li>
  );
}
