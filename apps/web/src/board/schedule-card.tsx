import type { BoardSchedule } from '@scheduler/server/router';
import { ArrowLeftRight, EllipsisVertical, TriangleAlert } from 'lucide-react';
import { memo } from 'react';
import { formatTime, useIsPast } from '../lib/time.ts';
import { PLAIN_CONDITIONS, TYPES, titleOf } from '../lib/words.ts';
import { isHistory } from '../planning/is-history.ts';
import { SyncMark } from '../ui/badges.tsx';
import type { BoardActions } from './board-actions.ts';
import { useCardLook } from './drag-state.ts';

const LOOKS = {
  source: 'opacity-45',
  trade: 'outline-2 outline-accent',
  '': '',
};

/** One schedule on the board. Opens its panel; can be dragged, and moved by its menu. */
export const ScheduleCard = memo(function ScheduleCard({
  schedule,
  timeZone,
  roomy = false,
  actions,
}: {
  schedule: BoardSchedule;
  timeZone: string;
  /**
   * On a phone there is a whole line for it, and it stands in the order of Tab; else in the grid's.
   */
  roomy?: boolean;
  actions: BoardActions;
}) {
  const { event, flags } = schedule;
  const look = useCardLook(schedule);
  const type = TYPES[event.type];
  const warnings = flags.filter((flag) => flag.severity !== 'hint');
  const title = titleOf(event);
  const reported = isHistory(event);
  const menu = reported ? undefined : actions.menu;
  const past = useIsPast(schedule.endsAt);
  return (
    <div
      data-card={schedule.scheduleId}
      className={`group/card relative rounded-md border border-line border-l-4 bg-surface hover:border-line-strong ${LOOKS[look]}`}
      style={{ borderLeftColor: `var(${type.token})` }}
    >
      <button
        type="button"
        data-testid={`schedule-${schedule.scheduleId}`}
        data-event-id={event.eventId}
        data-stop={roomy ? undefined : ''}
        data-held={menu && `schedule ${schedule.scheduleId}`}
        tabIndex={roomy ? undefined : -1}
        onClick={() => actions.open(event.eventId)}
        title={event.name}
        className={`grid w-full grid-cols-[minmax(0,1fr)] gap-0.5 rounded-r-[5px] text-left select-none hover:bg-surface-2 focus-visible:outline-offset-0 ${roomy ? 'py-2 pr-12 pl-3' : 'px-1.5 py-1 pointer-coarse:pr-9'}`}
      >
        <span className="flex items-baseline gap-x-1.5 text-xs">
          <span className="font-semibold whitespace-nowrap">{formatTime(schedule.startsAt, timeZone)}</span>
          <span className="truncate text-ink-2" title={event.type}>
            {type.short}
          </span>
          {warnings.length > 0 && (
            <span
              className="ml-auto shrink-0 self-center text-waiting"
              title={warnings.map((flag) => flag.message).join('\n')}
              data-testid="caution"
            >
              <TriangleAlert aria-hidden className="size-3.5" />
              <span className="sr-only">Caution: {warnings.map((flag) => flag.message).join(' ')}</span>
            </span>
          )}
        </span>
        <span
          className={`leading-tight ${past ? 'text-ink-2' : ''} ${roomy ? 'text-base' : 'line-clamp-2 text-[13px]'}`}
        >
          {title}
        </span>
        {/* One line, whatever the state: what has no room is left out. At its end there is room for the menu. */}
        <span
          className={`flex h-4.5 min-w-0 flex-wrap items-center gap-x-1.5 overflow-hidden ${menu && !roomy ? 'pr-4.5 pointer-coarse:pr-0' : ''}`}
        >
          <SyncMark sync={event.sync} />
          {past && !reported && <span className="text-xs text-ink-2">over</span>}
          {!PLAIN_CONDITIONS.includes(event.condition) && (
            <span className="min-w-0 flex-1 truncate text-xs text-ink-2" title={event.condition}>
              {event.condition}
            </span>
          )}
        </span>
      </button>
      {look === 'trade' && (
        <span className="pointer-events-none absolute inset-0 flex items-center justify-center gap-1 rounded-md bg-accent-soft/90 text-xs font-medium text-accent-text">
          <ArrowLeftRight aria-hidden className="size-3.5" />
          Trade
        </span>
      )}
      {menu && (
        <button
          type="button"
          tabIndex={roomy ? undefined : -1}
          aria-label={`Move ${title} to…`}
          title="Move to…"
          aria-haspopup="menu"
          onClick={(click) => menu(schedule, click.currentTarget)}
          className={`absolute grid place-items-center rounded text-ink-2 hover:bg-surface-3 hover:text-ink ${
            roomy
              ? 'top-1 right-1 size-11'
              : 'right-0 bottom-0 size-6 opacity-0 group-hover/card:opacity-100 focus-visible:opacity-100 pointer-coarse:top-0 pointer-coarse:bottom-auto pointer-coarse:size-9 pointer-coarse:bg-transparent pointer-coarse:opacity-100'
          }`}
        >
          <EllipsisVertical aria-hidden className="size-4" />
        </button>
      )}
    </div>
  );
});
