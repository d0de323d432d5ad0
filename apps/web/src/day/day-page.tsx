import { CLOSED_CONDITIONS } from '@scheduler/scheduling';
import type { BoardEvent, BoardSchedule, DayBoard } from '@scheduler/server/router';
import { Button, buttonClass, IconButton } from '@scheduler/ui/button';
import { keepPreviousData } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { ChevronLeft, ChevronRight, Printer, Users } from 'lucide-react';
import { Suspense, useEffect, useState } from 'react';
import { trpc } from '../lib/api.ts';
import { whenIdle } from '../lib/idle.ts';
import { lazyComponent } from '../lib/load.ts';
import { addDays, formatDay, useToday } from '../lib/time.ts';
import { EventPanel, PlanDialog, TradeDialog } from '../planning/dialogs.ts';
import { seenOf } from '../planning/edit.ts';
import { useEdits } from '../planning/edits.ts';
import { StoreName } from '../shell/store-name.tsx';
import { useMayWrite } from '../shell/use-session.ts';
import { useStore } from '../shell/use-store.ts';
import { useTitle } from '../shell/use-title.ts';
import { DateInput } from '../ui/date-field.tsx';
import { QueryView, SkeletonRows } from '../ui/states.tsx';
import type { DayActions } from './day-actions.ts';
import { DayChecks } from './day-checks.tsx';
import { DueWork, PeopleOff, SlotCoverage } from './day-sides.tsx';
import { DayTurns } from './day-turns.tsx';
import { DayWork } from './day-work.tsx';

const reassignDialog = () => import('./reassign-dialog.tsx');
const ReassignDialog = lazyComponent(reassignDialog, 'ReassignDialog');

const route = getRouteApi('/app/day');

type DayDialog =
  | { kind: 'schedule'; event: BoardEvent }
  | { kind: 'move' | 'person' | 'trade'; schedule: BoardSchedule }
  | { kind: 'reassign' };

/**
 * One day of a store: whether all is as it should be, who does what by time, and which slots are
 * open.
 */
export function DayPage() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const mayWrite = useMayWrite();
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
  useEffect(() => {
    if (loaded) whenIdle(() => Promise.all([reassignDialog(), import('../planning/event-panel.tsx')]));
  }, [loaded]);

  const go = (to?: string) =>
    void navigate({ search: ({ store }) => ({ ...(store && { store }), ...(to && { day: to }) }) });
  const open = (eventId: number) => void navigate({ search: (before) => ({ ...before, event: eventId }) });
  const actions = useActions(board, mayWrite, setDialog, open);

  return (
    <div className="flex min-h-0 flex-1 flex-col">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-2 border-b border-line bg-surface px-3 py-2">
        <h1 className="sr-only">Day</h1>
        <div className="flex items-center gap-1">
          <IconButton label="Previous day" onClick={() => go(addDays(day, -1))}>
            <ChevronLeft aria-hidden className="size-5" />
          </IconButton>
          <Button
            onClick={() => go()}
            aria-pressed={day === today}
            className={day === today ? 'border-accent! text-accent-text!' : ''}
          >
            Today
          </Button>
          <IconButton label="Next day" onClick={() => go(addDays(day, 1))}>
            <ChevronRight aria-hidden className="size-5" />
          </IconButton>
        </div>
        <h2 aria-live="polite" className="text-base font-semibold whitespace-nowrap">
          {formatDay(day)}, {day.slice(0, 4)}
          {day < today && <span className="text-ink-2"> · over</span>}
        </h2>
        <DateInput
          aria-label="Go to day"
          required
          value={day}
          onChange={go}
          className="hidden h-8 rounded-md border border-line-strong bg-surface px-2 text-sm sm:block pointer-coarse:h-10 aria-invalid:border-failed"
        />
        <StoreName onChange={(store) => void navigate({ search: (before) => ({ ...before, store }) })} />
        <div className="ml-auto flex items-center gap-2">
          {mayWrite && (
            <Button onClick={() => setDialog({ kind: 'reassign' })} disabled={!board}>
              <Users aria-hidden className="size-4" />
              Reassign
            </Button>
          )}
          <Link
            to="/day/print"
            search={{ day, ...(search.store && { store: search.store }) }}
            className={buttonClass('plain')}
          >
            <Printer aria-hidden className="size-4" />
            <span className="sr-only sm:not-sr-only">Daily sheet</span>
          </Link>
        </div>
      </div>
      <QueryView what="the day" queries={[query]} data={board} skeleton={<DaySkeleton />}>
        {(board) => (
          <div
            aria-busy={query.isPlaceholderData}
            className={`grid min-h-0 flex-1 content-start overflow-y-auto transition-opacity min-[1100px]:grid-cols-[19rem_minmax(0,1fr)_18rem] min-[1100px]:content-stretch ${query.isPlaceholderData ? 'opacity-60' : ''}`}
          >
            <div className="grid content-start gap-5 border-line bg-surface-2 p-3 max-[1099px]:border-b min-[1100px]:border-r">
              <DayTurns storeId={board.store.id} day={board.day} />
              <DayChecks board={board} actions={actions} />
              <DueWork board={board} actions={actions} />
            </div>
            <DayWork board={board} actions={actions} />
            <div className="grid content-start gap-5 border-line bg-surface-2 p-3 max-[1099px]:border-t min-[1100px]:border-l">
              <SlotCoverage board={board} />
              <PeopleOff board={board} />
            </div>
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
  };
}

function DayDialogs({ dialog, board, onClose }: { dialog: DayDialog; board: DayBoard; onClose: () => void }) {
  const { store, today, day } = board;
  switch (dialog.kind) {
    case 'reassign':
      return <ReassignDialog board={board} onClose={onClose} />;
    case 'schedule':
      return (
        <PlanDialog plan={{ mode: 'schedule', event: dialog.event, day }} today={today} onClose={onClose} />
      );
    default: {
      const { event, workDate } = dialog.schedule;
      const current = { ...seenOf(dialog.schedule, board), workDate };
      return dialog.kind === 'trade' ? (
        <TradeDialog
          event={event}
          current={current}
          storeId={store.id}
          timeZone={store.timeZone}
          onClose={onClose}
        />
      ) : (
        <PlanDialog plan={{ mode: dialog.kind, event, current }} today={today} onClose={onClose} />
      );
    }
  }
}

/** The day's shape before the day. */
function DaySkeleton() {
  return (
    <div className="grid min-[1100px]:grid-cols-[19rem_minmax(0,1fr)_18rem]">
      <SkeletonRows count={9} height="h-7" className="content-start gap-2 bg-surface-2 p-3" />
      <SkeletonRows count={6} height="h-24" className="content-start gap-3 bg-surface p-3" />
      <SkeletonRows count={12} height="h-5" className="content-start gap-2 bg-surface-2 p-3" />
    </div>
  );
}
