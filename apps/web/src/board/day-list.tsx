import type { BoardPerson, WeekBoard } from '@scheduler/server/router';
import { IconButton } from '@scheduler/ui/button';
import { Plus, UserRoundX } from 'lucide-react';
import { formatDay } from '../lib/time.ts';
import { hoursOffWords } from '../lib/words.ts';
import { ProposedCards, useProposedCards } from '../review/shown.ts';
import { Empty } from '../ui/states.tsx';
import { TruncatedText } from '../ui/truncated-text.tsx';
import type { BoardActions } from './board-actions.ts';
import { ClosedDayWork, DayCaution } from './day-head.tsx';
import { ScheduleCard } from './schedule-card.tsx';
import { cellKey } from './targets.ts';

/**
 * One day of the board for narrow screens: a choice of days, people with their work, and then
 * people without work.
 */
export function DayList({
  board,
  people,
  day,
  today,
  onDay,
  actions,
}: {
  board: WeekBoard;
  /** Those of the board who are shown. */
  people: readonly BoardPerson[];
  day: string;
  today: string;
  onDay: (day: string) => void;
  actions: BoardActions;
}) {
  const proposed = useProposedCards();
  const proposedFor = (employeeId: number, day: string) =>
    proposed.get(cellKey(employeeId, day))?.length ?? 0;
  const holiday = board.holidays.find((each) => each.day === day);
  const work = people
    .map((person) => ({
      person,
      off: person.off.find((each) => each.day === day),
      hoursOff: person.hoursOff.filter((each) => each.day === day && !each.isUsual),
      schedules: board.schedules
        .filter((schedule) => schedule.workDate === day && schedule.employeeId === person.id)
        .sort((a, b) => (a.startsAt < b.startsAt ? -1 : 1)),
    }))
    .sort((a, b) => Number(b.schedules.length > 0) - Number(a.schedules.length > 0));
  const isBusy = ({ person, schedules }: (typeof work)[number]) =>
    schedules.length > 0 || proposedFor(person.id, day) > 0;
  const busy = work.filter(isBusy);
  const rest = work.filter((each) => !isBusy(each));
  return (
    <div className="flex-1 bg-surface">
      <nav aria-label="Day" className="sticky top-0 z-10 grid grid-cols-7 border-b border-line bg-surface-2">
        {board.days.map((each) => {
          const [weekday, , number] = formatDay(each).split(' ');
          const count = board.schedules.filter((schedule) => schedule.workDate === each).length;
          const more = board.people.reduce((sum, { id }) => sum + proposedFor(id, each), 0);
          return (
            <button
              key={each}
              type="button"
              aria-pressed={each === day}
              onClick={() => onDay(each)}
              className={`grid min-h-13 place-content-center border-b-2 text-center leading-tight ${each === day ? 'border-accent bg-surface font-semibold' : 'border-transparent'} ${each === today ? 'text-accent-text' : ''}`}
            >
              <span className="text-xs">{weekday}</span>
              <span>{number}</span>
              <span className="text-xs text-ink-2">
                {count}
                {more > 0 && <span className="text-accent-text">+{more}</span>}
                <span className="sr-only">
                  {' '}
                  {count === 1 && more === 0 ? 'event' : 'events'}
                  {each === today && ', today'}
                </span>
              </span>
            </button>
          );
        })}
      </nav>
      <section aria-label={formatDay(day)} className="grid gap-4 p-3">
        <div className="flex items-center gap-2">
          <h2 className="font-semibold">{formatDay(day)}</h2>
          {holiday && <span className="text-sm text-ink-2">{holiday.name}</span>}
          <span className="ml-auto">
            <ClosedDayWork board={board} day={day} onMove={actions.moveDay} />
            <DayCaution board={board} day={day} onShow={actions.showLast} />
          </span>
        </div>
        {busy.length === 0 && (
          <Empty
            title={day < today ? 'Nothing was planned on this day.' : 'Nothing is planned on this day.'}
          />
        )}
        {busy.map(({ person, schedules, hoursOff }) => (
          <div key={person.id} className="grid gap-1.5">
            <div className="flex items-center gap-2">
              <h3 title={person.name} className="min-w-0 flex-1 truncate font-medium">
                {person.name} <span className="text-xs font-normal text-ink-2">{person.role}</span>
              </h3>
              {actions.off && person.mayOpen && day >= today && (
                <IconButton
                  label={`${person.name} is off…`}
                  className="size-10!"
                  onClick={() => actions.off?.(person.id, day)}
                >
                  <UserRoundX aria-hidden className="size-4" />
                </IconButton>
              )}
              {actions.add && !person.isGuest && !holiday && day >= today && (
                <AddFor name={person.name} day={day} onAdd={() => actions.add?.(person.id, day)} />
              )}
            </div>
            {hoursOff.map((part) => (
              <p key={part.fromTime} className="hatched rounded-sm px-2 py-1 text-xs text-ink-2">
                {hoursOffWords(part)}
              </p>
            ))}
            {schedules.map((schedule) => (
              <ScheduleCard
                key={schedule.scheduleId}
                schedule={schedule}
                timeZone={board.store.timeZone}
                roomy
                actions={actions}
              />
            ))}
            <ProposedCards cell={cellKey(person.id, day)} />
          </div>
        ))}
        <div className="grid gap-1.5">
          <h3 className="text-xs font-medium text-ink-2">
            {day < today ? 'Nothing planned' : 'Nothing planned yet'}
          </h3>
          <ul className="divide-y divide-line rounded-md border border-line">
            {rest.map(({ person, off, hoursOff }) => (
              <li key={person.id} className={`flex min-h-11 items-center gap-2 px-3 ${off ? 'bg-off' : ''}`}>
                <span className="min-w-0 flex-1">
                  <TruncatedText text={person.name} className="text-sm" />
                  <TruncatedText
                    text={
                      [off?.reason, ...hoursOff.map(hoursOffWords)].filter(Boolean).join(', ') || person.role
                    }
                    className="text-xs text-ink-2 first-letter:uppercase"
                  />
                </span>
                {actions.add && !person.isGuest && !holiday && day >= today && (
                  <AddFor name={person.name} day={day} onAdd={() => actions.add?.(person.id, day)} />
                )}
              </li>
            ))}
          </ul>
        </div>
      </section>
    </div>
  );
}

function AddFor({ name, day, onAdd }: { name: string; day: string; onAdd: () => void }) {
  return (
    <button
      type="button"
      onClick={onAdd}
      className="inline-flex h-10 shrink-0 items-center justify-center gap-1 rounded-md px-3 text-sm text-accent-text hover:bg-accent-soft"
    >
      <Plus aria-hidden className="size-4" />
      Schedule
      <span className="sr-only">
        for {name} on {formatDay(day)}
      </span>
    </button>
  );
}
