import type { BoardEvent, BoardSchedule, WeekBoard } from '@scheduler/server/router';
import type { Dispatch, SetStateAction } from 'react';
import { laterDay } from '../lib/time.ts';
import { PlanDialog, ReasonDialog, TradeDialog } from '../planning/dialogs.ts';
import { seenOf } from '../planning/edit.ts';
import { ChooseEventDialog, CopyWeekDialog, KeysDialog, MoveMenu } from './dialogs.ts';
import type { OpenDialog } from './open-dialog.ts';
import type { Planner } from './planner.ts';

/** What is asked over the board: dialogs and the menu of a card. */
export function BoardDialogs({
  dialog,
  board,
  planner,
  onDialog,
  onOpen,
}: {
  dialog: OpenDialog;
  board: WeekBoard;
  planner: Planner;
  onDialog: Dispatch<SetStateAction<OpenDialog | undefined>>;
  onOpen: (eventId: number) => void;
}) {
  const close = () => onDialog(undefined);
  const currentOf = (schedule: BoardSchedule) => ({ ...schedule, ...seenOf(schedule, board) });
  switch (dialog.kind) {
    case 'choose': {
      const { employeeId, day } = dialog;
      const person = board.people.find((each) => each.id === employeeId);
      if (!person) return null;
      return (
        <ChooseEventDialog
          store={board.store}
          holidays={board.holidays}
          person={person}
          day={day}
          tray={board.tray}
          onPick={(event) => onDialog({ kind: 'plan', event, day, employeeId })}
          onClose={close}
        />
      );
    }
    case 'plan':
      return (
        <PlanDialog
          plan={{
            mode: 'schedule',
            event: dialog.event,
            day: dialog.day ?? firstDayIn(dialog.event, board),
            ...(dialog.employeeId && { employeeId: dialog.employeeId }),
          }}
          today={board.today}
          onClose={close}
        />
      );
    case 'change': {
      const { mode, schedule } = dialog;
      return (
        <PlanDialog
          plan={{ mode, event: schedule.event, current: currentOf(schedule) }}
          today={board.today}
          onClose={close}
        />
      );
    }
    case 'trade':
      return (
        <TradeDialog
          event={dialog.schedule.event}
          current={currentOf(dialog.schedule)}
          partnerId={dialog.partnerId}
          storeId={board.store.id}
          timeZone={board.store.timeZone}
          onClose={close}
        />
      );
    case 'reason':
      return <ReasonDialog edit={dialog.edit} reasons={dialog.reasons} onClose={close} />;
    case 'menu':
      return (
        <MoveMenu
          schedule={dialog.schedule}
          board={board}
          button={dialog.button}
          choices={{
            place: (schedule, key) => planner.place({ kind: 'schedule', schedule }, key, true),
            ask: (what, schedule) =>
              onDialog(
                what === 'trade' ? { kind: 'trade', schedule } : { kind: 'change', mode: what, schedule },
              ),
            unschedule: planner.unschedule,
            open: onOpen,
          }}
          // A choice may have asked something by now.
          onClose={() => onDialog((now) => (now === dialog ? undefined : now))}
        />
      );
    case 'copy':
      return <CopyWeekDialog board={board} onClose={close} />;
    case 'keys':
      return <KeysDialog onClose={close} />;
  }
}

/**
 * The first day of an event's window that is not over, within the week on screen if there is one.
 */
function firstDayIn(event: BoardEvent, board: WeekBoard): string {
  const open = laterDay(event.startsOn, board.today);
  return board.weekOf > open && board.weekOf < event.dueOn ? board.weekOf : open;
}
