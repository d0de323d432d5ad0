import type { WeekBoard } from '@scheduler/server/router';
import { CalendarX2, TriangleAlert } from 'lucide-react';
import { memo } from 'react';
import { useExternalStore } from '../lib/external-store.ts';
import { formatDay } from '../lib/time.ts';
import { isDueOn } from '../lib/words.ts';
import { NoteMark } from '../notes/note-mark.tsx';
import { turnWords } from '../review/shown.ts';
import { TruncatedText } from '../ui/truncated-text.tsx';
import type { BoardActions } from './board-actions.ts';
import { HeadLink } from './head-link.tsx';

export const DayHead = memo(function DayHead({
  board,
  day,
  today,
  actions,
}: {
  board: WeekBoard;
  day: string;
  today: string;
  actions: BoardActions;
}) {
  const holiday = board.holidays.find((each) => each.day === day);
  const turns = useExternalStore(turnWords, (all) => all.get(day));
  const count = board.schedules.filter((schedule) => schedule.workDate === day).length;
  const facts = [
    holiday?.name ?? (count === 1 ? '1 event' : `${count} events`),
    day < today && 'over',
    turns,
  ];
  return (
    <div className="flex items-start gap-1">
      <div className="min-w-0 flex-1 leading-tight">
        <HeadLink
          href={`/day?day=${day}`}
          onGo={actions.goTo}
          className={day === today ? 'text-accent-text' : ''}
        >
          <span className="font-semibold">{formatDay(day)}</span>
          {day === today && <span className="sr-only">, today</span>}
        </HeadLink>
        <TruncatedText text={facts.filter(Boolean).join(' · ')} className="text-xs text-ink-2" />
      </div>
      <NoteMark subject={{ kind: 'day', storeId: board.store.id, day }} />
      <ClosedDayWork board={board} day={day} onMove={actions.moveDay} />
      <DayCaution board={board} day={day} onShow={actions.showLast} />
    </div>
  );
});

/** Shown on days on which the store is closed and work is planned all the same. */
export function ClosedDayWork({
  board,
  day,
  onMove,
}: {
  board: WeekBoard;
  day: string;
  onMove: BoardActions['moveDay'];
}) {
  const closed = board.holidays.some((each) => each.day === day);
  const count = board.schedules.filter(({ workDate }) => workDate === day).length;
  if (!onMove || !closed || count === 0 || day < board.today) return null;
  const label = `Closed on ${formatDay(day)}, and ${count === 1 ? '1 event is' : `${count} events are`} planned. Find other days`;
  return (
    <button
      type="button"
      aria-label={label}
      title={label}
      onClick={() => onMove(day)}
      className="inline-flex items-center gap-0.5 rounded px-1 py-px text-xs font-medium text-failed hover:bg-failed-soft pointer-coarse:min-h-8 pointer-coarse:px-2"
    >
      <CalendarX2 aria-hidden className="size-3.5" />
      {count}
    </button>
  );
}

/** A warning on days that are the last day of unscheduled work. */
export function DayCaution({
  board,
  day,
  onShow,
}: {
  board: WeekBoard;
  day: string;
  onShow: (day: string) => void;
}) {
  const due = board.tray.filter((event) => isDueOn(event, day)).length;
  if (due === 0) return null;
  const label = `${due} unscheduled ${due === 1 ? 'event has its' : 'events have their'} last day on ${formatDay(day)}. Show ${due === 1 ? 'it' : 'them'}`;
  return (
    <button
      type="button"
      aria-label={label}
      title={label}
      onClick={() => onShow(day)}
      className="inline-flex items-center gap-0.5 rounded px-1 py-px text-xs font-medium text-waiting hover:bg-waiting-soft pointer-coarse:min-h-8 pointer-coarse:px-2"
    >
      <TriangleAlert aria-hidden className="size-3.5" />
      {due}
    </button>
  );
}
