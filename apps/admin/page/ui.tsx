import { SYNC_STATE_LOOKS } from '@scheduler/ui/sync-states';
import type { ReactNode } from 'react';
import { formatAge, formatMoment } from './format.ts';

/** A titled part of the page. */
export function Panel(props: {
  id: string;
  title: string;
  aside?: ReactNode;
  children: ReactNode;
  className?: string;
}) {
  return (
    <section
      aria-labelledby={`${props.id}-title`}
      className={`min-w-0 rounded-lg border border-line bg-surface ${props.className ?? ''}`}
    >
      <div className="flex flex-wrap items-center justify-between gap-x-4 gap-y-2 px-4 pt-3 pb-2">
        <h2 id={`${props.id}-title`} className="font-semibold">
          {props.title}
        </h2>
        {props.aside}
      </div>
      <div className="px-4 pb-4">{props.children}</div>
    </section>
  );
}

/** A moment as its age, with the exact time on hover and for assistive technology. */
export function Ago(props: { at: string; now: string; suffix?: string }) {
  return (
    <time dateTime={props.at} title={new Date(props.at).toString()}>
      {formatAge(props.at, props.now)}
      {props.suffix ?? ' ago'}
    </time>
  );
}

/** A moment as clock time. */
export function At(props: { at: string; now: string }) {
  return (
    <time dateTime={props.at} title={new Date(props.at).toString()}>
      {formatMoment(props.at, props.now)}
    </time>
  );
}

const STATE_NAMES = {
  synced: 'Synced',
  pending: 'Pending',
  waiting: 'Waiting',
  failed: 'Failed',
  conflict: 'Conflict',
} as const;

/** A state of sync or of health: colour, sign and word. */
export function Badge(props: { state: keyof typeof STATE_NAMES; children?: ReactNode }) {
  const { Icon, text, soft } = SYNC_STATE_LOOKS[props.state];
  return (
    <span
      className={`inline-flex items-center gap-1.5 rounded-full px-2 py-0.5 text-sm font-medium whitespace-nowrap ${soft} ${text}`}
    >
      <Icon aria-hidden className="size-3.5 shrink-0" />
      {props.children ?? STATE_NAMES[props.state]}
    </span>
  );
}

/** Names and values, one beside the other. */
export function Facts(props: { rows: (readonly [name: string, value: ReactNode])[] }) {
  return (
    <dl className="grid grid-cols-[auto_minmax(0,1fr)] gap-x-4 gap-y-1 text-sm">
      {props.rows.map(([name, value]) => (
        <div key={name} className="contents">
          <dt className="text-ink-3">{name}</dt>
          <dd className="min-w-0 text-right">{value}</dd>
        </div>
      ))}
    </dl>
  );
}
