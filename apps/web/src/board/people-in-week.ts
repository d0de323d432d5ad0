import { MOST_MINUTES_PER_WEEK } from '@scheduler/scheduling';
import type { BoardPerson, BoardSchedule, WeekBoard } from '@scheduler/server/router';
import type { SearchChange } from '../search-params.ts';
import type { BoardSearch } from './board-search.ts';

/** The minutes of a Core. A person with room for one counts as having room. */
const LONG_MINUTES = 390;

/** What work takes of a person's week: its minutes, and the days on which there is some. */
export function loadOf(work: readonly BoardSchedule[]): { minutes: number; days: number } {
  return {
    minutes: work.reduce((sum, { event }) => sum + event.durationMinutes, 0),
    days: new Set(work.map(({ workDate }) => workDate)).size,
  };
}

/** The days of the week on which a person can work at all. */
function workingDays(
  { off }: BoardPerson,
  { days, holidays }: Pick<WeekBoard, 'days' | 'holidays'>,
): string[] {
  const closed = new Set([...off, ...holidays].map(({ day }) => day));
  return days.filter((day) => !closed.has(day));
}

/** Whether a person has a day left without long work, and the hours for it. A guest gets no more work. */
function hasRoom(person: BoardPerson, board: WeekBoard): boolean {
  if (person.isGuest) return false;
  const work = board.schedules.filter(({ employeeId }) => employeeId === person.id);
  if (loadOf(work).minutes + LONG_MINUTES > MOST_MINUTES_PER_WEEK) return false;
  const long = new Set(
    work.filter(({ event }) => event.durationMinutes >= LONG_MINUTES).map(({ workDate }) => workDate),
  );
  return workingDays(person, board).some((day) => day >= board.today && !long.has(day));
}

/** The people whom a filter of the board leaves on it. */
export function filterPeople(
  board: WeekBoard,
  { role, person, room }: SearchChange<Pick<BoardSearch, 'role' | 'room' | 'person'>>,
): readonly BoardPerson[] {
  if (!role && !person && !room) return board.people;
  return board.people.filter(
    (each) =>
      (!role || each.role === role) && (!person || each.id === person) && (!room || hasRoom(each, board)),
  );
}
