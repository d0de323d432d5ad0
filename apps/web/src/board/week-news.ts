import type { WeekBoard } from '@scheduler/server/router';
import { addDays } from '../lib/time.ts';
import { lastDayOf } from '../lib/words.ts';

/** What in a week wants somebody: the events of each kind, in the order of the board and the tray. */
export interface WeekNews {
  kind: 'problem' | 'failed' | 'conflict' | 'due';
  eventIds: number[];
}

/**
 * What a dispatcher looks at first in a week: schedules that break a rule, that Crossmark refused or
 * changed, and open events whose last day is in it. Kinds with nothing are left out.
 */
export function newsOf(board: WeekBoard): WeekNews[] {
  const rows = new Map(board.people.map(({ id }, index) => [id, index]));
  const sorted = board.schedules.toSorted(
    (a, b) =>
      (rows.get(a.employeeId) ?? 0) - (rows.get(b.employeeId) ?? 0) || a.startsAt.localeCompare(b.startsAt),
  );
  const scheduled = (isOne: (schedule: WeekBoard['schedules'][number]) => boolean) =>
    sorted.filter(isOne).map(({ event }) => event.eventId);
  const open = (isOne: (event: WeekBoard['tray'][number]) => boolean) =>
    board.tray.filter(isOne).map(({ eventId }) => eventId);
  const saturday = addDays(board.weekOf, 6);
  const all: WeekNews[] = [
    {
      kind: 'problem',
      eventIds: scheduled(({ flags }) => flags.some(({ severity }) => severity !== 'hint')),
    },
    {
      kind: 'failed',
      eventIds: [
        ...scheduled(({ event }) => event.sync.state === 'failed'),
        ...open((event) => event.sync.state === 'failed'),
      ],
    },
    {
      kind: 'conflict',
      eventIds: [
        ...scheduled(({ event }) => event.sync.state === 'conflict'),
        ...open((event) => event.sync.state === 'conflict'),
      ],
    },
    {
      kind: 'due',
      eventIds: open((event) => event.bookedElsewhere === null && lastDayOf(event) <= saturday),
    },
  ];
  return all.filter(({ eventIds }) => eventIds.length > 0);
}
