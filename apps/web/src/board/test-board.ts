import { addDays, addMinutes, type EventType, instantAt, type Role, usualRules } from '@scheduler/scheduling';
import type { BoardEvent, BoardPerson, BoardSchedule, BoardStore, WeekBoard } from '@scheduler/server/router';

/*
 * For tests: a week of a store, long after today, so that no rule about what is over applies.
 */

const TIME_ZONE = 'America/Indiana/Indianapolis';
/** A Sunday. */
const WEEK_OF = '2099-03-01';

/** The day of the week's number, 0 for Sunday. */
export const testDay = (index: number): string => addDays(WEEK_OF, index);

/** An instant of a day of the week, at a time such as `10:45` on the store's clocks. */
export const testInstant = (index: number, time: string): string =>
  instantAt(testDay(index), time, TIME_ZONE);

export function testEvent(
  eventId: number,
  type: EventType = 'Core',
  part: Partial<BoardEvent> = {},
): BoardEvent {
  return {
    eventId,
    name: `${610_000 + eventId}-Testwell-Biscuit ${eventId} (123456789012)  - V2-CORE`,
    eventNumber: String(610_000 + eventId),
    type,
    startsOn: WEEK_OF,
    dueOn: addDays(WEEK_OF, 7),
    durationMinutes: type === 'Core' ? 390 : 60,
    condition: 'Unstaffed',
    mplanId: String(900_000 + eventId),
    sync: { state: 'synced', reason: null, nextAttemptAt: null, attemptCount: 0 },
    neverPlan: false,
    bookedElsewhere: null,
    ...part,
  };
}

export function testPerson(id: number, role: Role, part: Partial<BoardPerson> = {}): BoardPerson {
  return {
    id,
    name: `Person ${id}`,
    role,
    repId: String(201_000 + id),
    terminatedOn: null,
    pattern: null,
    ranges: [],
    dates: [],
    timeOff: [],
    isGuest: false,
    mayOpen: true,
    linkState: 'linked',
    off: [],
    hoursOff: [],
    ...part,
  };
}

/** A live schedule, whose id is its event's times ten. */
export function testSchedule(
  event: BoardEvent,
  employeeId: number,
  startsAt: string,
  day: string,
): BoardSchedule {
  return {
    scheduleId: event.eventId * 10,
    version: 1,
    event: { ...event, condition: 'Scheduled' },
    employeeId,
    startsAt,
    endsAt: addMinutes(startsAt, event.durationMinutes),
    workDate: day,
    source: 'board',
    overrideReason: null,
    windowEndsOn: null,
    flags: [],
  };
}

export function testBoard(part: Partial<WeekBoard> = {}): WeekBoard {
  return {
    store: { id: 1, name: 'Test Club', number: '1', ...usualRules(TIME_ZONE) } as BoardStore,
    weekOf: WEEK_OF,
    days: Array.from({ length: 7 }, (_, index) => testDay(index)),
    today: WEEK_OF,
    holidays: [],
    people: [],
    schedules: [],
    besides: [],
    tray: [],
    openElsewhere: { earlier: 0, later: 0, next: 0 },
    ...part,
  };
}
