import type { BoardSchedule, DayBoard } from '@scheduler/server/router';
import { hoursOffWords } from '../lib/words.ts';

/** One person of the day with their work by time. */
export interface Lane {
  person: DayBoard['people'][number];
  schedules: readonly BoardSchedule[];
}

/** The people of a day in the order of the board: those with work, those who could, and those who are off. */
export interface Lanes {
  working: readonly Lane[];
  free: readonly Lane[];
  off: readonly Lane[];
}

/** Groups the people of a day. A person who is off and has work is with those who have work. */
export function lanesOf({ people, schedules }: Pick<DayBoard, 'people' | 'schedules'>): Lanes {
  const workOf = Map.groupBy(schedules, ({ employeeId }) => employeeId);
  const lanes = people.map((person) => ({ person, schedules: workOf.get(person.id) ?? [] }));
  const idle = lanes.filter((lane) => lane.schedules.length === 0);
  return {
    working: lanes.filter((lane) => lane.schedules.length > 0),
    free: idle.filter(({ person }) => person.off === null),
    off: idle.filter(({ person }) => person.off !== null),
  };
}

/** `Off until 2 PM: Dentist`, for each time off that is a part of the day. Usual hours are none. */
export const timeOffWords = ({ hoursOff }: Pick<DayBoard['people'][number], 'hoursOff'>): string[] =>
  hoursOff.filter(({ isUsual }) => !isUsual).map(hoursOffWords);
