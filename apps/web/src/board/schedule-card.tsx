import type { BoardSchedule } from '@scheduler/server/router';
import { TriangleAlert } from 'lucide-react';
import { memo } from 'react';
import { formatTime } from '../time.ts';
import { SyncMark } from '../ui/badges.tsx';
import { TYPES, titleOf } from '../words.ts';

/** Conditions that go without saying on a planned event. */
const PLAIN = ['Scheduled', 'Unstaffed'];

/** One schedule on the board. Opens its panel. */
export const ScheduleCard = memo(function ScheduleCard({
  schedule,
  timeZone,
  roomy = false,
  onOpen,
}: {
  schedule: BoardSchedule;
  timeZone: string;
  /** On a phone there is a whole line for it. */
  roomy?: boolean;
  onOpen: (eventId: number) => void;
}) {
  const { event, flags } = schedule;
  const type = TYPES[event.type];
  const warnings = flags.filter((flag) => flag.severity !== 'hint');
  return (
    <button
      type="button"
      data-testid={`schedule-${schedule.scheduleId}`}
      data-event-id={event.eventId}
      onClick={() => onOpen(event.eventId)}
      title={event.name}
      className={`grid w-full grid-cols-[minmax(0,1fr)] gap-0.5 rounded-md border border-line border-l-4 bg-surface text-left hover:border-line-strong hover:bg-surface-2 ${roomy ? 'px-3 py-2' : 'px-1.5 py-1'}`}
      style={{ borderLeftColor: `var(${type.token})` }}
    >
      <span className="flex flex-wrap items-baseline gap-x-1.5 text-xs">
        <span className="font-semibold whitespace-nowrap">{formatTime(schedule.startsAt, timeZone)}</span>
        <span className="whitespace-nowrap text-ink-2">{type.short}</span>
        {warnings.length > 0 && (
          <span
            className="ml-auto self-center text-waiting"
            title={warnings.map((flag) => flag.message).join('\n')}
            data-testid="caution"
          >
            <TriangleAlert aria-hidden className="size-3.5" />
            <span className="sr-only">Caution: {warnings.map((flag) => flag.message).join(' ')}</span>
          </span>
        )}
      </span>
      <span className={`leading-tight ${roomy ? 'text-base' : 'line-clamp-2 text-[13px]'}`}>
        {titleOf(event)}
      </span>
      <span className="flex min-w-0 flex-wrap items-center gap-x-1.5 gap-y-0.5">
        <SyncMark sync={event.sync} />
        {!PLAIN.includes(event.condition) && <span className="text-xs text-ink-2">{event.condition}</span>}
      </span>
    </button>
  );
});
