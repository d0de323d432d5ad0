// biome-ignore-all lint/a11y/useSemanticElements: a table's elements take no part in content-visibility, and the rule for roles of tables forbids role=grid
// biome-ignore-all lint/a11y/useFocusableInteractive: in a grid the cells and what is in them take the focus
import { type Verdict, weekdayOf } from '@scheduler/scheduling';
import type { BoardPerson, BoardSchedule } from '@scheduler/server/router';
import { memo } from 'react';
import { addDays, formatDay } from '../lib/time.ts';
import { hoursOffWords } from '../lib/words.ts';
import { ProposedCards } from '../review/shown.ts';
import type { BoardActions } from './board-actions.ts';
import { useCellLook } from './drag-state.ts';
import { isBriefWork, ScheduleCard } from './schedule-card.tsx';
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
  const off = closed ? undefined : offOn(person, day);
  const hoursOff = closed ? [] : person.hoursOff.filter((part) => part.day === day && !part.isUsual);
  const key = cellKey(person.id, day);
  const isTight = schedules.filter(({ event }) => !isBriefWork(event)).length > 1;
  return (
    <div
      role="gridcell"
      tabIndex={-1}
      data-cell={key}
      className={`group flex focus-within:relative hover:relative has-[>[data-verdict]]:relative min-h-(--board-row) flex-col gap-(--board-gap) border-t border-r border-line p-(--board-inset) focus-visible:-outline-offset-2 ${closed ? 'bg-off' : groundOf(day, today)} ${off ? 'hatched relative' : ''} ${off?.isContinued ? 'border-r-transparent' : ''}`}
    >
      {off && (
        <span
          title={off.reason}
          className={`px-1 text-xs leading-tight text-ink-2 first-letter:uppercase ${off.length > 1 ? 'truncate' : 'line-clamp-2'} ${off.isFirst ? 'relative z-1' : 'sr-only'} ${schedules.length > 0 ? '' : 'absolute inset-y-1 left-1'}`}
          style={schedules.length > 0 ? undefined : { width: `calc(${off.length * 100}% - 0.5rem)` }}
        >
          {off.reason}
        </span>
      )}
      {!off &&
        hoursOff.map((part) => (
          <span
            key={part.fromTime}
            title={hoursOffWords(part)}
            className="hatched relative z-1 truncate rounded-sm px-1 text-xs leading-tight text-ink-2"
          >
            {hoursOffWords(part)}
          </span>
        ))}
      {schedules.map((schedule) => (
        <ScheduleCard
          key={schedule.event.eventId}
          schedule={schedule}
          timeZone={timeZone}
          isTight={isTight}
          actions={actions}
        />
      ))}
      <ProposedCards cell={key} />
      {add && !person.isGuest && !closed && day >= today && (
        <button
          type="button"
          data-stop
          tabIndex={-1}
          onClick={() => add(person.id, day)}
          aria-label={`Schedule for ${person.name} on ${formatDay(day)}`}
          // Over the end of the cell. It is a layer only while it is shown: see schedule-card.tsx.
          className={`drawn drawn-plus drawn-later grid place-items-center rounded-[5px] text-ink-3 hover:bg-accent-soft hover:text-accent-text! focus-visible:bg-accent-soft focus-visible:text-accent-text focus-visible:-outline-offset-1 ${
            schedules.length > 0
              ? '-mt-[calc(1rem+var(--board-gap))] pointer-events-none h-4 w-8 shrink-0 self-center group-focus-within:pointer-events-auto group-hover:pointer-events-auto pointer-coarse:pointer-events-auto group-focus-within:absolute group-focus-within:bottom-0 group-hover:absolute group-hover:bottom-0 group-hover:bg-surface group-hover:shadow-float pointer-coarse:static! pointer-coarse:mt-0 pointer-coarse:h-9 pointer-coarse:w-full'
              : 'min-h-4 grow'
          }`}
        />
      )}
      <CellLight cell={key} />
    </div>
  );
});

/** Returns the background of a day. It differs only for past days, weekends and today. */
function groundOf(day: string, today: string): string {
  if (day === today) return 'bg-today';
  return day < today || [0, 6].includes(weekdayOf(day)) ? 'bg-weekend' : '';
}

/**
 * Returns why a person is off on a day, and the position of the day among consecutive days with the
 * same reason, which is shown once.
 */
function offOn({ off }: BoardPerson, day: string) {
  const index = off.findIndex((each) => each.day === day);
  const reason = off[index]?.reason;
  if (reason === undefined) return undefined;
  const isSame = (at: number) => off[at]?.reason === reason && off[at].day === addDays(day, at - index);
  let length = 1;
  while (isSame(index + length)) length++;
  return { reason, length, isFirst: !isSame(index - 1), isContinued: length > 1 };
}

const LIGHTS: Record<Verdict, string> = {
  free: 'bg-accent/10 outline-accent',
  soft: 'bg-waiting-soft/50 outline-waiting outline-dashed',
  hard: 'bg-ground/60 outline-transparent',
};

/**
 * The overlay of a cell during a drag: lit if the drop is allowed, dashed if it needs a reason,
 * dimmed if it is forbidden.
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
          className={`mb-0.5 rounded px-1 text-xs leading-tight font-medium ${verdict === 'soft' ? 'bg-waiting-soft text-waiting' : 'bg-failed-soft text-failed'}`}
        >
          {verdict === 'soft' ? 'needs a reason' : 'can’t'}
        </span>
      )}
    </span>
  );
}
