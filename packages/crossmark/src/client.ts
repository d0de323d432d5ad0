import { createEventFinder } from './find-events.ts';
import { listEvents } from './list-events.ts';
import type { CrossmarkClientOptions } from './options.ts';
import { availableReps, file, instructions, locationCondition, ping } from './reads.ts';
import { createTransport, DEFAULT_TIME_ZONE } from './transport.ts';
import type {
  Booking,
  BookingRequest,
  Cancellable,
  EventInstructions,
  EventPage,
  FileAnswer,
  FileQuery,
  FindQuery,
  InstructionsQuery,
  ListQuery,
  LocationCondition,
  LocationQuery,
  PlannedEvent,
  ReissueRequest,
  RemovalRequest,
  Rep,
  RepsQuery,
} from './types.ts';
import { reissue, schedule, unschedule } from './writes.ts';

/**
 * Crossmark over HTTP. Every method throws `CrossmarkError`, whose kind says what happened, and
 * passes on what a custom session store throws. Methods sign in when needed; concurrent calls share
 * one sign-in.
 *
 * A write is sent once. If Crossmark answers it as if nobody were signed in, its failure is
 * `unknown` and the next call signs in first. A read with such an answer is repeated once, after a
 * sign-in.
 */
export interface CrossmarkClient {
  /** Crossmark's scheme, host and port. */
  readonly origin: string;
  /** Signs in now and proves it by a read. */
  login(): Promise<void>;
  /**
   * Reads the whole list of events whose window touches `from`–`to`, page by page. Ends normally
   * only if every row that Crossmark counts was read while the list did not change; otherwise
   * throws, and the pages are incomplete.
   *
   * No event is returned twice. A repeated row means that the list changed while it was read, so
   * the list is read again. A list that repeats the same rows in two complete passes in a row is
   * accepted.
   */
  listEvents(query: ListQuery): AsyncIterable<EventPage>;
  /**
   * Reads what Crossmark holds for one plan in one store. Returns null if a complete search for
   * this plan alone lists no such event. Null does not prove that nothing is booked, because
   * Crossmark has given such an answer by mistake. {@link CrossmarkClient.locationCondition} is a
   * second source.
   *
   * Throws `transient` if the answer is about other plans, or if it has an unreadable row that may
   * be the event's.
   */
  findEvent(query: FindQuery): Promise<PlannedEvent | null>;
  /**
   * Books a person. Crossmark decides whether an earlier booking of the event is replaced, kept
   * beside the new one, or edited. An answer with another plan, store, person or time than
   * requested is `unknown`.
   */
  schedule(request: BookingRequest): Promise<Booking>;
  /**
   * Removes a booking. For an id that Crossmark does not hold, Crossmark decides between success
   * and `rejected`.
   */
  unschedule(request: RemovalRequest): Promise<void>;
  /**
   * Reads everybody whom Crossmark lists as available from `from` to `to` (default: now and seven
   * days).
   */
  availableReps(query?: RepsQuery): Promise<Rep[]>;
  /**
   * Reads back the condition of one event, without its time or booking; takes about 8 s at
   * Crossmark. This is the second source if {@link CrossmarkClient.findEvent} returns null. Throws
   * `transient` if the answer is about another event.
   */
  locationCondition(query: LocationQuery): Promise<LocationCondition>;
  /**
   * Reopens past or submitted work for one person. This is step 1 of a reissue; step 2 books the
   * person with {@link CrossmarkClient.schedule}.
   */
  reissue(request: ReissueRequest): Promise<void>;
  /** Reads the addresses of the events' instructions. An address is null if Crossmark has none. */
  instructions(query: InstructionsQuery): Promise<EventInstructions[]>;
  /**
   * Reads a file on Crossmark's own host with the session. Redirects are answered and not followed,
   * because they may lead to another host. Throws `rejected` for an address on another host.
   */
  file(query: FileQuery): Promise<FileAnswer>;
  /**
   * Makes a small read of the list of events, which succeeds if Crossmark works. Throws as every
   * read does.
   */
  ping(query?: Cancellable): Promise<void>;
  /** Closes idle connections. */
  close(): Promise<void>;
}

/** A client for one Crossmark host. Connects to nothing until the first call. */
export function createCrossmarkClient(options: CrossmarkClientOptions): CrossmarkClient {
  const transport = createTransport(options);
  const timeZone = options.timeZone ?? DEFAULT_TIME_ZONE;
  return {
    origin: transport.origin,
    login: transport.signIn,
    listEvents: (query) => listEvents(transport, query),
    findEvent: createEventFinder(transport),
    schedule: (request) => schedule(transport, request),
    unschedule: (request) => unschedule(transport, request),
    availableReps: (query = {}) => availableReps(transport, timeZone, query),
    locationCondition: (query) => locationCondition(transport, query),
    reissue: (request) => reissue(transport, request),
    instructions: (query) => instructions(transport, query),
    file: (query) => file(transport, query),
    ping: (query = {}) => ping(transport, query),
    close: transport.close,
  };
}
