import { CLOSED_CONDITIONS } from '@scheduler/scheduling';
import type { DayBoard } from '@scheduler/server/router';
import { keepPreviousData } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { Suspense, useEffect, useState } from 'react';
import { trpc } from '../lib/api.ts';
import { whenIdle } from '../lib/idle.ts';
import { formatDay, useToday } from '../lib/time.ts';
import { NoteSection } from '../notes/note-section.tsx';
import { useReadNotes } from '../notes/notes-in-view.ts';
import { EventPanel } from '../planning/dialogs.ts';
import { seenOf } from '../planning/edit.ts';
import { useEdits } from '../planning/edits.ts';
import { useUndoKeys } from '../planning/undo-keys.ts';
import { useMayWrite } from '../shell/use-session.ts';
import { useStore } from '../shell/use-store.ts';
import { useTitle } from '../shell/use-title.ts';
import { Empty, QueryView, SkeletonRows } from '../ui/states.tsx';
import { useMedia } from '../ui/use-media.ts';
import type { DayActions } from './day-actions.ts';
import { DayChecks } from './day-checks.tsx';
import { type DayDialog, DayDialogs, loadDayDialogs } from './day-dialogs.tsx';
import { DayHead } from './day-head.tsx';
import { DayList } from './day-list.tsx';
import { DueWork, SlotCoverage } from './day-sides.tsx';
import { DayTurns } from './day-turns.tsx';
import { Timeline } from './timeline.tsx';

const route = getRouteApi('/app/day');

/** The page of one day of a store: its people and their work by time, its checks, and its open slots. */
export function DayPage() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const mayWrite = useMayWrite();
  useUndoKeys(mayWrite);
  const hasTimeline = useMedia('(min-width: 900px)');
  const store = useStore();
  const today = useToday(store?.timeZone);
  const day = search.day ?? today;
  useTitle(`${formatDay(day)}, ${day.slice(0, 4)}`);
  const [dialog, setDialog] = useState<DayDialog>();
  const query = trpc.day.get.useQuery(
    { day, ...(search.store && { storeId: search.store }) },
    { placeholderData: keepPreviousData },
  );
  const board = query.data;
  const loaded = board !== undefined;
  useReadNotes(board && { storeId: board.store.id, from: board.day, to: board.day });
  useEffect(() => {
    if (loaded) whenIdle(loadDayDialogs);
  }, [loaded]);

  const go = (to?: string) =>
    void navigate({ search: ({ store }) => ({ ...(store && { store }), ...(to && { day: to }) }) });
  const open = (eventId: number) => void navigate({ search: (before) => ({ ...before, event: eventId }) });
  const actions = useActions(board, mayWrite, setDialog, open);

  return (
    <div className="flex min-h-0 flex-1 flex-col">
      <DayHead
        day={day}
        today={today}
        storeId={search.store}
        onDay={go}
        onStore={(store) => void navigate({ search: (before) => ({ ...before, store }) })}
        onReassign={mayWrite ? () => setDialog({ kind: 'reassign' }) : undefined}
        isLoaded={loaded}
        packet={board && { storeId: board.store.id, day }}
      />
      <QueryView what="the day" queries={[query]} data={board} skeleton={<DaySkeleton />}>
        {(board) => (
          <div
            aria-busy={query.isPlaceholderData}
            className={`grid min-h-0 flex-1 content-start overflow-y-auto transition-opacity ${BESIDE} ${query.isPlaceholderData ? 'opacity-60' : ''}`}
          >
            <div className="flex min-w-0 flex-col bg-surface min-[1200px]:min-h-0">
              {board.holiday && (
                <p className="border-b border-line bg-off px-3 py-2 text-sm">
                  The store is closed: {board.holiday}.
                </p>
              )}
              {board.schedules.length === 0 && <Empty title="Nothing is planned on this day." />}
              {hasTimeline ? (
                <Timeline board={board} actions={actions} />
              ) : (
                <DayList board={board} actions={actions} />
              )}
            </div>
            <section
              aria-label="Checks and slots"
              // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, also by the keyboard where no check has a button
              tabIndex={0}
              className="grid content-start gap-5 border-line bg-surface-2 p-3 max-[1199px]:border-t min-[1200px]:overflow-y-auto min-[1200px]:border-l focus-visible:-outline-offset-2"
            >
              <NoteSection subject={{ kind: 'day', storeId: board.store.id, day: board.day }} />
              <DayTurns storeId={board.store.id} day={board.day} />
              <DayChecks board={board} actions={actions} />
              <DueWork board={board} actions={actions} />
              <SlotCoverage board={board} />
            </section>
          </div>
        )}
      </QueryView>
      <Suspense>
        {board && dialog && <DayDialogs dialog={dialog} board={board} onClose={() => setDialog(undefined)} />}
        {search.event && (
          <EventPanel
            key={search.event}
            eventId={search.event}
            onClose={() => void navigate({ search: ({ event: _, ...rest }) => rest, replace: true })}
          />
        )}
      </Suspense>
    </div>
  );
}

/** Where there is room, the checks stand beside the work and each of both scrolls alone. */
const BESIDE =
  'min-[1200px]:grid-cols-[minmax(0,1fr)_19rem] min-[1200px]:content-stretch min-[1200px]:overflow-hidden';

function useActions(
  board: DayBoard | undefined,
  mayWrite: boolean,
  onAsk: (dialog: DayDialog) => void,
  open: (eventId: number) => void,
): DayActions {
  const edits = useEdits();
  if (!board || !mayWrite) return { open };
  return {
    open,
    schedule: (event) => onAsk({ kind: 'schedule', event }),
    change: (kind, schedule) => onAsk({ kind, schedule }),
    unschedule: (schedule) =>
      void edits.run({
        kind: 'unschedule',
        timeZone: board.store.timeZone,
        from: seenOf(schedule, board),
        overrideReason: schedule.overrideReason,
      }),
    mayChange: ({ event }) => !CLOSED_CONDITIONS.includes(event.condition),
    ...(board.day >= board.today && { off: (person) => onAsk({ kind: 'off', person }) }),
  };
}

/** The layout of the page while it loads. */
function DaySkeleton() {
  return (
    <div className={`grid flex-1 ${BESIDE}`}>
      <SkeletonRows count={10} height="h-11" className="content-start gap-1 bg-surface p-3" />
      <SkeletonRows count={12} height="h-6" className="content-start gap-2 bg-surface-2 p-3" />
    </div>
  );
}
