/**
 * How a person's day went, the best first: `no_show` is neither come nor called, `excused` is away
 * with the club's consent.
 */
export const ATTENDANCE_STATUSES = ['on_time', 'excused', 'late', 'called_in', 'no_show'] as const;
export type AttendanceStatus = (typeof ATTENDANCE_STATUSES)[number];

/** Each status within a sentence, as in `Ada was late`. */
export const ATTENDANCE_WORDS: Readonly<Record<AttendanceStatus, string>> = {
  on_time: 'on time',
  late: 'late',
  called_in: 'called in',
  no_show: 'no call, no show',
  excused: 'excused',
};
