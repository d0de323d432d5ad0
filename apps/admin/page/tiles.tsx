import type { ReactNode } from 'react';
import { formatCount, formatDuration, formatPart } from './format.ts';
import { changesHref } from './place.ts';
import { Sparkline } from './sparkline.tsx';
import type { Overview } from './trpc.ts';
import { Ago } from './ui.tsx';

interface Figure {
  label: string;
  value: ReactNode;
  note: ReactNode;
  values: readonly (number | null)[];
  colour: string;
  floating?: boolean;
  href?: string;
}

/** What one looks at first, each figure with its last 24 hours. */
export function Tiles({ overview }: { overview: Overview }) {
  return (
    <section
      aria-label="Figures of the last 24 hours"
      className="grid grid-cols-2 gap-2.5 sm:grid-cols-3 xl:grid-cols-6"
    >
      {figuresOf(overview).map((figure) => (
        <Tile key={figure.label} {...figure} />
      ))}
    </section>
  );
}

function Tile({ label, value, note, values, colour, floating = false, href }: Figure) {
  const look = 'block min-w-0 rounded-lg border border-line bg-surface px-3 py-2';
  const content = (
    <>
      <span className="block text-xs text-ink-2">{label}</span>
      <span className="block text-lg font-semibold tracking-tight">{value}</span>
      <span className="block truncate text-xs text-ink-2">{note}</span>
      <Sparkline values={values} colour={colour} floating={floating} className="mt-1" />
    </>
  );
  return href === undefined ? (
    <p className={look}>{content}</p>
  ) : (
    <a href={href} className={`${look} hover:border-line-strong`}>
      {content}
    </a>
  );
}

const LAST_DAY_OF_REFRESHES_MS = 86_400_000;

function figuresOf({ facts, day }: Overview): Figure[] {
  const { at, refresh } = facts;
  const count = (...states: string[]) =>
    facts.states.reduce((sum, row) => sum + (states.includes(row.state) ? row.count : 0), 0);
  const since = (state: string) => facts.states.find((row) => row.state === state)?.since ?? null;
  const level = (name: string) => day?.levels[name] ?? [];
  const moving = count('pending', 'waiting');
  const dead = count('failed');
  const conflicts = count('conflict');
  const causes = facts.causes.filter(({ state }) => state === 'failed').length;
  const { last } = refresh;
  const changed = last ? last.created + last.updated + last.gone : 0;
  const tookMs = (run: { startedAt: string | null; finishedAt: string | null }) =>
    run.startedAt && run.finishedAt ? Date.parse(run.finishedAt) - Date.parse(run.startedAt) : null;
  const lastTookMs = last && tookMs(last);
  const isOfTheDay = ({ requestedAt }: { requestedAt: string }) =>
    Date.parse(at) - Date.parse(requestedAt) < LAST_DAY_OF_REFRESHES_MS;
  const total = day?.total;
  const unknown = 'no figures yet';
  return [
    {
      label: 'Oldest not in Crossmark',
      value: facts.oldest ? <Ago at={facts.oldest} now={at} suffix="" /> : 'None',
      note:
        facts.oldestMoving === null ? (
          NOTE_OF_STILL[facts.oldest === null ? 'none' : 'some']
        ) : (
          <>
            {formatCount(moving, 'change')} on {moving === 1 ? 'its' : 'their'} way
            {facts.oldestMoving !== facts.oldest && (
              <>
                , oldest <Ago at={facts.oldestMoving} now={at} suffix="" />
              </>
            )}
          </>
        ),
      values: level('oldest'),
      colour: 'var(--mark-done)',
      ...(moving > 0 && {
        href: changesHref({ filter: { state: count('waiting') > 0 ? 'waiting' : 'pending' } }),
      }),
    },
    {
      label: 'Synced within a minute',
      value: total?.withinAMinute == null ? '–' : formatPart(total.withinAMinute),
      note: total?.synced ? `24 h, ${formatCount(total.synced.count, 'change')}` : 'no change in 24 h',
      values: day?.withinAMinute ?? [],
      colour: 'var(--mark-done)',
    },
    {
      label: 'Dead letters',
      value: dead,
      note:
        dead === 0 ? (
          'nothing given up'
        ) : (
          <>
            {formatCount(causes, 'cause')}
            {since('failed') && (
              <>
                , for <Ago at={since('failed') ?? at} now={at} suffix="" />
              </>
            )}
          </>
        ),
      values: level('dead'),
      colour: 'var(--mark-dead)',
      href: changesHref({ filter: { state: 'failed' } }),
    },
    {
      label: 'Conflicts',
      value: conflicts,
      note:
        conflicts === 0 ? (
          'both sides agree'
        ) : (
          <>
            for <Ago at={since('conflict') ?? at} now={at} suffix="" />
          </>
        ),
      values: level('conflicts'),
      colour: 'var(--mark-conflict)',
      href: changesHref({ filter: { state: 'conflict' } }),
    },
    {
      label: 'Crossmark answers in',
      value: total?.answers ? formatDuration(total.answers.p50) : '–',
      note: total?.answers ? `95 % in ${formatDuration(total.answers.p95)}, 24 h` : unknown,
      values: day?.answers.p50 ?? [],
      colour: 'var(--mark-fast)',
    },
    {
      label: 'Last refresh',
      value: last ? <Ago at={last.finishedAt ?? last.requestedAt} now={at} suffix="" /> : 'None',
      note: last
        ? [
            REFRESH_ENDS[last.state],
            lastTookMs !== null && formatDuration(lastTookMs),
            last.state === 'done' && `${changed} changed`,
          ]
            .filter(Boolean)
            .join(', ')
        : 'Crossmark’s list was not read yet',
      values: refresh.recent.filter(isOfTheDay).map(tookMs).reverse(),
      colour: 'var(--mark-nothing)',
      href: '#refreshes',
    },
  ];
}

/** Where nothing is on its way. */
const NOTE_OF_STILL = { none: 'nothing on its way', some: 'waits for a person' } as const;

const REFRESH_ENDS = {
  queued: 'about to start',
  running: 'reading',
  done: 'complete',
  failed: 'failed',
  needs_decision: 'undecided',
  superseded: 'superseded',
} as const;
