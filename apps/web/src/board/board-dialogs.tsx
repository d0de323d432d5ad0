import type { BoardEvent, BoardSchedule, WeekBoard } from '@scheduler/server/router';
import type { Dispatch, SetStateAction } from 'react';
import { laterDay } from '../lib/time.ts';
import { PlanDialog, ReasonDialog, TradeDialog } from '../planning/dialogs.ts';
import { seenOf } from '../planning/edit.ts';
import {
  ChooseEventDialog,
  ClosedDayDialog,
  CopyWeekDialog,
  DaysDialog,
  KeysDialog,
  MoveMenu,
} from './dialogs.ts';
import type { OpenDialog } from './open-dialog.ts';
import type { Planner } from './planner.ts';
import { byDueDay } from './tray-groups.ts';

/** The dialogs over the board, and the menu of a card. */
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
          board={board}
          person={person}
          day={day}
          onPick={(event) => onDialog({ kind: 'plan', event, day, employeeId })}
          onOff={() => onDialog({ kind: 'off', employeeId, day })}
          onClose={close}
        />
      );
    }
    case 'plan': {
      const next = nextInTray(board, dialog.event);
      return (
        <PlanDialog
          key={dialog.event.eventId}
          plan={{
            mode: 'schedule',
            event: dialog.event,
            day: dialog.day ?? firstDayIn(dialog.event, board),
            ...(dialog.employeeId && { employeeId: dialog.employeeId }),
          }}
          today={board.today}
          onClose={close}
          // From a cell it was one question about one person's day.
          onNext={next && !dialog.employeeId ? () => onDialog({ kind: 'plan', event: next }) : undefined}
        />
      );
    }
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
            off: ({ employeeId, workDate }) => onDialog({ kind: 'off', employeeId, day: workDate }),
            unschedule: planner.unschedule,
            open: onOpen,
          }}
          // A choice may have opened another dialog meanwhile.
          onClose={() => onDialog((now) => (now === dialog ? undefined : now))}
        />
      );
    case 'off': {
      const { employeeId, day } = dialog;
      const name = board.people.find(({ id }) => id === employeeId)?.name ?? 'Somebody';
      return <DaysDialog employeeId={employeeId} name={name} startsOn={day} onClose={close} />;
    }
    case 'closed':
      return <ClosedDayDialog board={board} day={dialog.day} onClose={close} />;
    case 'copy':
      return <CopyWeekDialog board={board} onClose={close} />;
    case 'keys':
      return <KeysDialog onClose={close} />;
  }
}

/** The unscheduled event that is due after this one. */
function nextInTray({ tray }: WeekBoard, event: BoardEvent): BoardEvent | undefined {
  const others = tray.filter(({ eventId }) => eventId !== event.eventId).sort(byDueDay);
  return others.find((other) => byDueDay(event, other) < 0) ?? others[0];
}

/**
 * The first day of an event's window that is not over, within the week on screen if there is one.
 */
function firstDayIn(event: BoardEvent, board: WeekBoard): string {
  const open = laterDay(event.startsOn, board.today);
  return board.weekOf > open && board.weekOf < event.dueOn ? board.weekOf : open;
}
