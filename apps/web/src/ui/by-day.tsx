import type { ReactNode } from 'react';
import { formatDay, workDateOf } from '../lib/time.ts';

/** Entries in the given order, with a list and a heading for each day in the store's zone. */
export function ByDay<Entry extends { at: string }>({
  entries,
  timeZone,
  headingOf = formatDay,
  children,
}: {
  entries: readonly Entry[];
  timeZone: string;
  headingOf?: (day: string) => string;
  /** Renders one entry as an item of the list. */
  children: (entry: Entry) => ReactNode;
}) {
  return [...Map.groupBy(entries, (entry) => workDateOf(entry.at, timeZone))].map(([day, ofDay]) => (
    <section key={day} aria-label={headingOf(day)}>
      <h2 className="pb-1 text-sm font-semibold">{headingOf(day)}</h2>
      <ol className="divide-y divide-line rounded-md border border-line bg-surface">{ofDay.map(children)}</ol>
    </section>
  ));
}
