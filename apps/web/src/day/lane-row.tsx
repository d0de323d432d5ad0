// biome-ignore-all lint/a11y/useSemanticElements: bars are no columns of a table, and the rule for roles of tables forbids role=grid
// biome-ignore-all lint/a11y/useFocusableInteractive: in a grid what is in the cells takes the focus
import type { DayBoard } from '@scheduler/server/router';
import { Link } from '@tanstack/react-router';
import { MarkAttendance } from '../attendance/mark-attendance.tsx';
import { initialsOf, SHORT_ROLES } from '../lib/words.ts';
import { NoteMark } from '../notes/note-mark.tsx';
import { TruncatedText } from '../ui/truncated-text.tsx';
import { Bar } from './bar.tsx';
import type { DayActions } from './day-actions.ts';
import { type Axis, minuteAt, spanOf } from './day-axis.ts';
import { TurnOf } from './day-turns.tsx';
import { placeBars, WORD_MINUTES } from './lane-layout.ts';
import { type Lane, timeOffWords } from './lanes.ts';

export const LANE_COLUMNS = 'grid grid-cols-[var(--lane-head)_minmax(0,1fr)]';

/** One person of the timeline: their head, and their bars, or why there is none. */
export function LaneRow({
  lane: { person, schedules },
  axis,
  board,
  tabStop,
  actions,
}: {
  lane: Lane;
  axis: Axis;
  board: DayBoard;
  /** The stop of the timeline that Tab reaches. */
  tabStop: string | undefined;
  actions: DayActions;
}) {
  const places = placeBars(
    schedules.map(({ startsAt, endsAt }) => ({ from: minuteAt(axis, startsAt), to: minuteAt(axis, endsAt) })),
    axis.minutes,
    WORD_MINUTES,
  );
  const isIdle = schedules.length === 0;
  return (
    <div role="row" data-testid={`lane-${person.id}`} className={`${LANE_COLUMNS} border-b border-line`}>
      <LaneHead person={person} board={board} isIdle={isIdle} tabStop={tabStop} actions={actions} />
      <div
        role="presentation"
        className={`relative grid min-w-0 grid-cols-1 content-center gap-y-0.5 py-1 ${person.off === null ? '' : 'hatched'}`}
      >
        {person.hoursOff.map((hours) => {
          const span = spanOf(axis, { day: board.day, timeZone: board.store.timeZone }, hours);
          return (
            span && (
              <span
                key={`${hours.fromTime} ${hours.untilTime}`}
                aria-hidden
                data-hours-off
                title={hours.reason}
                className="hatched absolute inset-y-0"
                style={{
                  left: `${(span.from / axis.minutes) * 100}%`,
                  width: `${((span.to - span.from) / axis.minutes) * 100}%`,
                }}
              />
            )
          );
        })}
        {isIdle && (
          <div role="gridcell" className="relative z-1 px-2 text-xs text-ink-2">
            {person.off === null ? (
              <span className="text-ink-3">Free</span>
            ) : (
              <span className="rounded bg-surface px-1 first-letter:uppercase">{person.off}</span>
            )}
          </div>
        )}
        {schedules.map((schedule, index) => {
          const place = places[index];
          return (
            place && (
              <Bar
                key={schedule.scheduleId}
                schedule={schedule}
                place={place}
                axis={axis}
                board={board}
                isTabStop={tabStop === `event ${schedule.event.eventId}`}
                actions={actions}
              />
            )
          );
        })}
      </div>
    </div>
  );
}

function LaneHead({
  person,
  board,
  isIdle,
  tabStop,
  actions: { off },
}: {
  person: DayBoard['people'][number];
  board: DayBoard;
  isIdle: boolean;
  tabStop: string | undefined;
  actions: DayActions;
}) {
  const stop = `person ${person.id}`;
  const offStop = `off ${person.id}`;
  return (
    <div
      role="rowheader"
      className={`group/head sticky left-0 z-3 flex min-w-0 items-center gap-2 border-r border-line bg-surface px-2.5 ${isIdle ? 'min-h-8' : 'min-h-11'}`}
    >
      <span
        aria-hidden
        className="grid size-6.5 shrink-0 place-items-center rounded-full bg-surface-2 text-xs font-semibold text-ink-2"
      >
        {initialsOf(person.name)}
      </span>
      <div className={`relative min-w-0 flex-1 leading-tight ${isIdle ? 'flex items-baseline gap-1.5' : ''}`}>
        <Link
          to="/people/$id"
          params={{ id: String(person.id) }}
          data-stop={stop}
          tabIndex={tabStop === stop ? 0 : -1}
          className="block max-w-full min-w-0 shrink-0 rounded-sm hover:underline focus-visible:outline-offset-0"
        >
          <TruncatedText text={person.name} className="font-medium" />
        </Link>
        <span
          title={person.role}
          className={`block min-w-0 truncate text-xs text-ink-2 ${isIdle ? 'max-[1399px]:sr-only' : ''}`}
        >
          {SHORT_ROLES[person.role]}
          <TurnOf storeId={board.store.id} day={board.day} employeeId={person.id} />
        </span>
        {!isIdle && person.off !== null && (
          <TruncatedText text={`Off: ${person.off}`} className="text-xs text-waiting" />
        )}
        {timeOffWords(person).map((words) => (
          <TruncatedText key={words} text={words} className="text-xs text-ink-2" />
        ))}
        {off && person.mayOpen && (
          <button
            type="button"
            data-stop={offStop}
            tabIndex={tabStop === offStop ? 0 : -1}
            aria-label={`${person.name} is off…`}
            title={`${person.name} is off…`}
            onClick={() => off(person)}
            // Over the end of a long name, so that names keep their room.
            className="drawn drawn-off drawn-later absolute -top-1 right-0 grid size-7 place-items-center rounded-sm text-ink-2 group-hover/head:bg-surface hover:bg-surface-2! hover:text-ink focus-visible:bg-surface pointer-coarse:bg-surface"
          />
        )}
      </div>
      <NoteMark subject={{ kind: 'person', employeeId: person.id }} />
      <MarkAttendance
        board={board}
        person={person}
        hasWork={!isIdle}
        stops={{
          key: `mark ${person.id}`,
          isTabStop: tabStop === `mark ${person.id}`,
          isMoreTabStop: tabStop === `mark ${person.id} more`,
        }}
      />
    </div>
  );
}
