import type { Condition, Instant, WorkDate } from '@scheduler/scheduling';
import type { BookingId, EmployeeNumber, MplanId, RepId, StoreId } from './ids.ts';

/** One row of Crossmark's planning list: an event, and its booking as listed. */
export type PlannedEvent = {
  mplanId: MplanId;
  storeId: StoreId;
  storeName: string;
  name: string;
  startsOn: WorkDate;
  dueOn: WorkDate;
  condition: Condition;
  /** Names as listed; a name need not belong to a known employee. Empty when nobody is booked. */
  staffedReps: string[];
  repId: RepId | null;
  bookingId: BookingId | null;
  /**
   * Converted from the listed wall time in the store's zone. In the hour that repeats in autumn,
   * the first occurrence is used.
   */
  startsAt: Instant | null;
  instructionsUrl: string | null;
};

/** A row that cannot be parsed. It says nothing about its event, which may well exist. */
export type BadRow = { mplanId: string | null; storeId: string | null; reason: string };

/**
 * The events that one page of the list added. `read` counts the distinct events and bad rows so
 * far; `total` is the latest count that Crossmark gave. After the last page, `read` is less than
 * `total` only if Crossmark listed the same events more than once in two passes.
 */
export type EventPage = { rows: PlannedEvent[]; bad: BadRow[]; read: number; total: number };

/** A booking as Crossmark confirmed it. */
export type Booking = {
  bookingId: BookingId;
  repId: RepId;
  startsAt: Instant;
  endsAt: Instant;
  repName: string;
};

/** A person in Crossmark's rep list. */
export type Rep = {
  repId: RepId;
  employeeNumber: EmployeeNumber | null;
  name: string;
  lastName: string | null;
  role: string | null;
  email: string | null;
  phone: string | null;
};

/**
 * The answer of Crossmark's read-back of one event (`getmPlanLocationCondition`).
 *
 * - `known`: the event exists and has this condition; `reps` holds the names of the people booked,
 *   '' when the answer names nobody. Only `known` with `Unstaffed` means that nothing is booked.
 * - `unknownPlan`: the answer describes no such event. It is a refusal (`ok` not 1, or 4xx), or it
 *   is empty (an empty body, an empty object, no condition). Crossmark's real answer for a deleted
 *   plan was never recorded, and a failing host also answers with nothing. `unknownPlan` therefore
 *   supports a list that lacks the plan, and proves nothing alone.
 */
export type LocationCondition =
  | { kind: 'known'; condition: Condition; reps: string }
  | { kind: 'unknownPlan'; reason: string };

/** Returns the IANA zone of a store, or undefined if the store is not known here. */
export type TimeZoneOf = (store: StoreId) => string | undefined;

export type Cancellable = { signal?: AbortSignal | undefined };

type EventKey = { mplanId: MplanId; storeId: StoreId };

export type ListQuery = Cancellable & {
  from: WorkDate;
  to: WorkDate;
  conditions?: readonly Condition[] | undefined;
  pageSize?: number | undefined;
  timeZoneOf: TimeZoneOf;
};

/** An event, and the zone of its store. */
export type FindQuery = Cancellable & EventKey & { timeZone: string };

export type LocationQuery = Cancellable & EventKey;

export type BookingRequest = Cancellable &
  EventKey & { repId: RepId; startsAt: Instant; endsAt: Instant; timeZone: string };

export type RemovalRequest = Cancellable & { bookingId: BookingId };

export type ReissueRequest = Cancellable &
  EventKey & {
    bookingId: BookingId;
    repId: RepId;
    expiresOn: WorkDate;
    includeResponses?: boolean | undefined;
  };

export type RepsQuery = Cancellable & { from?: WorkDate; to?: WorkDate };

export type InstructionsQuery = Cancellable & { events: readonly EventKey[] };

/** A file on Crossmark's own host. */
export type FileQuery = Cancellable & { url: string; maxBytes: number };

/**
 * What Crossmark answered to a request for a file: its bytes, the address to which it redirects, or
 * a status without a file.
 */
export type FileAnswer =
  | { kind: 'file'; bytes: Buffer }
  | { kind: 'tooLarge' }
  | { kind: 'redirect'; location: string }
  | { kind: 'none'; status: number };

export type EventInstructions = { mplanId: MplanId; instructionsUrl: string | null };
