import type { BoardEvent } from '@scheduler/server/router';
import { getRouteApi } from '@tanstack/react-router';
import { Suspense, useCallback, useEffect, useMemo, useState } from 'react';
import { useExternalStore } from '../lib/external-store.ts';
import { addDays, formatWeek } from '../lib/time.ts';
import { EventPanel } from '../planning/dialogs.ts';
import { review } from '../review/shown.ts';
import { parsedSearch, type SearchChange } from '../search-params.ts';
import { useMayWrite } from '../shell/use-session.ts';
import { useTitle } from '../shell/use-title.ts';
import { Empty, QueryView } from '../ui/states.tsx';
import { useMedia } from '../ui/use-media.ts';
import type { BoardActions } from './board-actions.ts';
import { BoardDialogs } from './board-dialogs.tsx';
import type { BoardSearch } from './board-search.ts';
import { BoardSkeleton } from './board-skeleton.tsx';
import { BoardToolbar } from './board-toolbar.tsx';
import { DayList } from './day-list.tsx';
import { loadBoardDialogsSoon, Review } from './dialogs.ts';
import { DragBar } from './drag-bar.tsx';
import { useBoardKeys } from './keys.ts';
import type { OpenDialog } from './open-dialog.ts';
import { usePlanner } from './planner.ts';
import { Tray } from './tray.tsx';
import type { TrayFilter } from './tray-filter.tsx';
import { useDragging } from './use-dragging.ts';
import { useWeek } from './use-week.ts';
import { WeekGrid } from './week-grid.tsx';

const route = getRouteApi('/app/');

/** Home: one week of a store, what is still to be planned beside it. */
export function BoardPage() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const mayWrite = useMayWrite();
  const hasRoomForTray = useMedia('(min-width: 1100px)');
  const hasGrid = useMedia('(min-width: 768px)');
  const [dialog, setDialog] = useState<OpenDialog>();
  const isReviewing = useExternalStore(review, ({ title }) => title !== undefined);

  const set = useCallback(
    (change: SearchChange<BoardSearch>, replace = true) =>
      void navigate({ search: (before) => parsedSearch({ ...before, ...change }), replace }),
    [navigate],
  );

  const { query, weekOf, current, displayed, isBusy } = useWeek(search);
  useTitle(`Week ${formatWeek(weekOf)}`);
  const isLoaded = displayed !== undefined;
  useEffect(() => {
    if (isLoaded) loadBoardDialogsSoon();
  }, [isLoaded]);

  const actions = useMemo<BoardActions>(
    () => ({
      open: (eventId) => set({ event: eventId }, false),
      add: mayWrite ? (employeeId, day) => setDialog({ kind: 'choose', employeeId, day }) : undefined,
      menu: mayWrite ? (schedule, button) => setDialog({ kind: 'menu', schedule, button }) : undefined,
      showLast: (day) => set({ last: day, ...(!hasRoomForTray && { view: 'tray' as const }) }),
    }),
    [set, mayWrite, hasRoomForTray],
  );
  const planner = usePlanner(current, setDialog);
  useBoardKeys({
    ...planner,
    board: current,
    mayWrite,
    trade: (schedule) => setDialog({ kind: 'trade', schedule }),
    help: () => setDialog({ kind: 'keys' }),
  });
  useDragging(current, planner.drop, mayWrite && hasGrid);
  const pick = useCallback(
    (event: BoardEvent) =>
      mayWrite ? setDialog({ kind: 'plan', event }) : set({ event: event.eventId }, false),
    [mayWrite, set],
  );

  const showsTray = hasRoomForTray || search.view === 'tray';
  const showsWeek = hasRoomForTray || search.view !== 'tray';
  const filter: TrayFilter = {
    ...(search.q && { q: search.q }),
    ...(search.type && { type: search.type }),
    ...(search.last && { last: search.last }),
  };
  return (
    <div className="flex min-h-0 flex-1 flex-col">
      <BoardToolbar
        search={search}
        weekOf={weekOf}
        board={displayed}
        hasGrid={hasGrid}
        besides={hasRoomForTray}
        onSearch={set}
        onOpen={setDialog}
      />
      <QueryView
        what="the week"
        queries={[query]}
        data={displayed}
        skeleton={<BoardSkeleton grid={hasGrid} besides={hasRoomForTray} />}
      >
        {(board) => (
          <div
            aria-busy={isBusy}
            className={`flex min-h-0 flex-1 transition-opacity ${isBusy ? 'opacity-60' : ''}`}
          >
            {showsWeek && board.people.length === 0 && (
              <div className="flex-1">
                <Empty title="There is nobody to plan for yet.">
                  Add the club’s people on the People page, then come back.
                </Empty>
              </div>
            )}
            {showsWeek && board.people.length > 0 && hasGrid && (
              <WeekGrid board={board} today={board.today} actions={actions} />
            )}
            {showsWeek && board.people.length > 0 && !hasGrid && (
              <DayList
                board={board}
                day={isBusy ? board.weekOf : dayIn(weekOf, search.day, board.today)}
                today={board.today}
                onDay={(day) => set({ day })}
                actions={actions}
              />
            )}
            {showsTray && !isReviewing && (
              <Tray
                events={board.tray}
                elsewhere={board.openElsewhere}
                today={board.today}
                filter={filter}
                onFilter={(next) => set({ q: next.q, type: next.type, last: next.last })}
                mayMove={mayWrite && hasRoomForTray}
                onPick={pick}
              />
            )}
            <Suspense>
              <Review board={board} isInSight={showsTray} onWeek={(week) => set({ week, day: undefined })} />
            </Suspense>
          </div>
        )}
      </QueryView>
      {displayed && <DragBar board={displayed} />}
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
        {search.event && (
          <EventPanel key={search.event} eventId={search.event} onClose={() => set({ event: undefined })} />
        )}
      </Suspense>
    </div>
  );
}

/**
 * The day of a week that the list of one day shows: the first of these that is in it, else its
 * Sunday.
 */
function dayIn(weekOf: string, ...days: (string | undefined)[]): string {
  return days.find((day) => day !== undefined && day >= weekOf && day <= addDays(weekOf, 6)) ?? weekOf;
}
