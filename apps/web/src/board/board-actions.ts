import type { BoardSchedule } from '@scheduler/server/router';

/** The actions of the page that cards and cells of the board call. */
export interface BoardActions {
  /** Opens the panel of an event. */
  open: (eventId: number) => void;
  /** Goes to another page. */
  goTo: (href: string) => void;
  /** Opens the dialog to schedule a person on a day; undefined for viewers. */
  add: ((employeeId: number, day: string) => void) | undefined;
  /**
   * Opens the menu that moves a schedule without dragging, beside its button; undefined for
   * viewers.
   */
  menu: ((schedule: BoardSchedule, button: HTMLElement) => void) | undefined;
  /** Opens the dialog for days on which a person is off, from a day on; undefined for viewers. */
  off: ((employeeId: number, day?: string) => void) | undefined;
  /** Opens the dialog for the work of a closed day; undefined for viewers. */
  moveDay: ((day: string) => void) | undefined;
  /** Shows only the events whose last day this is. */
  showLast: (day: string) => void;
}
