import type { WeekBoard } from '@scheduler/server/router';
import { useExternalStore } from '../lib/external-store.ts';
import { formatDay } from '../lib/time.ts';
import { BULK_FIELD, BulkBar } from '../planning/bulk-bar.tsx';
import { seenOf } from '../planning/edit.ts';
import { selection, selectMode } from '../planning/selection.ts';
import { cellElement, focusCardWhenDrawn, stopsIn } from './tab-stop.ts';
import { cellKey, evaluateCells } from './targets.ts';

/** The bar of the events that are selected on the board and in the tray. */
export function BoardBulkBar({ board }: { board: WeekBoard }) {
  const ids = useExternalStore(selection, (all) => all);
  const isInMode = useExternalStore(selectMode, (isOn) => isOn);
  const open = board.tray.filter(({ eventId }) => ids.has(eventId));
  const scheduled = board.schedules.filter(({ event }) => ids.has(event.eventId));
  // What is selected may all be of another week.
  if (open.length + scheduled.length === 0 && !isInMode) return null;
  return (
    <BulkBar
      open={open}
      scheduled={scheduled.map((each) => seenOf(each, board))}
      people={board.people.filter(({ isGuest }) => !isGuest)}
      timeZone={board.store.timeZone}
      dayField={(day, onDay, none) => (
        <select
          aria-label="Day"
          value={day}
          onChange={({ target }) => onDay(target.value)}
          className={BULK_FIELD}
        >
          <option value="">{none}</option>
          {board.days
            .filter((each) => each >= board.today)
            .map((each) => (
              <option key={each} value={each}>
                {formatDay(each)}
              </option>
            ))}
        </select>
      )}
      findStart={(event, employeeId, day) =>
        evaluateCells(board, { kind: 'event', event }).cell(cellKey(employeeId, day)).startsAt
      }
      onFocusBack={(act) => {
        const [first] = scheduled;
        if (act === 'schedule' && open[0]) focusCardWhenDrawn(open[0].eventId);
        if (act === 'move' && first) focusCardWhenDrawn(first.event.eventId);
        // The card disappears, but its cell stays.
        const cell = act === 'unschedule' && first && cellElement(cellKey(first.employeeId, first.workDate));
        if (cell) stopsIn(cell)[0]?.focus();
      }}
    />
  );
}
