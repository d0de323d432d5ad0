import { addMinutes, workDateOf } from '@scheduler/scheduling';
import type { BoardEvent, BoardSchedule, WeekBoard } from '@scheduler/server/router';
import type { Assignment, Edit, SeenSchedule } from './edit.ts';
import type { Ref } from './undo.ts';

/**
 * Returns the board as it will be after an edit, so that a dropped card stays where it was dropped.
 */
export function withEdit(board: WeekBoard, edit: Edit): WeekBoard {
  const moved = (seen: SeenSchedule, to: Assignment): WeekBoard => {
    const schedules = board.schedules.map((schedule) =>
      schedule.event.eventId === seen.event.eventId
        ? { ...withAssignment(schedule, to, edit.timeZone), event: asPending(schedule.event) }
        : schedule,
    );
    return { ...board, schedules: schedules.filter(({ workDate }) => board.days.includes(workDate)) };
  };
  switch (edit.kind) {
    case 'schedule': {
      const tray = board.tray.filter((event) => event.eventId !== edit.event.eventId);
      if (tray.length === board.tray.length) return board;
      const blank = {
        ...unsavedRef(edit.event),
        event: asPending(edit.event),
        source: 'board' as const,
        overrideReason: edit.overrideReason ?? null,
        windowEndsOn: null,
        flags: [],
      };
      const schedule = withAssignment(blank, edit.to, edit.timeZone);
      return { ...board, tray, schedules: [...board.schedules, schedule] };
    }
    case 'move':
      return moved(edit.from, edit.to);
    case 'unschedule': {
      const { eventId } = edit.from.event;
      const schedules = board.schedules.filter(({ event }) => event.eventId !== eventId);
      if (schedules.length === board.schedules.length) return board;
      return { ...board, schedules, tray: [...board.tray, asPending(edit.from.event)] };
    }
    case 'trade': {
      const { a, b } = edit;
      const one = moved(a, { ...b, startsAt: a.startsAt });
      return withEdit(one, { ...edit, kind: 'move', from: b, to: { ...a, startsAt: b.startsAt } });
    }
  }
}

/** Returns the id of a schedule that is being saved. No saved schedule has it. */
export const unsavedRef = (event: BoardEvent): Ref => ({ scheduleId: -event.eventId, version: 0 });

const asPending = (event: BoardEvent): BoardEvent => ({
  ...event,
  sync: { state: 'pending', reason: null, nextAttemptAt: null, attemptCount: 0 },
});

function withAssignment<Part extends Pick<BoardSchedule, 'event'>>(
  schedule: Part,
  to: Assignment,
  timeZone: string,
) {
  const { employeeId, startsAt } = to;
  const endsAt = addMinutes(startsAt, schedule.event.durationMinutes);
  return { ...schedule, employeeId, startsAt, endsAt, workDate: workDateOf(startsAt, timeZone) };
}
