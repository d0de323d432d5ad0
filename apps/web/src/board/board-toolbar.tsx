import type { WeekBoard } from '@scheduler/server/router';
import { Button, IconButton } from '@scheduler/ui/button';
import { ChevronLeft, ChevronRight } from 'lucide-react';
import { Suspense } from 'react';
import { useExternalStore } from '../lib/external-store.ts';
import { addDays, formatWeek, weekStart } from '../lib/time.ts';
import { review } from '../review/shown.ts';
import type { SearchChange } from '../search-params.ts';
import { StoreName } from '../shell/store-name.tsx';
import { useMayWrite } from '../shell/use-session.ts';
import type { BoardSearch } from './board-search.ts';
import { BoardTools, WeekInMenu, WeekStrip, WeekView } from './dialogs.ts';
import type { OpenDialog } from './open-dialog.ts';

/**
 * The head of the board: its store and week, links to other weeks, and the actions on the whole
 * week.
 */
export function BoardToolbar({
  search,
  weekOf,
  board,
  hasGrid,
  besides,
  hasTools,
  onSearch,
  onOpen,
}: {
  search: BoardSearch;
  /** The Sunday of the week that is shown or loads. */
  weekOf: string;
  board: WeekBoard | undefined;
  /** Whether there is room for the grid, which has its own keys. */
  hasGrid: boolean;
  /** Whether there is room for the tray beside the week. */
  besides: boolean;
  /** Whether the tools are shown, which come after the week itself. */
  hasTools: boolean;
  onSearch: (change: SearchChange<BoardSearch>) => void;
  onOpen: (dialog: OpenDialog) => void;
}) {
  const mayWrite = useMayWrite();
  const thisWeek = board ? weekStart(board.today) : weekOf;
  const week = hasTools ? board : undefined;
  const onStore = (store: number) => onSearch({ store });
  const isNarrowed = [search.role, search.person, search.room].some(Boolean);
  const tools = { isNarrowed, onOpen, onList: () => onSearch({ view: 'tray' }) };
  const viewSwitch = (
    <ViewSwitch view={search.view} unscheduled={board?.tray.length} onChange={(view) => onSearch({ view })} />
  );
  return (
    <div className="flex flex-wrap items-center gap-x-3 gap-y-2 border-b border-line bg-surface px-3 py-1.5 max-md:gap-x-1.5 max-md:gap-y-0.5 max-md:py-1">
      <h1 className="sr-only">Week board</h1>
      <div data-toolbar-tools className="flex items-center gap-1">
        <IconButton
          label="Previous week"
          className="max-md:h-9! max-[379px]:w-8!"
          onClick={() => onSearch({ week: addDays(weekOf, -7), day: undefined })}
        >
          <ChevronLeft aria-hidden className="size-5" />
        </IconButton>
        <Button
          onClick={() => onSearch({ week: undefined, day: undefined })}
          aria-pressed={weekOf === thisWeek}
          className={`max-md:h-9! ${weekOf === thisWeek ? 'border-accent! text-accent-text!' : ''}`}
        >
          Today
        </Button>
        <IconButton
          label="Next week"
          className="max-md:h-9! max-[379px]:w-8!"
          onClick={() => onSearch({ week: addDays(weekOf, 7), day: undefined })}
        >
          <ChevronRight aria-hidden className="size-5" />
        </IconButton>
      </div>
      <h2 aria-live="polite" className="text-base font-semibold whitespace-nowrap">
        {formatWeek(weekOf)}
        {board && addDays(weekOf, 6) < board.today && <span className="text-ink-2"> · over</span>}
      </h2>
      {hasGrid && (
        <>
          <StoreName onChange={onStore} />
          <div data-toolbar-tools className="flex min-h-(--control-height) flex-1 basis-72 items-center">
            {week && (
              <Suspense>
                <WeekStrip board={week} onSearch={onSearch} />
              </Suspense>
            )}
          </div>
        </>
      )}
      <div className={hasGrid ? 'contents' : 'flex w-full flex-wrap items-center gap-1.5'}>
        {!hasGrid && viewSwitch}
        {/* The same element in both, so that what is open stays open when a phone is turned. */}
        <div
          data-toolbar-tools
          className={
            hasGrid ? 'ml-auto flex min-h-(--control-height) items-center gap-1' : toolsLook(mayWrite)
          }
        >
          {week && (
            <Suspense>
              {hasGrid && <WeekView board={week} search={search} onSearch={onSearch} />}
              <BoardTools {...tools} board={week} hasGrid={hasGrid}>
                {!hasGrid && (
                  <>
                    <StoreName onChange={onStore} />
                    <WeekInMenu board={week} search={search} onSearch={onSearch} />
                  </>
                )}
              </BoardTools>
            </Suspense>
          )}
        </div>
        {hasGrid && !besides && viewSwitch}
      </div>
    </div>
  );
}

/** On a phone: as wide as the tools will be, so that nothing moves when they arrive. */
const toolsLook = (mayWrite: boolean): string =>
  `flex max-w-full flex-wrap items-center justify-end gap-1.5 ${mayWrite ? 'min-w-22 min-[380px]:min-w-42' : 'min-w-10'}`;

/** Switches between the week and the tray or plan on screens without room for both. */
function ViewSwitch({
  view,
  unscheduled,
  onChange,
}: {
  view: BoardSearch['view'];
  /** The number of events in the tray; undefined while it loads. */
  unscheduled: number | undefined;
  onChange: (view: BoardSearch['view']) => void;
}) {
  const planTitle = useExternalStore(review, ({ title }) => title);
  return (
    <div className="flex rounded-md border border-line p-0.5 max-md:flex-1">
      {([undefined, 'tray'] as const).map((each) => (
        <button
          key={each ?? 'week'}
          type="button"
          aria-pressed={each === view}
          onClick={() => onChange(each)}
          className={`h-7 flex-1 rounded px-2.5 text-sm whitespace-nowrap max-md:px-2 md:pointer-coarse:h-9 ${each === view ? 'bg-accent-soft font-medium text-accent-text' : 'text-ink-2'}`}
        >
          {each === 'tray'
            ? (planTitle ?? `Unscheduled${unscheduled === undefined ? '' : ` (${unscheduled})`}`)
            : 'Week'}
        </button>
      ))}
    </div>
  );
}
