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
  asked,
  board,
  planner,
  onAsk,
  onOpen,
}: {
  asked: OpenDialog;
  board: WeekBoard;
  planner: Planner;
  onAsk: Dispatch<SetStateAction<OpenDialog | undefined>>;
  onOpen: (eventId: number) => void;
}) {
  const close = () => onAsk(undefined);
  const currentOf = (schedule: BoardSchedule) => ({ ...schedule, ...seenOf(schedule, board) });
  switch (asked.kind) {
    case 'choose': {
      const { employeeId, day } = asked;
      const person = board.people.find((each) => each.id === employeeId);
      if (!person) return null;
      return (
        <ChooseEventDialog
          store={board.store}
          holidays={board.holidays}
          person={person}
          day={day}
          tray={board.tray}
          onPick={(event) => onAsk({ kind: 'plan', event, day, employeeId })}
          onClose={close}
        />
      );
    }
    case 'plan':
      return (
        <PlanDialog
          plan={{
            mode: 'schedule',
            event: asked.event,
            day: asked.day ?? firstDayIn(asked.event, board),
            ...(asked.employeeId && { employeeId: asked.employeeId }),
          }}
          today={board.today}
          onClose={close}
        />
      );
    case 'change': {
      const { mode, schedule } = asked;
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
          event={asked.schedule.event}
          current={currentOf(asked.schedule)}
          partnerId={asked.partnerId}
          storeId={board.store.id}
          timeZone={board.store.timeZone}
          onClose={close}
        />
      );
    case 'reason':
      return <ReasonDialog edit={asked.edit} reasons={asked.reasons} onClose={close} />;
    case 'menu':
      return (
        <MoveMenu
          schedule={asked.schedule}
          board={board}
          button={asked.button}
          choices={{
            place: (schedule, key) => planner.place({ kind: 'schedule', schedule }, key, true),
            ask: (what, schedule) =>
              onAsk(
                what === 'trade' ? { kind: 'trade', schedule } : { kind: 'change', mode: what, schedule },
              ),
            unschedule: planner.unschedule,
            open: onOpen,
          }}
          // A choice may have asked something by now.
          onClose={() => onAsk((now) => (now === asked ? undefined : now))}
        />
      );
    case 'copy':
      return <CopyWeekDialog board={board} onClose={close} />;
    case 'keys':
      return <KeysDialog onClose={close} />;
  }
}

/** The first day of an event's window that is not over, within the week on screen if there is one. */
function firstDayIn(event: BoardEvent, board: WeekBoard): string {
  const open = laterDay(event.startsOn, board.today);
  return board.weekOf > open && board.weekOf < event.dueOn ? board.weekOf : open;
}
