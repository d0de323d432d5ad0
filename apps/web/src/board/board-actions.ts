import type { BoardSchedule } from '@scheduler/server/router';

/** What the cards and cells of the board can ask its page to do. */
export interface BoardActions {
  /** Opens the panel of an event. */
  open: (eventId: number) => void;
  /** Asks what a person shall do on a day; absent for those who may only look. */
  add: ((employeeId: number, day: string) => void) | undefined;
  /**
   * Opens the menu that moves a schedule without dragging, beside its button; absent for those who
   * may only look.
   */
  menu: ((schedule: BoardSchedule, button: HTMLElement) => void) | undefined;
  /** Shows only the events whose last day this is. */
  showLast: (day: string) => void;
}
