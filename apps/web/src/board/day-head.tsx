// biome-ignore-all lint/a11y/useSemanticElements: a table's elements take no part in content-visibility, and the rule for roles of tables forbids role=grid
// biome-ignore-all lint/a11y/useFocusableInteractive: in a grid the cells and what is in them take the focus
import type { WeekBoard } from '@scheduler/server/router';
import { TriangleAlert } from 'lucide-react';
import { memo } from 'react';
import { useExternalStore } from '../lib/external-store.ts';
import { formatDay } from '../lib/time.ts';
import { lastDayOf } from '../lib/words.ts';
import { turnWords } from '../review/shown.ts';
import { TruncatedText } from '../ui/truncated-text.tsx';
import type { BoardActions } from './board-actions.ts';

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
  const [weekday, ...date] = formatDay(day).split(' ');
  const holiday = board.holidays.find((each) => each.day === day);
  const turns = useExternalStore(turnWords, (all) => all.get(day));
  const count = board.schedules.filter((schedule) => schedule.workDate === day).length;
  return (
    <div className="flex min-h-9 items-start gap-1">
      <div className="min-w-0 flex-1">
        <div className={day === today ? 'font-semibold text-accent-text' : 'font-medium'}>
          {weekday} {date.join(' ')}
          {day === today && <span className="sr-only">, today</span>}
        </div>
        <TruncatedText
          text={`${holiday?.name ?? (count === 1 ? '1 event' : `${count} events`)}${day < today ? ' · over' : ''}${turns ? ` · ${turns}` : ''}`}
          className="text-xs text-ink-2"
        />
      </div>
      <DayCaution board={board} day={day} onShow={actions.showLast} />
    </div>
  );
});

/** Shown only on days on which unscheduled work could be done for the last time. */
export function DayCaution({
  board,
  day,
  onShow,
}: {
  board: WeekBoard;
  day: string;
  onShow: (day: string) => void;
}) {
  const due = board.tray.filter((event) => lastDayOf(event) === day).length;
  if (due === 0) return null;
  const label = `${due} unscheduled ${due === 1 ? 'event has its' : 'events have their'} last day on ${formatDay(day)}. Show ${due === 1 ? 'it' : 'them'}`;
  return (
    <button
      type="button"
      aria-label={label}
      title={label}
      onClick={() => onShow(day)}
      className="inline-flex items-center gap-0.5 rounded bg-waiting-soft px-1 py-px text-xs font-medium text-waiting hover:brightness-95 pointer-coarse:min-h-8 pointer-coarse:px-2"
    >
      <TriangleAlert aria-hidden className="size-3.5" />
      {due}
    </button>
  );
}
