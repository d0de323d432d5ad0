import type { ReactNode } from 'react';
import { formatMoment } from '../format.ts';
import { Panel } from '../ui.tsx';

export function Chart(props: {
  id: string;
  title: string;
  unit: string;
  summary: string;
  legend: { label: string; colour: string; value: string }[];
  children?: ReactNode;
}) {
  return (
    <Panel id={props.id} title={props.title} note={props.unit}>
      <p className="text-sm font-medium">{props.summary}</p>
      {props.children && <div className="mt-2 h-48">{props.children}</div>}
      <ul className="mt-2 flex flex-wrap gap-x-4 gap-y-1 text-sm text-ink-2">
        {props.legend.map((entry) => (
          <li key={entry.label} className="flex items-center gap-1.5">
            <Swatch colour={entry.colour} />
            {entry.label} <span className="text-ink">{entry.value}</span>
          </li>
        ))}
      </ul>
    </Panel>
  );
}

export function Swatch(props: { colour: string }) {
  return (
    <svg aria-hidden="true" viewBox="0 0 10 10" className="inline-block size-2.5 shrink-0">
      <rect width="10" height="10" rx="2" fill={props.colour} />
    </svg>
  );
}

/** The figures under the pointer, or at the position of the arrow keys. */
export function ChartTooltip(props: {
  active?: boolean;
  label?: string | number;
  payload?: readonly { dataKey?: unknown; value?: unknown }[];
  names: readonly (readonly [string, string, string])[];
  format: (value: number) => string;
}) {
  if (!props.active || typeof props.label !== 'string') return null;
  const entries = props.names.flatMap(([name, label, colour]) => {
    const value = props.payload?.find((entry) => entry.dataKey === name)?.value;
    return typeof value === 'number' && value > 0 ? [{ label, colour, value }] : [];
  });
  return (
    <div className="rounded-md border border-line bg-surface px-3 py-2 text-sm shadow-md">
      <p className="font-medium">{formatMoment(props.label)}</p>
      {entries.length === 0 && <p className="text-ink-3">nothing</p>}
      {entries.map(({ label, colour, value }) => (
        <p key={label} className="flex items-center gap-1.5 text-ink-2">
          <Swatch colour={colour} />
          {label} <span className="text-ink">{props.format(value)}</span>
        </p>
      ))}
    </div>
  );
}
