import type { BoardEvent, BoardSchedule, DayBoard } from '@scheduler/server/router';
import { lazyComponent } from '../lib/load.ts';
import { PlanDialog, TradeDialog } from '../planning/dialogs.ts';
import { seenOf } from '../planning/edit.ts';

const reassignDialog = () => import('./reassign-dialog.tsx');
const ReassignDialog = lazyComponent(reassignDialog, 'ReassignDialog');

const daysDialog = () => import('../people/days-dialog.tsx');
const DaysDialog = lazyComponent(daysDialog, 'DaysDialog');

/** Loads what a click on the day may open. */
export const loadDayDialogs = () =>
  Promise.all([reassignDialog(), daysDialog(), import('../planning/event-panel.tsx')]);

/** The open dialog about the work of a day. */
export type DayDialog =
  | { kind: 'schedule'; event: BoardEvent }
  | { kind: 'move' | 'person' | 'trade'; schedule: BoardSchedule }
  | { kind: 'off'; person: DayBoard['people'][number] }
  | { kind: 'reassign' };

export function DayDialogs({
  dialog,
  board,
  onClose,
}: {
  dialog: DayDialog;
  board: DayBoard;
  onClose: () => void;
}) {
  const { store, today, day } = board;
  switch (dialog.kind) {
    case 'reassign':
      return <ReassignDialog key={`${store.id} ${day}`} board={board} onClose={onClose} />;
    case 'off': {
      const { id, name } = dialog.person;
      return <DaysDialog employeeId={id} name={name} startsOn={day} onClose={onClose} />;
    }
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
