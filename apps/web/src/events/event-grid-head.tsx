// biome-ignore-all lint/a11y/useSemanticElements: no table element can hold rows that are placed by their number
// biome-ignore-all lint/a11y/useFocusableInteractive: rows have the focus, and the buttons in the cells
// biome-ignore-all lint/a11y/useKeyWithClickEvents: Enter does on a row what a click does
import { ArrowDown, ArrowUp } from 'lucide-react';
import type { ReactNode } from 'react';
import { COLUMNS, type Sort, TRACKS } from './event-columns.ts';
import type { EventFilter } from './events-search.ts';

export function Head({
  filter,
  tick,
  onSort,
}: {
  filter: EventFilter;
  /** The tick box of the rows in sight. */
  tick: ReactNode;
  onSort: (sort: Sort, descending: boolean) => void;
}) {
  return (
    <div
      role="rowgroup"
      className="overflow-hidden border-b border-line bg-surface-2 text-xs text-ink-2 [scrollbar-gutter:stable]"
    >
      <div role="row" aria-rowindex={1} className={`group/head grid items-center gap-x-3 px-3 ${TRACKS}`}>
        {COLUMNS.map(({ sort, label }, index) => {
          const on = filter.sort === sort;
          const Arrow = filter.descending ? ArrowDown : ArrowUp;
          const direction = filter.descending ? 'descending' : 'ascending';
          return (
            <div
              key={sort}
              role="columnheader"
              aria-sort={on ? direction : 'none'}
              className="flex items-center gap-2"
            >
              {index === 0 && tick}
              <button
                type="button"
                onClick={() => onSort(sort, on && !filter.descending)}
                className={`-mx-1 inline-flex min-h-8 items-center gap-1 rounded px-1 hover:text-ink ${on ? 'font-semibold text-ink' : 'font-medium'}`}
              >
                {label}
                {on && <Arrow aria-hidden className="size-3.5" />}
              </button>
            </div>
          );
        })}
        <div role="columnheader">
          <span className="sr-only">Actions</span>
        </div>
      </div>
    </div>
  );
}
