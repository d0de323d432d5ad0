/**
 * The fixed lists of terms, each written once. The database's enums, the parsers of requests and
 * the pages are made from these.
 */

/** What kind of in-store work an event is; detected from its name by {@link detectEventType}. */
export const EVENT_TYPES = [
  'Core',
  'Supervisor',
  'Juicer Production',
  'Juicer Survey',
  'Digital Setup',
  'Digital Refresh',
  'Digital Teardown',
  'Freeosk',
  'Other',
] as const;
export type EventType = (typeof EVENT_TYPES)[number];

/**
 * A person's job in the club. A new person is an `Event Specialist` unless something else is
 * chosen.
 */
export const ROLES = [
  'Club Supervisor',
  'Lead Event Specialist',
  'Event Specialist',
  'Juicer Barista',
] as const;
export type Role = (typeof ROLES)[number];

/**
 * How firm it is that only some roles do a type of work. `hard`: nobody else may do it. `soft`:
 * others may, with a reason.
 */
export const ROLE_LIMITS = ['hard', 'soft'] as const;
export type RoleLimit = (typeof ROLE_LIMITS)[number];

/** Who is asked first to do a noon check: a Lead who has a Core that day, or the Club Supervisor. The other comes second. */
export const NOON_CHECK_ORDERS = ['lead_with_core', 'club_supervisor'] as const;
export type NoonCheckOrder = (typeof NOON_CHECK_ORDERS)[number];

/** Crossmark's nine conditions of an event, spelt as on the wire. */
export const CONDITIONS = [
  'Unstaffed',
  'Scheduled',
  'Staffed',
  'Canceled',
  'In Progress',
  'Paused',
  'Reissued',
  'Expired',
  'Submitted',
] as const;
export type Condition = (typeof CONDITIONS)[number];

/** Conditions that take no new booking. Submitted work comes back by reissue only. */
export const CLOSED_CONDITIONS: readonly Condition[] = ['Canceled', 'Expired', 'Submitted'];

/** Long work fills a shift; all other work is short and may be done beside it. */
export const LONG_WORK: readonly EventType[] = ['Core', 'Juicer Production'];

/** A local calendar day of a store, `YYYY-MM-DD`. */
export type WorkDate = string;

/** A point in time as canonical ISO 8601 in UTC with milliseconds, `2026-01-05T15:45:00.000Z`: such strings sort by time. */
export type Instant = string;
