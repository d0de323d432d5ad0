import { expect, it } from 'vitest';
import { ATTENDANCE_STATUSES, ATTENDANCE_WORDS } from './attendance.ts';

it('every way in which a person’s day went has words that fit after “was”', () => {
  expect(ATTENDANCE_STATUSES.map((status) => ATTENDANCE_WORDS[status])).toEqual([
    'on time',
    'excused',
    'late',
    'called in',
    'no call, no show',
  ]);
});
