import type { WeekBoard } from '@scheduler/server/router';
import { Button, IconButton } from '@scheduler/ui/button';
import { ChevronLeft, ChevronRight } from 'lucide-react';
import { Suspense } from 'react';
import { useExternalStore } from '../lib/external-store.ts';
import { addDays, formatWeek, weekStart } from '../lib/time.ts';
import { review } from '../review/shown.ts';
import type { SearchChange } from '../search-params.ts';
import { StoreName } from '../shell/store-name.tsx';
import type { BoardSearch } from './board-search.ts';
import { BoardTools } from './dialogs.ts';
import type { OpenDialog } from './open-dialog.ts';

/**
 * Which week of which store is shown, the ways to others, and what can be done with the whole week.
 */
export function BoardToolbar({
  search,
  weekOf,
  board,
  hasGrid,
  besides,
  onSearch,
  onOpen,
}: {
  search: BoardSearch;
  /** The Sunday of the week that is shown or loads. */
  weekOf: string;
  board: WeekBoard | undefined;
  /** Whether there is room for the grid, which has keys of its own. */
  hasGrid: boolean;
  /** Whether there is room for the tray beside the week. */
  besides: boolean;
  onSearch: (change: SearchChange<BoardSearch>) => void;
  onOpen: (dialog: OpenDialog) => void;
}) {
  const thisWeek = board ? weekStart(board.today) : weekOf;
  return (
    <div className="flex flex-wrap items-center gap-x-3 gap-y-2 border-b border-line bg-surface px-3 py-2">
      <h1 className="sr-only">Week board</h1>
      <div className="flex items-center gap-1">
        <IconButton
          label="Previous week"
          onClick={() => onSearch({ week: addDays(weekOf, -7), day: undefined })}
        >
          <ChevronLeft aria-hidden className="size-5" />
        </IconButton>
        <Button
          onClick={() => onSearch({ week: undefined, day: undefined })}
          aria-pressed={weekOf === thisWeek}
          className={weekOf === thisWeek ? 'border-accent! text-accent-text!' : ''}
        >
          Today
        </Button>
        <IconButton label="Next week" onClick={() => onSearch({ week: addDays(weekOf, 7), day: undefined })}>
          <ChevronRight aria-hidden className="size-5" />
        </IconButton>
      </div>
      <h2 aria-live="polite" className="text-base font-semibold whitespace-nowrap">
        {formatWeek(weekOf)}
        {board && addDays(weekOf, 6) < board.today && <span className="text-ink-2"> · over</span>}
      </h2>
      <StoreName onChange={(store) => onSearch({ store })} />
      <div className="ml-auto flex min-h-(--control-height) items-center gap-1">
        {board && (
          <Suspense>
            <BoardTools
              board={board}
              hasGrid={hasGrid}
              onOpen={onOpen}
              onList={() => onSearch({ view: 'tray' })}
            />
          </Suspense>
        )}
      </div>
      {!besides && (
        <ViewSwitch
          view={search.view}
          unscheduled={board?.tray.length}
          onChange={(view) => onSearch({ view })}
        />
      )}
    </div>
  );
}

/** Shows the week, or the tray or the plan under review, where both don't fit. */
function ViewSwitch({
  view,
  unscheduled,
  onChange,
}: {
  view: BoardSearch['view'];
  /** How many events are in the tray; undefined until it is read. */
  unscheduled: number | undefined;
  onChange: (view: BoardSearch['view']) => void;
}) {
  const planTitle = useExternalStore(review, ({ title }) => title);
  return (
    <div className="flex w-full rounded-md border border-line p-0.5 sm:w-auto">
      {([undefined, 'tray'] as const).map((each) => (
        <button
          key={each ?? 'week'}
          type="button"
          aria-pressed={each === view}
          onClick={() => onChange(each)}
          className={`h-7 flex-1 rounded px-2.5 text-sm whitespace-nowrap pointer-coarse:h-9 ${each === view ? 'bg-accent-soft font-medium text-accent-text' : 'text-ink-2'}`}
        >
          {each === 'tray'
            ? (planTitle ?? `Unscheduled${unscheduled === undefined ? '' : ` (${unscheduled})`}`)
            : 'Week'}
        </button>
      ))}
    </div>
  );
}
