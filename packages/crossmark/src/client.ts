import type { Condition, Instant, WorkDate } from '@scheduler/scheduling';
import type { CallName, FailureKind } from './errors.ts';
import type { BookingId, EmployeeNumber, MplanId, RepId, StoreId } from './ids.ts';
import type { SessionStore } from './session.ts';

/** One row of Crossmark's planning list: an event, and what Crossmark says of its booking. */
export type PlannedEvent = {
  mplanId: MplanId;
  storeId: StoreId;
  storeName: string;
  name: string;
  startsOn: WorkDate;
  dueOn: WorkDate;
  condition: Condition;
  /** Names as listed; they may match nobody known. Empty when nobody is booked. */
  staffedReps: string[];
  repId: RepId | null;
  bookingId: BookingId | null;
  /** From the list's wall time in the store's zone; of an hour that comes twice (autumn) the first is taken. */
  startsAt: Instant | null;
  instructionsUrl: string | null;
};

/** A row that could not be read. It says nothing about its event, least of all that the event is gone. */
export type BadRow = { mplanId: string | null; storeId: string | null; reason: string };

/** What one page of the list added. `read` counts rows so far, `total` is what Crossmark last said there are. */
export type EventPage = { rows: PlannedEvent[]; bad: BadRow[]; read: number; total: number };

/** A booking as Crossmark confirmed it. */
export type Booking = {
  bookingId: BookingId;
  repId: RepId;
  startsAt: Instant;
  endsAt: Instant;
  repName: string;
};

/** A person of Crossmark's rep list. */
export type Rep = {
  repId: RepId;
  employeeNumber: EmployeeNumber | null;
  name: string;
  lastName: string | null;
  role: string | null;
  email: string | null;
  phone: string | null;
};

/** A person Crossmark holds able to do an event in a store. */
export type QualifiedRep = {
  repId: RepId;
  firstName: string;
  lastName: string;
  name: string;
  timeZone: string | null;
};

type Cancellable = { signal?: AbortSignal | undefined };

/** A store's IANA zone by its id, or undefined where the store isn't known here. */
export type TimeZoneOf = (store: StoreId) => string | undefined;

/**
 * Crossmark over HTTP. Every method throws only {@link CrossmarkError}; see there for what each kind means.
 * No call is repeated, except once after the session turned out to be over (which proves that it wasn't applied).
 */
export interface CrossmarkClient {
  /** Signs in now and proves it by a read; concurrent callers share one sign-in. Other calls sign in by themselves. */
  login(): Promise<void>;
  /**
   * Reads the whole list of events whose window touches `from`–`to`, page by page. Ends normally only when every
   * row that Crossmark counts was read from a list that held still; else it throws and the reading is incomplete.
   * A plan and store never comes twice.
   */
  listEvents(
    query: Cancellable & {
      from: WorkDate;
      to: WorkDate;
      conditions?: readonly Condition[] | undefined;
      pageSize?: number | undefined;
      timeZoneOf: TimeZoneOf;
    },
  ): AsyncIterable<EventPage>;
  /** What Crossmark holds for one plan in one store; null when it lists no such event. */
  findEvent(
    query: Cancellable & { mplanId: MplanId; storeId: StoreId; timeZone: string },
  ): Promise<PlannedEvent | null>;
  /** Books a person. Whether an earlier booking of the event is replaced or kept beside it is up to Crossmark. */
  schedule(
    booking: Cancellable & {
      mplanId: MplanId;
      storeId: StoreId;
      repId: RepId;
      startsAt: Instant;
      endsAt: Instant;
      timeZone: string;
    },
  ): Promise<Booking>;
  /** Removes a booking. An id that Crossmark doesn't hold may succeed or be `rejected`, as Crossmark likes. */
  unschedule(query: Cancellable & { bookingId: BookingId }): Promise<void>;
  /** Everybody Crossmark lists as available in the days given (default: from now, seven days). */
  availableReps(query?: Cancellable & { from?: WorkDate; to?: WorkDate }): Promise<Rep[]>;
  /** Who may do this event. Slow at Crossmark: about 8 s. */
  qualifiedReps(query: Cancellable & { mplanId: MplanId; storeId: StoreId }): Promise<QualifiedRep[]>;
  /** Crossmark's own read-back of one event; tells neither time nor booking. Slow: about 8 s. */
  locationCondition(
    query: Cancellable & { mplanId: MplanId; storeId: StoreId },
  ): Promise<{ condition: Condition; reps: string }>;
  /** Opens past or submitted work again for one person (step 1 of a reissue; booking it is step 2, {@link schedule}). */
  reissue(
    query: Cancellable & {
      bookingId: BookingId;
      storeId: StoreId;
      mplanId: MplanId;
      repId: RepId;
      expiresOn: WorkDate;
      includeResponses?: boolean | undefined;
    },
  ): Promise<void>;
  /** Where the instructions of these events are; null where Crossmark names none. */
  instructions(
    query: Cancellable & { events: readonly { mplanId: MplanId; storeId: StoreId }[] },
  ): Promise<{ mplanId: MplanId; instructionsUrl: string | null }[]>;
  /** Closes idle connections. */
  close(): Promise<void>;
}

/** The part of a pino logger that the client writes to. No secret is ever passed to it. */
export type ClientLog = {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
};

export type CrossmarkClientOptions = {
  baseUrl: string;
  userId: string;
  password: string;
  /** Sent at sign-in, and the zone of `availableReps`' default range. */
  timeZone?: string | undefined;
  log?: ClientLog | undefined;
  /** Where the session is kept; by default in this process. */
  session?: SessionStore | undefined;
  /** `connectMs` 5 s; `callMs` 30 s, from the first byte sent to the last received, connecting included. */
  timeouts?: { connectMs?: number | undefined; callMs?: number | undefined } | undefined;
  /** Told of every HTTP call once it is over. */
  onCall?:
    | ((call: { call: CallName; ok: boolean; durationMs: number; failureKind?: FailureKind }) => void)
    | undefined;
};

/** A client for one Crossmark host. Does nothing until its first call. */
export declare function createCrossmarkClient(options: CrossmarkClientOptions): CrossmarkClient;
