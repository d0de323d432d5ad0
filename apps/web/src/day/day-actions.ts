import type { BoardEvent, BoardSchedule, DayBoard } from '@scheduler/server/router';

/** The actions on the day. Actions that change something are undefined for viewers. */
export interface DayActions {
  /** Opens the panel of an event. */
  open: (eventId: number) => void;
  schedule?: (event: BoardEvent) => void;
  change?: (what: 'move' | 'person' | 'trade', schedule: BoardSchedule) => void;
  unschedule?: (schedule: BoardSchedule) => void;
  mayChange?: (schedule: BoardSchedule) => boolean;
  /** Asks about the days on which a person is off, from this day on. Undefined once it is over. */
  off?: (person: DayBoard['people'][number]) => void;
}
