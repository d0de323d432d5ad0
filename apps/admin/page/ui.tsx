import { SYNC_STATE_LOOKS } from '@scheduler/ui/sync-states';
import type { ReactNode } from 'react';
import { formatAge, formatMoment } from './format.ts';

/** A titled part of the page. */
export function Panel(props: {
  id: string;
  title: string;
  /** Beside the title, in a quieter voice. */
  note?: ReactNode;
  aside?: ReactNode;
  children: ReactNode;
  className?: string;
}) {
  return (
    <section
      aria-labelledby={`${props.id}-title`}
      className={`min-w-0 rounded-lg border border-line bg-surface px-3 py-2 ${props.className ?? ''}`}
    >
      <div className="mb-1.5 flex flex-wrap items-center gap-x-3 gap-y-1">
        <h2 id={`${props.id}-title`} className="font-semibold">
          {props.title}
        </h2>
        {props.note && <p className="min-w-44 flex-1 text-ink-2">{props.note}</p>}
        {props.aside && <div className="ml-auto">{props.aside}</div>}
      </div>
      {props.children}
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

/** A state of sync or of health: color, icon and word. */
export function Badge(props: { state: keyof typeof STATE_NAMES; children?: ReactNode }) {
  const { Icon, text, soft } = SYNC_STATE_LOOKS[props.state];
  return (
    <span
      className={`inline-flex items-center gap-1.5 rounded-full px-2 py-0.5 text-xs font-medium whitespace-nowrap ${soft} ${text}`}
    >
      <Icon aria-hidden className="size-3.5 shrink-0" />
      {props.children ?? STATE_NAMES[props.state]}
    </span>
  );
}

/** A list of names and values, side by side. */
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
