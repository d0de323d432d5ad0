import type { DayBoard } from '@scheduler/server/router';
import { formatTime } from '../lib/time.ts';
import { Empty } from '../ui/states.tsx';
import type { DayActions } from './day-actions.ts';
import { DayCard } from './day-card.tsx';

/** The day's work by time, each Core with its noon check. */
export function DayWork({ board, actions }: { board: DayBoard; actions: DayActions }) {
  const { schedules, store } = board;
  const ofEvent = new Map(schedules.map((schedule) => [schedule.event.eventId, schedule]));
  // A check of this day stands with its Core, not by itself.
  const checks = new Set(
    board.noonChecks.filter(({ event }) => ofEvent.has(event.eventId)).map(({ event }) => event.eventId),
  );
  const byTime = Map.groupBy(
    schedules.filter(({ event }) => !checks.has(event.eventId)),
    ({ startsAt }) => startsAt,
  );
  return (
    <section aria-label="Work by time" className="min-w-0 bg-surface p-3">
      {board.holiday && (
        <p className="mb-3 flex items-center gap-2 rounded-md bg-off px-3 py-2 text-sm">
          The store is closed: {board.holiday}.
        </p>
      )}
      {byTime.size === 0 && <Empty title="Nothing is planned on this day." />}
      <ol className="grid gap-4">
        {[...byTime].map(([startsAt, starting]) => (
          <li key={startsAt} className="grid gap-1.5 sm:grid-cols-[5rem_minmax(0,1fr)]">
            <h3 className="text-sm font-semibold sm:pt-2">{formatTime(startsAt, store.timeZone)}</h3>
            <ul className="grid grid-cols-[repeat(auto-fill,minmax(min(19rem,100%),1fr))] gap-2">
              {starting.map((schedule) => (
                <li key={schedule.scheduleId}>
                  <DayCard
                    schedule={schedule}
                    board={board}
                    noon={board.noonChecks.find(({ coreEventId }) => coreEventId === schedule.event.eventId)}
                    check={ofEvent}
                    actions={actions}
                  />
                </li>
              ))}
            </ul>
          </li>
        ))}
      </ol>
    </section>
  );
}
