import type { BoardPerson, BoardSchedule, WeekBoard } from '@scheduler/server/router';
import { Plus, TriangleAlert } from 'lucide-react';
import { formatDay } from '../time.ts';
import { lastDayOf } from '../words.ts';
import { ScheduleCard } from './schedule-card.tsx';

export interface BoardActions {
  /** Opens the panel of an event. */
  open: (eventId: number) => void;
  /** Asks what a person shall do on a day; absent for those who may only look. */
  add: ((employeeId: number, day: string) => void) | undefined;
  /** Shows only the events whose last day this is. */
  showLast: (day: string) => void;
}

/** People by days. */
export function WeekGrid({
  board,
  today,
  actions,
}: {
  board: WeekBoard;
  today: string;
  actions: BoardActions;
}) {
  const cells = byPersonAndDay(board.schedules);
  return (
    <section aria-label="Week board" className="min-h-0 min-w-0 flex-1 overflow-auto bg-surface">
      <table className="w-full min-w-[980px] table-fixed border-separate border-spacing-0 text-sm">
        <caption className="sr-only">
          {board.store.name}, week of {formatDay(board.weekOf)}: people by days
        </caption>
        <colgroup>
          <col style={{ width: 'var(--person-column)' }} />
          {board.days.map((day) => (
            <col key={day} />
          ))}
        </colgroup>
        <thead>
          <tr>
            <th
              scope="col"
              className="sticky top-0 left-0 z-20 border-r border-b border-line bg-surface-2 px-2 py-1.5 text-left text-xs font-medium text-ink-2"
            >
              {board.people.length} people
            </th>
            {board.days.map((day) => (
              <th
                key={day}
                scope="col"
                aria-current={day === today ? 'date' : undefined}
                className={`sticky top-0 z-10 border-r border-b border-line px-2 py-1.5 text-left font-normal ${day === today ? 'bg-accent-soft' : 'bg-surface-2'}`}
              >
                <DayHead board={board} day={day} today={today} actions={actions} />
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {board.people.map((person) => (
            <tr key={person.id}>
              <th
                scope="row"
                className="sticky left-0 z-10 border-r border-b border-line bg-surface px-2 py-1.5 text-left align-top font-normal"
              >
                <PersonHead person={person} days={workDays(cells, person.id, board.days)} />
              </th>
              {board.days.map((day) => {
                const holiday = board.holidays.find((each) => each.day === day);
                const off = person.off.find((each) => each.day === day);
                return (
                  <td
                    key={day}
                    className={`group h-14 border-r border-b border-line p-1 align-top ${holiday || off ? 'bg-off' : day === today ? 'bg-today' : ''}`}
                  >
                    <div className="flex h-full flex-col gap-0.5">
                      {off && !holiday && (
                        <p className="px-1 text-xs text-ink-2 first-letter:uppercase">{off.reason}</p>
                      )}
                      {(cells.get(`${person.id} ${day}`) ?? []).map((schedule) => (
                        <ScheduleCard
                          key={schedule.scheduleId}
                          schedule={schedule}
                          timeZone={board.store.timeZone}
                          onOpen={actions.open}
                        />
                      ))}
                      {actions.add && !holiday && day >= today && (
                        <button
                          type="button"
                          onClick={() => actions.add?.(person.id, day)}
                          aria-label={`Schedule for ${person.name} on ${formatDay(day)}`}
                          className="grid min-h-3 w-full flex-1 place-items-center rounded-md border border-dashed border-transparent text-transparent group-hover:border-line-strong/60 group-hover:text-ink-3 hover:bg-accent-soft hover:text-accent-text! focus-visible:border-accent focus-visible:text-accent-text pointer-coarse:min-h-9 pointer-coarse:text-ink-3"
                        >
                          <Plus aria-hidden className="size-3.5" />
                        </button>
                      )}
                    </div>
                  </td>
                );
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function DayHead({
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
  const count = board.schedules.filter((schedule) => schedule.workDate === day).length;
  return (
    <div className="flex min-h-9 items-start gap-1">
      <div className="min-w-0 flex-1">
        <div className={day === today ? 'font-semibold text-accent-text' : 'font-medium'}>
          {weekday} {date.join(' ')}
          {day === today && <span className="sr-only">, today</span>}
        </div>
        <div className="truncate text-xs text-ink-2">
          {holiday ? holiday.name : count === 1 ? '1 event' : `${count} events`}
        </div>
      </div>
      <DayCaution board={board} day={day} onShow={actions.showLast} />
    </div>
  );
}

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

function PersonHead({ person, days }: { person: BoardPerson; days: number }) {
  return (
    <>
      <div className="leading-tight font-medium">{person.name}</div>
      <div className="text-xs text-ink-2">{person.role}</div>
      {days > 0 && <div className="text-xs text-ink-2">{days === 1 ? '1 day' : `${days} days`}</div>}
      {person.linkState !== 'linked' && (
        <div className="mt-0.5 inline-flex items-center gap-1 text-xs text-waiting">
          <TriangleAlert aria-hidden className="size-3" />
          Not linked
        </div>
      )}
    </>
  );
}

type Cells = Map<string, BoardSchedule[]>;

function byPersonAndDay(schedules: readonly BoardSchedule[]): Cells {
  const cells: Cells = new Map();
  for (const schedule of [...schedules].sort((a, b) => (a.startsAt < b.startsAt ? -1 : 1))) {
    const key = `${schedule.employeeId} ${schedule.workDate}`;
    const cell = cells.get(key);
    if (cell) cell.push(schedule);
    else cells.set(key, [schedule]);
  }
  return cells;
}

function workDays(cells: Cells, employeeId: number, days: readonly string[]): number {
  return days.filter((day) => cells.has(`${employeeId} ${day}`)).length;
}
