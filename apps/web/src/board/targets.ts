import { currentInstant } from '@scheduler/runtime/browser-clock';
import {
  type EventFacts,
  evaluateTrade,
  type Placement,
  type PlannedWork,
  placeOn,
  type Reason,
  timeOf,
  verdictOf,
} from '@scheduler/scheduling';
import type { BoardEvent, BoardSchedule, WeekBoard } from '@scheduler/server/router';
import { formatDay } from '../lib/time.ts';
import { isHistory } from '../planning/is-history.ts';
import { review } from '../review/shown.ts';

/** The dragged item: an event of the tray, or a schedule of the board. */
export type Held = { kind: 'event'; event: BoardEvent } | { kind: 'schedule'; schedule: BoardSchedule };

export const eventOf = (held: Held): BoardEvent => (held.kind === 'event' ? held.event : held.schedule.event);

/** Names a cell of the board: a person's day. */
export const cellKey = (employeeId: number, day: string): string => `${employeeId} ${day}`;

/** The person and the day of {@link cellKey}. */
export function cellOf(key: string): { employeeId: number; day: string } {
  const [employeeId = '', day = ''] = key.split(' ');
  return { employeeId: Number(employeeId), day };
}

/**
 * Evaluates possible drop targets with the data of the board, by the same rules that decide when it
 * is saved.
 */
export interface CellEvaluator {
  cell(key: string): Placement;
  /** Returns the reasons against trading the dragged Core with another one of the board. */
  trade(other: BoardSchedule): Reason[];
  /** Returns the reasons against moving it to the tray. */
  tray(): Reason[];
}

const REPORTED =
  'It was reported as done, so its schedule stays as history. To have it done again, reissue it.';

/** The reason against somebody of another store, whom the server would refuse. */
const guestReason = (name: string): Reason => ({
  code: 'not_schedulable',
  severity: 'hard',
  message: `${name} belongs to another store. Choose somebody of this one.`,
});

/** The reason against a past day. It is not a rule of Crossmark's, but nobody plans a past day. */
const pastDayReason = (day: string): Reason => ({
  code: 'window',
  severity: 'hard',
  message: `${formatDay(day)} is over. Choose today or a later day.`,
});

/** Creates the evaluator for a drag. The work on the board is grouped once for all cells. */
export function evaluateCells(board: WeekBoard, held: Held): CellEvaluator {
  const { store } = board;
  const planned = workFor(board, held);
  const ofPerson = Map.groupBy(planned, (work) => work.employeeId);
  const ofDay = Map.groupBy(planned, (work) => work.workDate);
  const people = new Map(board.people.map((person) => [person.id, person]));
  const holidays = board.holidays.map((holiday) => ({ ...holiday, yearly: false }));
  const schedule = held.kind === 'schedule' ? held.schedule : undefined;
  const event = eventFacts(eventOf(held), schedule !== undefined);
  const time = schedule && timeOf(schedule.startsAt, store.timeZone);
  const placements = new Map<string, Placement>();

  const evaluateCell = (key: string): Placement => {
    const { employeeId, day } = cellOf(key);
    const person = people.get(employeeId);
    if (!person) return { startsAt: '', reasons: [], verdict: 'hard' };
    if (person.isGuest) return { startsAt: '', reasons: [guestReason(person.name)], verdict: 'hard' };
    const placement = placeOn({
      event,
      person,
      day,
      time,
      store,
      planned: ofPerson.get(employeeId) ?? [],
      dayWork: ofDay.get(day) ?? [],
      holidays,
      ...(schedule && { ignoreScheduleIds: [schedule.scheduleId], ...expiryOf(schedule) }),
    });
    if (day >= board.today) return placement;
    return { ...placement, reasons: [pastDayReason(day), ...placement.reasons], verdict: 'hard' };
  };
  return {
    tray: () =>
      isHistory(eventOf(held)) ? [{ code: 'not_schedulable', severity: 'hard', message: REPORTED }] : [],
    cell(key) {
      const placement = placements.get(key) ?? evaluateCell(key);
      placements.set(key, placement);
      return placement;
    },
    trade(other) {
      const [mine, theirs] = [schedule && people.get(schedule.employeeId), people.get(other.employeeId)];
      if (!schedule || !mine || !theirs) return [];
      const guest = [mine, theirs].find(({ isGuest }) => isGuest);
      if (guest) return [guestReason(guest.name)];
      const side = (each: BoardSchedule, person: typeof mine) => ({
        scheduleId: each.scheduleId,
        event: eventFacts(each.event, true),
        person,
        startsAt: each.startsAt,
        endsAt: each.endsAt,
        ...expiryOf(each),
      });
      const { a, b } = evaluateTrade({
        a: side(schedule, mine),
        b: side(other, theirs),
        store,
        planned,
        holidays,
        now: currentInstant(),
      });
      // A trade can't have an override reason, so a rule that needs one forbids it.
      return [...a, ...b].map((reason) =>
        verdictOf([reason]) === 'soft' ? { ...reason, severity: 'hard' } : reason,
      );
    },
  };
}

const expiryOf = ({ windowEndsOn }: BoardSchedule) => (windowEndsOn ? { windowEndsOn } : {});

/** The live work of the board; while a proposed event is dragged, with the plan's other lines. */
function workFor(board: WeekBoard, held: Held): PlannedWork[] {
  const live = plannedWork(board);
  const beside = held.kind === 'event' ? review.get().beside(held.event.eventId) : undefined;
  if (!beside) return live;
  return [...live.filter(({ scheduleId }) => !beside.movedIds.has(scheduleId)), ...beside.work];
}

/** Returns the live work of the board, as input for the rules. */
export function plannedWork(board: Pick<WeekBoard, 'schedules' | 'besides'>): PlannedWork[] {
  return [
    ...board.besides,
    ...board.schedules.map(({ scheduleId, event, employeeId, startsAt, endsAt, workDate }) => ({
      scheduleId,
      employeeId,
      startsAt,
      endsAt,
      workDate,
      eventId: event.eventId,
      type: event.type,
    })),
  ];
}

/** Returns an event, as input for the rules. */
export function eventFacts(event: BoardEvent, live: boolean): EventFacts {
  return { ...event, id: event.eventId, scheduled: live || event.bookedElsewhere !== null };
}

/** Whether dropping on another card offers a trade: two Cores of two people. */
export function mayTrade(held: Held, other: BoardSchedule): boolean {
  return (
    held.kind === 'schedule' &&
    held.schedule.event.type === 'Core' &&
    other.event.type === 'Core' &&
    other.employeeId !== held.schedule.employeeId
  );
}
