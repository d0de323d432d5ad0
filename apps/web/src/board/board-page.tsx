import type { BoardEvent } from '@scheduler/server/router';
import { getRouteApi, useRouter } from '@tanstack/react-router';
import { type MouseEvent, memo, Suspense, useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { useExternalStore } from '../lib/external-store.ts';
import { useNextDays } from '../lib/theme.ts';
import { addDays, formatWeek, laterDay } from '../lib/time.ts';
import { useReadNotes } from '../notes/notes-in-view.ts';
import { clearSelection, isSelecting, selection, selectMode, toggleSelected } from '../planning/selection.ts';
import { review } from '../review/shown.ts';
import { parsedSearch, type SearchChange } from '../search-params.ts';
import { useMayWrite } from '../shell/use-session.ts';
import { useTitle } from '../shell/use-title.ts';
import { Empty, QueryView } from '../ui/states.tsx';
import { useIsPainted } from '../ui/use-is-painted.ts';
import { useMedia } from '../ui/use-media.ts';
import type { BoardActions } from './board-actions.ts';
import { BoardDialogs } from './board-dialogs.tsx';
import { BehindPanel, BoardPanel } from './board-panel.tsx';
import { type BoardSearch, boardSearch } from './board-search.ts';
import { BoardSkeleton } from './board-skeleton.tsx';
import { BoardToolbar } from './board-toolbar.tsx';
import {
  BoardBulkBar,
  BoardOnPaper,
  DayList,
  DragBar,
  loadBoardDialogsSoon,
  NextDays,
  Review,
} from './dialogs.ts';
import { cancelDrag, toggleClickDrag } from './drag-state.ts';
import { useBoardKeys } from './keys.ts';
import type { OpenDialog } from './open-dialog.ts';
import { filterPeople } from './people-in-week.ts';
import { usePlanner } from './planner.ts';
import { moveGridFocus } from './tab-stop.ts';
import { Tray } from './tray.tsx';
import type { TrayFilter } from './tray-filter.tsx';
import { useDragging } from './use-dragging.ts';
import { useWeek } from './use-week.ts';
import { WeekGrid } from './week-grid.tsx';

const route = getRouteApi('/app/');

/**
 * The home page: one week of a store, with the unscheduled events beside it. It does not render when
 * only the panel in the address changes.
 */
export const BoardPage = memo(function BoardPage() {
  const search = route.useSearch({ select: withoutPanel, structuralSharing: true });
  const router = useRouter();
  const navigate = route.useNavigate();
  const mayWrite = useMayWrite();
  const hasRoomForTray = useMedia('(min-width: 1100px)');
  const hasGrid = useMedia('(min-width: 768px)');
  const showsNextDays = useNextDays();
  const [dialog, setDialog] = useState<OpenDialog>();
  const isReviewing = useExternalStore(review, ({ title }) => title !== undefined);
  const hasSelected = useExternalStore(selection, ({ size }) => size > 0);
  const isInSelectMode = useExternalStore(selectMode, (isOn) => isOn);
  const hasSelection = hasSelected || isInSelectMode;
  useEffect(() => clearSelection, []);
  // In the tray's place: nothing of the week moves when it opens.
  const isPanelBeside = useMedia('(min-width: 1280px)') && !isReviewing;

  const set = useCallback(
    (change: SearchChange<BoardSearch>, replace = true) =>
      void navigate({ search: (before) => parsedSearch({ ...before, ...change }), replace }),
    [navigate],
  );

  const { query, weekOf, current, displayed, isBusy } = useWeek(search);
  const notes = useReadNotes(
    displayed && {
      storeId: displayed.store.id,
      from: displayed.weekOf,
      to: addDays(displayed.weekOf, 6),
    },
  );
  useTitle(`Week ${formatWeek(weekOf)}`);
  const latest = useRef(current);
  latest.current = current;
  const isLoaded = displayed !== undefined;
  // After the rows in sight, see week-grid.tsx.
  const isPainted = useIsPainted(useIsPainted(isLoaded));
  useEffect(() => {
    if (isPainted) loadBoardDialogsSoon();
  }, [isPainted]);

  const isPanelOpen = useCallback(
    () => boardSearch(router.latestLocation.search).event !== undefined,
    [router],
  );
  const actions = useMemo<BoardActions>(
    () => ({
      // Another card’s panel takes the place of the open one, in the history too.
      open: (eventId) => set({ event: eventId }, isPanelOpen()),
      add: mayWrite ? (employeeId, day) => setDialog({ kind: 'choose', employeeId, day }) : undefined,
      menu: mayWrite ? (schedule, button) => setDialog({ kind: 'menu', schedule, button }) : undefined,
      off: mayWrite
        ? (employeeId, day) => {
            const { today = weekOf } = latest.current ?? {};
            setDialog({ kind: 'off', employeeId, day: day ?? laterDay(today, weekOf) });
          }
        : undefined,
      moveDay: mayWrite ? (day) => setDialog({ kind: 'closed', day }) : undefined,
      goTo: (href) => void navigate({ href }),
      showLast: (day) => set({ last: day, ...(!hasRoomForTray && { view: 'tray' as const }) }),
    }),
    [set, navigate, isPanelOpen, mayWrite, hasRoomForTray, weekOf],
  );
  const closePanel = useCallback(() => set({ event: undefined }), [set]);
  const planner = usePlanner(current, setDialog);
  useBoardKeys({
    ...planner,
    board: current,
    mayWrite,
    trade: (schedule) => setDialog({ kind: 'trade', schedule }),
    help: () => setDialog({ kind: 'keys' }),
    turnWeek: (by) => {
      // Of the address, because a second key may come before the page has rendered.
      const { week = weekOf } = boardSearch(router.latestLocation.search);
      moveGridFocus(by * 7);
      set({ week: addDays(week, by * 7), day: undefined });
    },
    hasPanel: () => isPanelBeside && isPanelOpen(),
    closePanel,
  });
  useDragging(current, planner.drop, mayWrite && hasGrid);
  const pick = useCallback(
    (event: BoardEvent, click: MouseEvent) => {
      if (mayWrite && isSelecting(click)) {
        toggleSelected(event.eventId);
        return;
      }
      const { detail } = click;
      if (!mayWrite) set({ event: event.eventId }, false);
      // If cells are visible, a click on a card picks it up. A key opens the dialog.
      else if (hasRoomForTray && detail > 0 && latest.current) toggleClickDrag(event, latest.current);
      else setDialog({ kind: 'plan', event });
    },
    [mayWrite, hasRoomForTray, set],
  );
  const onFilter = useCallback(
    ({ q, type, last, by, fits }: TrayFilter) => set({ q, type, last, by, fits }),
    [set],
  );
  const onWeek = useCallback((week: string) => set({ week, day: undefined }), [set]);

  const showsTray = hasRoomForTray || search.view === 'tray';
  const showsWeek = hasRoomForTray || search.view !== 'tray';
  const { role, person, room } = search;
  const people = useMemo(
    () => (displayed ? filterPeople(displayed, { role, person, room }) : []),
    [displayed, role, person, room],
  );
  const { q, type, last, by, fits } = search;
  const filter = useMemo<TrayFilter>(() => ({ q, type, last, by, fits }), [q, type, last, by, fits]);
  return (
    <div data-board-page className="flex min-h-0 flex-1 flex-col">
      <BoardToolbar
        search={search}
        weekOf={weekOf}
        board={displayed}
        hasGrid={hasGrid}
        besides={hasRoomForTray}
        hasTools={isPainted}
        onSearch={set}
        onOpen={setDialog}
      />
      {showsNextDays && (
        // As high as it will be, so that nothing moves when the days arrive.
        <section
          id="next-days"
          aria-label="Next days"
          className="relative h-32 shrink-0 overflow-x-auto overflow-y-hidden border-b border-line bg-surface print:hidden"
        >
          <Suspense>{displayed && <NextDays board={displayed} />}</Suspense>
        </section>
      )}
      {/* The panel is outside of what is read, so that the week's arrival leaves it as it is. */}
      <div className="relative flex min-h-0 flex-1">
        <BoardPanel board={displayed} isBeside={isPanelBeside} onClose={closePanel} />
        <div className="flex min-h-0 min-w-0 flex-1 flex-col">
          <QueryView
            what="the week"
            queries={[query]}
            data={displayed}
            skeleton={<BoardSkeleton grid={hasGrid} besides={hasRoomForTray} />}
          >
            {(board) => (
              <div aria-busy={isBusy} className={`flex min-h-0 flex-1 ${isBusy ? 'opacity-60' : ''}`}>
                {showsTray && !isReviewing && (
                  <BehindPanel isBeside={isPanelBeside}>
                    <Tray
                      board={board}
                      filter={filter}
                      onFilter={onFilter}
                      onWeek={onWeek}
                      mayMove={mayWrite && hasRoomForTray}
                      onPick={pick}
                    />
                  </BehindPanel>
                )}
                {showsWeek && board.people.length === 0 && (
                  <div className="flex-1">
                    <Empty title="There is nobody to plan for yet.">
                      Add the club’s people on the People page, then come back.
                    </Empty>
                  </div>
                )}
                {showsWeek && board.people.length > 0 && hasGrid && (
                  <WeekGrid
                    board={board}
                    people={people}
                    isGrouped={search.group === 'role'}
                    today={board.today}
                    actions={actions}
                  />
                )}
                {showsWeek && board.people.length > 0 && !hasGrid && (
                  <Suspense fallback={<BoardSkeleton grid={false} besides={false} />}>
                    <DayList
                      board={board}
                      people={people}
                      day={isBusy ? board.weekOf : dayIn(weekOf, search.day, board.today)}
                      today={board.today}
                      onDay={(day) => set({ day })}
                      actions={actions}
                    />
                  </Suspense>
                )}
                {isPainted && (
                  <Suspense>
                    <Review
                      board={board}
                      isInSight={showsTray}
                      hasBoard={showsWeek}
                      onList={() => set({ view: 'tray' }, false)}
                      onDay={(day) => set({ week: day, day, view: undefined }, false)}
                    />
                  </Suspense>
                )}
              </div>
            )}
          </QueryView>
        </div>
      </div>
      <Suspense>
        {displayed && isPainted && <BoardOnPaper board={displayed} people={people} hasNotes={notes.isRead} />}
      </Suspense>
      <Suspense>
        {displayed && isPainted && (
          <DragBar
            board={displayed}
            onChoose={(held) => {
              cancelDrag();
              if (held.kind === 'event') setDialog({ kind: 'plan', event: held.event });
            }}
          />
        )}
      </Suspense>
      {hasSelection && displayed && (
        <Suspense>
          <BoardBulkBar board={displayed} />
        </Suspense>
      )}
      <Suspense>
        {displayed && dialog && (
          <BoardDialogs
            dialog={dialog}
            board={displayed}
            planner={planner}
            onDialog={setDialog}
            onOpen={actions.open}
          />
        )}
      </Suspense>
    </div>
  );
});

/** The address without its panel, see {@link BoardPanel}. */
const withoutPanel = ({ event: _event, ...search }: BoardSearch): BoardSearch => search;

/**
 * Returns the day that the one-day list shows: the first of `days` in the week, otherwise its
 * Sunday.
 */
function dayIn(weekOf: string, ...days: (string | undefined)[]): string {
  return days.find((day) => day !== undefined && day >= weekOf && day <= addDays(weekOf, 6)) ?? weekOf;
}
