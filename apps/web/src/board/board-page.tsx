import type { BoardEvent, WeekBoard } from '@scheduler/server/router';
import { Button, IconButton } from '@scheduler/ui/button';
import { keepPreviousData } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { ChevronLeft, ChevronRight, CopyPlus, Keyboard } from 'lucide-react';
import { Suspense, useCallback, useDeferredValue, useEffect, useMemo, useRef, useState } from 'react';
import { trpc } from '../lib/api.ts';
import { whenIdle } from '../lib/idle.ts';
import { addDays, formatWeek, useToday, weekIn, weekStart } from '../lib/time.ts';
import { EventPanel } from '../planning/dialogs.ts';
import { useOptimisticBoard } from '../planning/edits.ts';
import { parsedSearch, type SearchChange } from '../search-params.ts';
import { useMayWrite } from '../shell/use-session.ts';
import { useStore } from '../shell/use-store.ts';
import { useTitle } from '../shell/use-title.ts';
import { Cut } from '../ui/cut.tsx';
import { Empty, QueryView, SkeletonRows } from '../ui/states.tsx';
import { useMedia } from '../ui/use-media.ts';
import type { BoardActions } from './board-actions.ts';
import { BoardDialogs } from './board-dialogs.tsx';
import { type BoardSearch, weekInput } from './board-search.ts';
import { DayList } from './day-list.tsx';
import { loadBoardDialogsSoon } from './dialogs.ts';
import { HandBar } from './drag-bar.tsx';
import { considerAgain, type Drag } from './drag-state.ts';
import { useBoardKeys } from './keys.ts';
import type { OpenDialog } from './open-dialog.ts';
import { usePlanner } from './planner.ts';
import { Tray } from './tray.tsx';
import type { TrayFilter } from './tray-filter.tsx';
import { WeekGrid } from './week-grid.tsx';

const route = getRouteApi('/app/');

/** Home: one week of a store, what is still to be planned beside it. */
export function BoardPage() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const mayWrite = useMayWrite();
  const besides = useMedia('(min-width: 1100px)');
  const grid = useMedia('(min-width: 768px)');
  const [question, ask] = useState<OpenDialog>();

  const set = useCallback(
    (change: SearchChange<BoardSearch>, replace = true) =>
      void navigate({
        search: (before) => parsedSearch({ ...before, ...change }),
        replace,
      }),
    [navigate],
  );

  const stores = trpc.stores.list.useQuery(undefined, { staleTime: 300_000 });
  const store = useStore();
  const query = trpc.board.week.useQuery(weekInput(search), { placeholderData: keepPreviousData });
  // Around midnight the store may be in another week than the viewer: the store's today decides.
  const thatWeek = query.isPlaceholderData ? undefined : query.data?.weekOf;
  const weekOf = search.week ? weekStart(search.week) : (thatWeek ?? weekIn(store?.timeZone));
  useTitle(`Week ${formatWeek(weekOf)}`);
  // At midnight, before the week is read anew, the day that the week was read on is over.
  const today = useToday(query.data?.store.timeZone);
  const data = useMemo(
    () => (query.data && query.data.today < today ? { ...query.data, today } : query.data),
    [query.data, today],
  );
  const storeToday = data?.today;
  const planned = useOptimisticBoard(data);
  // Hundreds of cards are drawn when nobody waits for anything else: what is clicked or typed meanwhile is answered first.
  const board = useDeferredValue(planned);
  const busy = query.isPlaceholderData || (board !== planned && board?.weekOf !== planned?.weekOf);
  const loaded = board !== undefined;
  useEffect(() => {
    if (loaded) loadBoardDialogsSoon();
  }, [loaded]);
  const thisWeek = storeToday ? weekStart(storeToday) : weekOf;

  const actions = useMemo<BoardActions>(
    () => ({
      open: (eventId) => set({ event: eventId }, false),
      add: mayWrite ? (employeeId, day) => ask({ kind: 'choose', employeeId, day }) : undefined,
      menu: mayWrite ? (schedule, button) => ask({ kind: 'menu', schedule, button }) : undefined,
      showLast: (day) => set({ last: day, ...(!besides && { view: 'tray' as const }) }),
    }),
    [set, mayWrite, besides],
  );

  const planner = usePlanner(planned, ask);
  useBoardKeys({
    ...planner,
    board: planned,
    mayWrite,
    trade: (schedule) => ask({ kind: 'trade', schedule }),
    help: () => ask({ kind: 'keys' }),
  });
  useDragging(planned, planner.drop, mayWrite && grid);
  const pick = useCallback(
    (event: BoardEvent) => (mayWrite ? ask({ kind: 'plan', event }) : set({ event: event.eventId }, false)),
    [mayWrite, set],
  );

  const inWeek = (day: string | undefined) => day !== undefined && day >= weekOf && day <= addDays(weekOf, 6);
  const day =
    inWeek(search.day) && search.day ? search.day : inWeek(storeToday) && storeToday ? storeToday : weekOf;
  const showTray = besides || search.view === 'tray';
  const showBoard = besides || search.view !== 'tray';
  const filter: TrayFilter = {
    ...(search.q && { q: search.q }),
    ...(search.type && { type: search.type }),
    ...(search.last && { last: search.last }),
  };
  const several = (stores.data?.length ?? 0) > 1;

  return (
    <div className="flex min-h-0 flex-1 flex-col">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-2 border-b border-line bg-surface px-3 py-2">
        <h1 className="sr-only">Week board</h1>
        <div className="flex items-center gap-1">
          <IconButton
            label="Previous week"
            onClick={() => set({ week: addDays(weekOf, -7), day: undefined })}
          >
            <ChevronLeft aria-hidden className="size-5" />
          </IconButton>
          <Button
            onClick={() => set({ week: undefined, day: undefined })}
            aria-pressed={weekOf === thisWeek}
            className={weekOf === thisWeek ? 'border-accent! text-accent-text!' : ''}
          >
            Today
          </Button>
          <IconButton label="Next week" onClick={() => set({ week: addDays(weekOf, 7), day: undefined })}>
            <ChevronRight aria-hidden className="size-5" />
          </IconButton>
        </div>
        <h2 aria-live="polite" className="text-base font-semibold whitespace-nowrap">
          {formatWeek(weekOf)}
          {storeToday && addDays(weekOf, 6) < storeToday && <span className="text-ink-2"> · over</span>}
        </h2>
        <div
          className={`min-w-0 items-center gap-2 text-sm text-ink-2 sm:flex ${several ? 'flex' : 'hidden'}`}
        >
          {several ? (
            <select
              aria-label="Store"
              value={search.store ?? board?.store.id ?? ''}
              onChange={(change) => set({ store: Number(change.target.value) })}
              className="h-8 max-w-60 rounded-md border border-line-strong bg-surface px-2 pointer-coarse:h-10"
            >
              {stores.data?.map((store) => (
                <option key={store.id} value={store.id}>
                  {store.name} ({store.number})
                </option>
              ))}
            </select>
          ) : (
            board && <Cut text={`${board.store.name} (${board.store.number})`} />
          )}
        </div>
        <div className="ml-auto flex items-center gap-1">
          {mayWrite && (
            <Button onClick={() => ask({ kind: 'copy' })} disabled={!board}>
              <CopyPlus aria-hidden className="size-4" />
              <span className="sr-only sm:not-sr-only">Copy week</span>
            </Button>
          )}
          {grid && (
            <IconButton label="Keys of the board" onClick={() => ask({ kind: 'keys' })}>
              <Keyboard aria-hidden className="size-4" />
            </IconButton>
          )}
        </div>
        {!besides && (
          <div className="flex w-full rounded-md border border-line p-0.5 sm:w-auto">
            {(['board', 'tray'] as const).map((view) => {
              const on = (view === 'tray') === (search.view === 'tray');
              return (
                <button
                  key={view}
                  type="button"
                  aria-pressed={on}
                  onClick={() => set({ view: view === 'tray' ? 'tray' : undefined })}
                  className={`h-7 flex-1 rounded px-2.5 text-sm whitespace-nowrap pointer-coarse:h-9 ${on ? 'bg-accent-soft font-medium text-accent-text' : 'text-ink-2'}`}
                >
                  {view === 'tray' ? `Unscheduled${board ? ` (${board.tray.length})` : ''}` : 'Week'}
                </button>
              );
            })}
          </div>
        )}
      </div>
      <QueryView
        what="the week"
        queries={[query]}
        data={board}
        skeleton={<BoardSkeleton grid={grid} besides={besides} />}
      >
        {(board) => (
          <div
            aria-busy={busy}
            className={`flex min-h-0 flex-1 transition-opacity ${busy ? 'opacity-60' : ''}`}
          >
            {showBoard &&
              (board.people.length === 0 ? (
                <div className="flex-1">
                  <Empty title="There is nobody to plan for yet.">
                    Add the club’s people on the People page, then come back.
                  </Empty>
                </div>
              ) : grid ? (
                <WeekGrid board={board} today={board.today} actions={actions} />
              ) : (
                <DayList
                  board={board}
                  day={busy ? board.weekOf : day}
                  today={board.today}
                  onDay={(next) => set({ day: next })}
                  actions={actions}
                />
              ))}
            {showTray && (
              <Tray
                events={board.tray}
                elsewhere={board.openElsewhere}
                today={board.today}
                filter={filter}
                onFilter={(next) => set({ q: next.q, type: next.type, last: next.last })}
                mayMove={mayWrite && besides}
                onPick={pick}
              />
            )}
          </div>
        )}
      </QueryView>
      {board && <HandBar board={board} />}
      <Suspense>
        {board && question && (
          <BoardDialogs asked={question} board={board} planner={planner} onAsk={ask} onOpen={actions.open} />
        )}
        {search.event && (
          <EventPanel key={search.event} eventId={search.event} onClose={() => set({ event: undefined })} />
        )}
      </Suspense>
    </div>
  );
}

/** Lets cards be dragged once the browser is idle: nobody drags before, and the board needn't wait for it. */
function useDragging(board: WeekBoard | undefined, drop: (hand: Drag) => void, enabled: boolean): void {
  const latest = useRef(board);
  useEffect(() => {
    latest.current = board;
    if (board) considerAgain(board);
  }, [board]);
  const ready = enabled && board !== undefined;
  useEffect(() => {
    if (!ready) return;
    let stop: (() => void) | undefined;
    let over = false;
    whenIdle(async () => {
      const { startDragging } = await import('./drag.ts');
      if (!over) stop = startDragging({ board: () => latest.current, drop });
    });
    return () => {
      over = true;
      stop?.();
    };
  }, [ready, drop]);
}

/** The board's shape before the board. */
function BoardSkeleton({ grid, besides }: { grid: boolean; besides: boolean }) {
  return (
    <div className="flex min-h-0 flex-1 overflow-hidden">
      <div className="flex-1 bg-surface">
        <SkeletonRows
          count={grid ? 80 : 8}
          height="h-14"
          className={`gap-2 p-2 ${grid ? 'grid-cols-[var(--person-column)_repeat(7,minmax(0,1fr))]' : 'grid-cols-1'}`}
        />
      </div>
      {besides && (
        <SkeletonRows
          count={7}
          height="h-14"
          className="w-72 content-start gap-2 border-l border-line bg-surface-2 p-2 2xl:w-80"
        />
      )}
    </div>
  );
}
