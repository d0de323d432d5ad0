import type { EventType, Instant } from '@scheduler/scheduling';

/** What a calendar file or feed says, see `writeCalendar`. */
export interface Calendar {
  /** What calendar programs call it. */
  name: string;
  /** The zone of a calendar without entries. */
  timeZone: string;
  entries: CalendarEntry[];
}

/** One event in a calendar. */
export interface CalendarEntry {
  /** Stays the same however often the work is moved, unscheduled and scheduled again. */
  uid: string;
  eventName: string;
  type: EventType;
  /** Who does it, in a calendar of several people. */
  person: string | null;
  startsAt: Instant;
  endsAt: Instant;
  /** The store of the work; null if the calendar's maker may not see it. */
  store: { name: string; number: string } | null;
  /** In which the times are given: the store's own, or that of the person's store if there is none. */
  timeZone: string;
  /**
   * `tentative`: the board shows it, and Crossmark doesn't hold it yet; `unsettled`: Crossmark
   * doesn't hold it, and a person has to decide first; `cancelled`: the work ended, or it was given
   * to another person.
   */
  state: 'confirmed' | 'tentative' | 'unsettled' | 'cancelled';
  /** Grows with each change of the event's person or time, also across schedules. */
  sequence: number;
  changedAt: Instant;
  instructionsUrl: string | null;
}

/**
 * The address of a calendar feed, without its token, which was shown only once to the user who made
 * it.
 */
export interface CalendarFeed {
  id: number;
  createdBy: string;
  createdAt: Instant;
  /** When a calendar last read it, to the hour; null if none did. */
  lastReadAt: Instant | null;
}

/** A feed that was just made, with the token of its address. */
export interface NewCalendarFeed {
  feed: CalendarFeed;
  /** The last part of the address, shown once. */
  token: string;
}
