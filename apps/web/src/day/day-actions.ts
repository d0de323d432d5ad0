import type { BoardEvent, BoardSchedule } from '@scheduler/server/router';

/** What can be done on the day; what is absent is not for those who may only look. */
export interface DayActions {
  /** Opens the panel of an event. */
  open: (eventId: number) => void;
  schedule?: (event: BoardEvent) => void;
  change?: (what: 'move' | 'person' | 'trade', schedule: BoardSchedule) => void;
  unschedule?: (schedule: BoardSchedule) => void;
  mayChange?: (schedule: BoardSchedule) => boolean;
}
