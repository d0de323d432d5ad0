// biome-ignore-all lint/a11y/useSemanticElements: a table's elements take no part in content-visibility, and the rule for roles of tables forbids role=grid
// biome-ignore-all lint/a11y/useFocusableInteractive: in a grid the cells and what is in them take the focus
import type { Verdict } from '@scheduler/scheduling';
import type { BoardPerson, BoardSchedule } from '@scheduler/server/router';
import { Plus } from 'lucide-react';
import { memo } from 'react';
import { formatDay } from '../lib/time.ts';
import { ProposedCards } from '../review/shown.ts';
import { TruncatedText } from '../ui/truncated-text.tsx';
import type { BoardActions } from './board-actions.ts';
import { useCellLook } from './drag-state.ts';
import { ScheduleCard } from './schedule-card.tsx';
import { cellKey } from './targets.ts';

export const BoardCell = memo(function Cell({
  person,
  day,
  schedules,
  closed,
  today,
  timeZone,
  actions,
}: {
  person: BoardPerson;
  day: string;
  schedules: readonly BoardSchedule[];
  /** A holiday: nobody works. */
  closed: boolean;
  today: string;
  timeZone: string;
  actions: BoardActions;
}) {
  const { add } = actions;
  const off = person.off.find((each) => each.day === day);
  const key = cellKey(person.id, day);
  const ground = day === today ? 'bg-today' : '';
  return (
    <div
      role="gridcell"
      tabIndex={-1}
      data-cell={key}
      className={`group relative min-h-14 border-t border-r border-line p-1 focus-visible:-outline-offset-2 ${closed || off ? 'bg-off' : ground}`}
    >
      <div className="flex h-full flex-col gap-0.5">
        {off && !closed && (
          <TruncatedText
            text={off.reason}
            lines={2}
            className="px-1 text-xs text-ink-2 first-letter:uppercase"
          />
        )}
        {schedules.map((schedule) => (
          <ScheduleCard
            key={schedule.event.eventId}
            schedule={schedule}
            timeZone={timeZone}
            actions={actions}
          />
        ))}
        <ProposedCards cell={key} />
        {add && !closed && day >= today && (
          <button
            type="button"
            data-stop
            tabIndex={-1}
            onClick={() => add(person.id, day)}
            aria-label={`Schedule for ${person.name} on ${formatDay(day)}`}
            className="grid min-h-3 w-full flex-1 place-items-center rounded-md border border-dashed border-transparent text-transparent group-hover:border-line-strong/60 group-hover:text-ink-3 hover:bg-accent-soft hover:text-accent-text! focus-visible:border-accent focus-visible:text-accent-text focus-visible:-outline-offset-1 pointer-coarse:min-h-9 pointer-coarse:text-ink-3"
          >
            <Plus aria-hidden className="size-3.5" />
          </button>
        )}
      </div>
      <CellLight cell={key} />
    </div>
  );
});

const LIGHTS: Record<Verdict, string> = {
  free: 'bg-accent/10 outline-accent',
  soft: 'bg-waiting-soft/50 outline-waiting outline-dashed',
  hard: 'bg-ground/60 outline-transparent',
};

/**
 * Over a cell while something is held: lit where it may go, dashed where it needs a reason, dimmed
 * where it can't.
 */
function CellLight({ cell }: { cell: string }) {
  const look = useCellLook(cell);
  if (look === '') return null;
  const [verdict, isAimed] = look.split(' ') as [Verdict, 'aimed'?];
  return (
    <span
      data-verdict={verdict}
      data-aimed={isAimed && ''}
      className={`pointer-events-none absolute inset-0.5 flex items-end justify-center rounded outline-2 ${LIGHTS[verdict]} ${isAimed ? `outline-[3px]! ${verdict === 'hard' ? 'outline-failed!' : ''}` : 'outline-1!'}`}
    >
      {(verdict === 'soft' || (isAimed && verdict === 'hard')) && (
        <span
          className={`mb-0.5 rounded px-1 text-[11px] leading-tight font-medium ${verdict === 'soft' ? 'bg-waiting-soft text-waiting' : 'bg-failed-soft text-failed'}`}
        >
          {verdict === 'soft' ? 'needs a reason' : 'can’t'}
        </span>
      )}
    </span>
  );
}
