import { createHash } from 'node:crypto';
import { createBatcher } from '@scheduler/runtime';
import { currentInstant, currentTimeMs } from '@scheduler/runtime/clock';
import { CONDITIONS, type Condition, type Instant, type WorkDate } from '@scheduler/scheduling';
import {
  isLoginPage,
  isRefusal,
  judgeReissued,
  judgeUnscheduled,
  namesUser,
  parseInstructions,
  parseList,
  parseLocation,
  parseQualified,
  parseReps,
  parseRow,
  parseScheduled,
  readJson,
  refusalMessage,
  saysNo,
  UnexpectedAnswerError,
} from './answers.ts';
import { type CallName, CrossmarkError, type FailureKind } from './errors.ts';
import type { CallGuard, CallOutcome } from './guard.ts';
import { createHttp, type HttpAnswer, NoAnswerError } from './http.ts';
import {
  type BookingId,
  bookingId,
  type EmployeeNumber,
  type MplanId,
  mplanId,
  type RepId,
  repId,
  type StoreId,
  storeId,
} from './ids.ts';
import { createPacer, type Limits } from './pacing.ts';
import { memorySession, type Session, type SessionStore } from './session.ts';
import { checkedDay, repRange, toLocalOffset, wholeSecond } from './time.ts';

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

/**
 * What one page of the list added. `read` counts distinct events (and bad rows) so far, `total` is what Crossmark last said
 * there are. In the end `read` is less than `total` only where Crossmark lists events more than once, two readings alike.
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

/**
 * What Crossmark's read-back of one event says (`getmPlanLocationCondition`).
 *
 * - `known`: there is such an event, in this condition; `reps` are the names of who is booked, '' where it names nobody. Only
 *   `known` and `Unstaffed` says that nothing is booked.
 * - `unknownPlan`: the answer tells of no such event: a refusal (`ok` not 1, or 4xx), or nothing at all (an empty body, an
 *   empty object, no condition). What Crossmark answers for a plan that is gone was never recorded, and a host in trouble
 *   answers with nothing as well. So this agrees with a list that lacks the plan, and proves nothing by itself.
 */
export type LocationCondition =
  | { kind: 'known'; condition: Condition; reps: string }
  | { kind: 'unknownPlan'; reason: string };

type Cancellable = { signal?: AbortSignal | undefined };

/** A store's IANA zone by its id, or undefined where the store isn't known here. */
export type TimeZoneOf = (store: StoreId) => string | undefined;

/**
 * Crossmark over HTTP. Every method throws {@link CrossmarkError}, whose kind says what happened, and passes on
 * what a given {@link SessionStore} throws.
 * A write is sent once: where it is answered as if nobody were signed in, it is `unknown` and its session is dropped, so that
 * the next call signs in first. A read so answered is made once more after a sign-in. Whoever finds the session over, one
 * sign-in serves all.
 */
export interface CrossmarkClient {
  /** Signs in now and proves it by a read; concurrent callers share one sign-in. Other calls sign in by themselves. */
  login(): Promise<void>;
  /**
   * Reads the whole list of events whose window touches `from`–`to`, page by page. Ends normally only when every
   * row that Crossmark counts was read from a list that held still; else it throws and the reading is incomplete.
   * A plan and store never comes twice. A list that holds one twice has moved, and is read again; one that holds the same ones
   * twice in two whole readings in a row is taken as it is.
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
  /**
   * What Crossmark holds for one plan in one store. Null where the search, complete by its own count and asked for this plan
   * alone, lists no such event. That is no proof that nothing is booked: such an answer has come by mistake, and a booking
   * may be there all the same. {@link CrossmarkClient.locationCondition} tells more. Throws `transient` where the answer is
   * about other plans, or holds a row that may be the one looked for and can't be read.
   */
  findEvent(
    query: Cancellable & { mplanId: MplanId; storeId: StoreId; timeZone: string },
  ): Promise<PlannedEvent | null>;
  /**
   * Books a person. Whether an earlier booking of the event is replaced, kept beside it or edited is up to Crossmark. An
   * answer that names another plan, store, person or time than asked for is `unknown`.
   */
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
  /**
   * Crossmark's own read-back of one event; tells neither time nor booking. Slow: about 8 s. This is the second witness
   * where {@link CrossmarkClient.findEvent} says null. Throws `transient` where the answer is about another event.
   */
  locationCondition(query: Cancellable & { mplanId: MplanId; storeId: StoreId }): Promise<LocationCondition>;
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
  /** A small read of the list of events: resolves where Crossmark works, throws as every read does where it doesn't. */
  ping(query?: Cancellable): Promise<void>;
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
  /** What every call says it comes from (`User-Agent`), in visible ASCII. */
  userAgent?: string | undefined;
  /** Sent at sign-in, and the zone of `availableReps`' default range. */
  timeZone?: string | undefined;
  log?: ClientLog | undefined;
  /** Where the session is kept; by default in this process. */
  session?: SessionStore | undefined;
  /** `connectMs` 5 s; `callMs` 30 s, from the first byte sent to the last received, connecting included. */
  timeouts?: { connectMs?: number | undefined; callMs?: number | undefined } | undefined;
  /** What this client takes of Crossmark at most, sign-ins included; by default as much as it is asked for. */
  limits?: Limits | undefined;
  /** Asked before every HTTP call, sign-ins included. A call that it holds back is not begun. */
  guard?: CallGuard | undefined;
  /** Told of every HTTP call once it is over. */
  onCall?:
    | ((call: { call: CallName; ok: boolean; durationMs: number; failureKind?: FailureKind }) => void)
    | undefined;
};

/** What calls come from, where nothing else is set. */
export const DEFAULT_USER_AGENT = 'CrossmarkScheduler';
const CONNECT_MS = 5_000;
const CALL_MS = 30_000;
/** Rows asked for at once. The older client asked once for 5,000 and never for the rest. */
const PAGE_SIZE = 1_000;
/** Readings of a list that doesn't hold still before giving up on it. */
const MAX_READINGS = 4;
/** Crossmark's own page size for qualified reps, as recorded. */
const QUALIFIED_PAGE = 100;
/** One plan runs in few stores; Crossmark's search knows the plan but not the store. */
const PLAN_PAGE = 100;
/** Plans looked for by one call: their ids, each in the address twice, make some 1,000 characters of it. */
const MOST_SOUGHT = 25;
/**
 * How long a search under way is waited for by those who look for something else: so long that jobs which begin together are
 * searched for together, and so short that nobody notices beside a search's own 0.14 to 0.3 s.
 */
const PATIENCE_MS = 10;
/** The zone of the one tenant in use so far, sent at sign-in. */
const DEFAULT_TIME_ZONE = 'America/Indiana/Indianapolis';

const UNLIMITED: Limits = { concurrency: Number.POSITIVE_INFINITY, perSecond: Number.POSITIVE_INFINITY };

/** A call as it will be sent, and how a 2xx answer to it is read. */
type Call<T> = {
  name: CallName;
  path: string;
  /** The body, and with it POST; without one the call is a GET. Forms keep Crossmark's order of fields. */
  form?: Record<string, string> | undefined;
  json?: object;
  multipart?: Record<string, string>;
  query?: Record<string, string | number>;
  headers?: Record<string, string>;
  /** A write whose answer is lost may have been applied. */
  write?: boolean;
  signal?: AbortSignal | undefined;
  /** Throws {@link UnexpectedAnswerError} for what it can't trust and {@link Refusal} for a no. */
  read: (json: unknown, answer: HttpAnswer) => T;
};

/** Crossmark's no, at 2xx. */
class Refusal extends Error {}

/** An answer that is well-formed and belongs to another question; the message is a sentence that says so. */
class OtherAnswer extends Error {}

/** Whether an answer tells something, and something else than what was asked for. */
const differs = (told: string | null, asked: string) => told !== null && told !== asked;

/** An answer that says that nobody is signed in. Of a write that proves nothing: it may take the place of a good answer. */
class SignedOut {
  readonly status: number;

  constructor(status: number) {
    this.status = status;
  }
}

/** Whether an answer is one of the three looks of a session that is over. */
function looksExpired(call: CallName, { status, headers, body }: HttpAnswer): boolean {
  if (status === 401 || status === 403) return true;
  // Whether a sign-in worked is proven by the read after it, not by the page it shows.
  if (call === 'authenticate') return false;
  if (status >= 300 && status < 400) return /login/i.test(String(headers.location ?? ''));
  return status < 300 && isLoginPage(body);
}

/** The cookies an answer sets, each name once (PHP may set its session twice: the last one counts). */
function cookiesOf({ headers }: HttpAnswer): string {
  const cookies = new Map<string, string>();
  for (const line of [headers['set-cookie'] ?? []].flat()) {
    const [, name, value] = /^\s*([^=;\s]+)=([^;]*)/.exec(line) ?? [];
    if (!name) continue;
    if (value && value !== 'deleted') cookies.set(name, value);
    else cookies.delete(name);
  }
  return [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
}

/** Nobody is left alone for longer, whatever they ask for. */
const LONGEST_RETRY_AFTER_MS = 24 * 3_600_000;

/** An HTTP date in epoch milliseconds; undefined for anything else. */
function httpDateMs(header: string | string[] | undefined): number | undefined {
  const at = /^[a-z]{3,9},? /i.test(String(header)) ? Date.parse(String(header)) : Number.NaN;
  return Number.isNaN(at) ? undefined : at;
}

/**
 * `Retry-After`, in seconds or as a date, as milliseconds from the answer. A date is read against the answer's own `Date`: the
 * host's clock gave both, and ours may be minutes off.
 */
function retryAfterMs({ headers }: HttpAnswer): number | undefined {
  const given = String(headers['retry-after'] ?? '').trim();
  const until = httpDateMs(given);
  const asked = /^-?\d{1,9}$/.test(given) ? Number(given) * 1000 : undefined;
  const waitMs = until === undefined ? asked : until - (httpDateMs(headers.date) ?? currentTimeMs());
  return waitMs === undefined ? undefined : Math.min(Math.max(waitMs, 0), LONGEST_RETRY_AFTER_MS);
}

/** Reads a 2xx answer, or says what any other means for the call. */
function judge<T>(call: Call<T>, answer: HttpAnswer, words: string): T {
  const { status } = answer;
  const details = { status, retryAfterMs: retryAfterMs(answer) };
  const lost = (message: string) =>
    call.write
      ? new CrossmarkError(
          'unknown',
          call.name,
          `${message} Whether the change was made is not known.`,
          details,
        )
      : new CrossmarkError('transient', call.name, message, details);
  const refused = () =>
    new CrossmarkError(
      'rejected',
      call.name,
      words ? `Crossmark refused: ${words}` : `Crossmark refused and gave no reason (status ${status}).`,
      details,
    );
  if (status === 429) {
    return fail(new CrossmarkError('transient', call.name, 'Crossmark asks for fewer calls (429).', details));
  }
  if (status >= 500 || status === 408) return fail(lost(`Crossmark failed (${status}).`));
  // A status alone may be a proxy's, and come in place of the answer to a write that was applied.
  if (status >= 400)
    return fail(
      words || isRefusal(answer.body) ? refused() : lost(`Crossmark answered ${status} without a reason.`),
    );
  if (status >= 300 && call.name !== 'authenticate') {
    return fail(lost(`Crossmark sent the call elsewhere (${status}).`));
  }
  try {
    return call.read(readJson(answer.body), answer);
  } catch (error) {
    if (error instanceof Refusal) return fail(refused());
    if (error instanceof OtherAnswer) return fail(lost(error.message));
    if (!(error instanceof UnexpectedAnswerError)) throw error;
    return fail(lost(`Crossmark's answer was not of the expected form (${error.message}).`));
  }
}

function fail(error: CrossmarkError): never {
  throw error;
}

/** A failed call as a {@link CrossmarkError}, whatever was thrown. */
function toFailure(call: Call<unknown>, error: unknown): CrossmarkError {
  if (error instanceof CrossmarkError) return error;
  if (error instanceof NoAnswerError) {
    return error.sent && call.write
      ? new CrossmarkError(
          'unknown',
          call.name,
          `Crossmark did not answer: ${error.message}. Whether the change was made is not known.`,
          { cause: error },
        )
      : new CrossmarkError('transient', call.name, `Crossmark could not be reached: ${error.message}.`, {
          cause: error,
        });
  }
  throw error;
}

const cancelled = (call: CallName) =>
  new CrossmarkError('transient', call, 'The call was cancelled before it was sent.');

/** Waits for something shared without making it end when one of those waiting gives up. */
async function orCancelled<T>(
  shared: Promise<T>,
  signal: AbortSignal | undefined,
  call: CallName,
): Promise<T> {
  if (!signal) return shared;
  const over = Promise.withResolvers<never>();
  const cancel = () => over.reject(cancelled(call));
  if (signal.aborted) cancel();
  signal.addEventListener('abort', cancel);
  try {
    return await Promise.race([shared, over.promise]);
  } finally {
    signal.removeEventListener('abort', cancel);
  }
}

/** Aborts once all of them have. */
function allOf(signals: readonly (AbortSignal | undefined)[]): AbortSignal | undefined {
  const [first, ...others] = signals;
  if (others.length === 0 || signals.includes(undefined)) return others.length === 0 ? first : undefined;
  const all = new AbortController();
  let left = signals.length;
  const count = () => {
    left -= 1;
    if (left === 0) all.abort();
  };
  for (const signal of signals) {
    if (signal?.aborted) count();
    else signal?.addEventListener('abort', count, { once: true });
  }
  return all.signal;
}

/** The form and headers that Crossmark's own pages send. */
function bodyOf(call: Call<unknown>): { body: string; type: string } | undefined {
  if (call.form) {
    const type = 'application/x-www-form-urlencoded; charset=UTF-8';
    return { body: new URLSearchParams(call.form).toString(), type };
  }
  if (call.json) return { body: JSON.stringify(call.json), type: 'application/json' };
  if (call.multipart) {
    const boundary = `----CrossmarkScheduler${crypto.randomUUID()}`;
    const parts = Object.entries(call.multipart).map(
      ([name, value]) =>
        `--${boundary}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`,
    );
    return {
      body: `${parts.join('')}--${boundary}--\r\n`,
      type: `multipart/form-data; boundary=${boundary}`,
    };
  }
  return undefined;
}

/** The search that lists events by condition, or one plan. */
function searchFields(term: 'condition' | 'mPlanID', values: readonly string[]): string {
  const title = term === 'condition' ? 'Conditions' : 'mPlan ID';
  const id = term === 'condition' && values.length === CONDITIONS.length ? 11 : 1;
  const item = { id, value: values, displayValue: values, exactmatch: true, allActive: false };
  return JSON.stringify({ searchTerms: { [term]: { name: term, title, items: [item] } } });
}

/** What tells a row from the others: its plan and store; where one of them can't be read, all of it. */
function keyOf({ mplanId: plan, storeId: shop }: PlannedEvent | BadRow, raw: unknown): string {
  return plan && shop ? `${plan}_${shop}` : createHash('sha256').update(JSON.stringify(raw)).digest('hex');
}

/** Whether two readings of a list held the same rows, each as often. */
function isAlike(before: ReadonlyMap<string, number> | null, now: ReadonlyMap<string, number>): boolean {
  return before?.size === now.size && [...now].every(([key, times]) => before.get(key) === times);
}

const sortedBy = (property: string) => JSON.stringify([{ property, direction: 'ASC' }]);

/** An event that is looked for, and the zone of its store. */
type Sought = Cancellable & { plan: MplanId; shop: StoreId; zone: string };

/** A client for one Crossmark host. Does nothing until its first call. */
export function createCrossmarkClient(options: CrossmarkClientOptions): CrossmarkClient {
  const timeZone = options.timeZone ?? DEFAULT_TIME_ZONE;
  const store = options.session ?? memorySession();
  const pacer = createPacer(options.limits ?? UNLIMITED);
  const http = createHttp({
    baseUrl: options.baseUrl,
    connectMs: options.timeouts?.connectMs ?? CONNECT_MS,
    callMs: options.timeouts?.callMs ?? CALL_MS,
  });
  const base = http.origin;

  /** Crossmark's own words may repeat what was sent; secrets are taken out before anyone sees them. */
  const scrubbed = (words: string, session: Session | null): string =>
    [
      options.password,
      ...(session?.cookie.split('; ').map((pair) => pair.slice(pair.indexOf('=') + 1)) ?? []),
    ]
      .filter(Boolean)
      .reduce((text, secret) => text.replaceAll(secret, '[redacted]'), words);

  /** Makes a call once, in its turn and if the guard lets it pass. */
  async function attempt<T>(call: Call<T>, session: Session | null): Promise<T | SignedOut> {
    const { name, signal } = call;
    const leave = await pacer.enter(signal).catch(() => fail(cancelled(name)));
    try {
      const settle = await options.guard?.admit(name);
      let outcome: CallOutcome = 'cancelled';
      try {
        await pacer.turn(signal).catch(() => fail(cancelled(name)));
        const answer = await exchange(call, session);
        outcome = 'answered';
        return answer;
      } catch (error) {
        if (error instanceof CrossmarkError && !signal?.aborted)
          outcome = error.kind === 'transient' || error.kind === 'unknown' ? error : 'answered';
        throw error;
      } finally {
        await settle?.(outcome);
      }
    } finally {
      leave();
    }
  }

  /** Sends one request and judges the answer, once. Tells the caller's hook and log how it went. */
  async function exchange<T>(call: Call<T>, session: Session | null): Promise<T | SignedOut> {
    const startedMs = performance.now();
    const over = (failureKind?: FailureKind, failure?: CrossmarkError) => {
      const durationMs = Math.round(performance.now() - startedMs);
      const told = { call: call.name, durationMs, ...(failureKind && { failureKind }) };
      options.onCall?.({ ...told, ok: failureKind === undefined });
      if (failure) {
        options.log?.warn(
          { ...told, status: failure.status, reason: failure.message },
          'Crossmark call failed',
        );
      } else options.log?.debug(told, failureKind ? 'Crossmark wants a sign-in' : 'Crossmark answered');
    };
    try {
      const payload = bodyOf(call);
      const query = call.query
        ? `?${Object.entries(call.query)
            .map((pair) => pair.map(encodeURIComponent).join('='))
            .join('&')}`
        : '';
      const answer = await http.send({
        method: payload ? 'POST' : 'GET',
        path: call.path + query,
        headers: {
          accept: '*/*',
          'user-agent': options.userAgent ?? DEFAULT_USER_AGENT,
          'x-requested-with': 'XMLHttpRequest',
          origin: base,
          referer: `${base}/planning/`,
          ...(payload && { 'content-type': payload.type }),
          ...(session?.cookie && { cookie: session.cookie }),
          ...call.headers,
        },
        ...(payload && { body: payload.body }),
        signal: call.signal,
      });
      if (looksExpired(call.name, answer)) {
        over(call.write ? 'unknown' : 'session');
        return new SignedOut(answer.status);
      }
      const result = judge(
        call,
        answer,
        refusalMessage(answer.body, (words) => scrubbed(words, session)),
      );
      over();
      return result;
    } catch (error) {
      const failure = toFailure(call, error);
      over(failure.kind, failure);
      throw failure;
    }
  }

  /** Whether the session is signed in, by the one read that says so. */
  async function isSignedIn(session: Session): Promise<boolean> {
    const path = '/users/getUserInfo';
    return (await attempt({ name: 'getUserInfo', path, read: namesUser }, session)) === true;
  }

  /** Signs in and proves it: a 200 of the sign-in alone has meant nothing before. */
  async function signIn(): Promise<Session> {
    const call: Call<string | null> = {
      name: 'authenticate',
      path: '/login/authenticate',
      headers: { accept: 'application/json, text/plain, */*', referer: `${base}/login` },
      json: {
        UserType: 'MVEntityUser',
        UserID: options.userId,
        Password: options.password,
        Timezone: timeZone,
      },
      read: (json, answer) => (saysNo(json) ? null : cookiesOf(answer)),
    };
    try {
      const cookie = await attempt(call, null);
      const session = typeof cookie === 'string' ? { cookie, startedAt: currentInstant() } : null;
      if (session && (await isSignedIn(session))) {
        options.log?.info({ call: call.name }, 'Signed in to Crossmark');
        return session;
      }
    } catch (error) {
      if (!(error instanceof CrossmarkError && error.kind === 'rejected')) throw error;
    }
    const message = 'Crossmark did not accept the sign-in: its user id or password may be wrong.';
    throw new CrossmarkError('session', call.name, message);
  }

  /** The cookie of a session that a write was answered as signed out with: no other call is made with it. */
  let dropped: string | null = null;
  let renewing: Promise<Session> | undefined;
  /** One sign-in for everybody who finds the session over. */
  function renew(stale: Session | null): Promise<Session> {
    renewing ??= store
      .renew(stale, signIn)
      .then((session) => {
        // A host may give the same cookie again.
        dropped = null;
        return session;
      })
      .finally(() => {
        renewing = undefined;
      });
    return renewing;
  }

  /** Makes a call. A read that finds the session over is made once more after a sign-in; a write is sent once. */
  async function perform<T>(call: Call<T>): Promise<T> {
    const { name, signal } = call;
    const held = await orCancelled(store.current(), signal, name);
    const isUsable = held !== null && held.cookie !== dropped;
    const session = isUsable ? held : await orCancelled(renew(held), signal, name);
    const first = await attempt(call, session);
    if (!(first instanceof SignedOut)) return first;
    const { status } = first;
    if (call.write) {
      dropped = session.cookie;
      const message =
        'Crossmark answered as if nobody were signed in. Whether the change was made is not known.';
      throw new CrossmarkError('unknown', name, message, { status, signedOut: true });
    }
    const renewed = await orCancelled(renew(session), signal, name);
    const second = await attempt(call, renewed);
    if (!(second instanceof SignedOut)) return second;
    const details = { status: second.status, signedOut: true };
    throw (await isSignedIn(renewed))
      ? new CrossmarkError(
          'transient',
          name,
          'Crossmark answered as if nobody were signed in, though somebody is.',
          details,
        )
      : new CrossmarkError('session', name, 'Crossmark ended the session right after the sign-in.', details);
  }

  /** Prepares a call; an id, day or time that can't be right is refused here and never sent. */
  function checked<T>(name: CallName, prepare: () => T): T {
    try {
      return prepare();
    } catch (error) {
      const reason = error instanceof Error ? error.message : 'not valid';
      throw new CrossmarkError('rejected', name, `Not sent to Crossmark: ${reason}`);
    }
  }

  function listCall(search: {
    fields: string;
    interval: { intervalStart?: WorkDate; intervalEnd?: WorkDate };
    page: number;
    limit: number;
    sort: string;
    signal: AbortSignal | undefined;
  }): Call<{ rows: unknown[]; total: number }> {
    return {
      name: 'getPlanningMplans',
      path: '/planningextcontroller/getPlanningMplans',
      query: {
        _dc: currentTimeMs(),
        ...search.interval,
        showAllActive: 'false',
        searchFields: search.fields,
        searchFilter: '',
        page: search.page,
        start: (search.page - 1) * search.limit,
        limit: search.limit,
        sort: search.sort,
      },
      signal: search.signal,
      read: parseList,
    };
  }

  /** A page of the rows of some plans, in whatever stores they run. Those of stores that nobody asked for aren't all readable. */
  async function plansPage(sought: readonly Sought[], page: number, limit: number, signal?: AbortSignal) {
    const fields = searchFields('mPlanID', [...new Set(sought.map(({ plan }) => plan))]);
    const sort = sortedBy('startDate');
    const { rows, total } = await perform(listCall({ fields, interval: {}, page, limit, sort, signal }));
    const zones = new Map<string, string>(sought.map(({ shop, zone }) => [shop, zone]));
    return { rows: rows.map((raw) => parseRow(raw, (shop) => zones.get(shop), base)), total };
  }

  /** The row of an event, if it is among some. Throws where it can't be read. */
  function rowOf(
    { plan, shop }: Sought,
    rows: Awaited<ReturnType<typeof plansPage>>['rows'],
  ): PlannedEvent | undefined {
    const row = rows.find(({ mplanId, storeId }) => mplanId === plan && storeId === shop);
    if (!row || !('reason' in row)) return row;
    const message = `Crossmark lists plan ${plan} in store ${shop} in a form that cannot be read (${row.reason}).`;
    throw new CrossmarkError('transient', 'getPlanningMplans', message);
  }

  async function findAlone(sought: Sought): Promise<PlannedEvent | null> {
    const untrusted = (what: string) =>
      new CrossmarkError(
        'transient',
        'getPlanningMplans',
        `Crossmark's list of plan ${sought.plan} ${what}.`,
      );
    let before: ReadonlyMap<string, number> | null = null;
    for (let reading = 1; ; reading++) {
      const seen = new Map<string, number>();
      let read = 0;
      for (let page = 1; ; page++) {
        const { rows, total } = await plansPage([sought], page, PLAN_PAGE, sought.signal);
        const row = rowOf(sought, rows);
        if (row) return row;
        // Then it answers another question, or the row that is looked for can't be told from others.
        if (rows.some(({ mplanId }) => mplanId !== sought.plan)) throw untrusted('held rows of other plans');
        const isStore = ({ storeId: shop }: PlannedEvent | BadRow) => /^\d+$/.test(shop ?? '');
        if (!rows.every(isStore)) throw untrusted('held a row without a store');
        for (const { storeId } of rows) seen.set(`${storeId}`, (seen.get(`${storeId}`) ?? 0) + 1);
        read += rows.length;
        if (read >= total) break;
        if (rows.length === 0) throw untrusted('was not complete');
      }
      // A row that comes twice may have taken the place of the one that is looked for.
      if (seen.size === read || isAlike(before, seen)) return null;
      if (reading === 2) throw untrusted('held one row twice');
      before = seen;
    }
  }

  /** A failed search for several, where that may be for their number; throws where each alone would fail as well. */
  function orAlone(error: unknown): null {
    if (error instanceof CrossmarkError && error.status !== undefined && error.status !== 429) return null;
    throw error;
  }

  /** Whether a search for several plans was seen to leave one out: then each is looked for by itself. */
  let findsOnlyOne = false;
  /**
   * Looks for several events by one call. Nobody has seen Crossmark search for several plans, so only what it lists then is
   * believed: what it leaves out is looked for by itself, and so is each where the call is answered with a failure.
   */
  const find = createBatcher<Sought, PlannedEvent | null>(
    async (sought) => {
      const several = sought.length > 1 && !findsOnlyOne;
      const signal = allOf(sought.map((one) => one.signal));
      const page = several ? await plansPage(sought, 1, PAGE_SIZE, signal).catch(orAlone) : null;
      const found = sought.map(async (one) => {
        const row = page && rowOf(one, page.rows);
        if (row) return row;
        const alone = await findAlone(one);
        if (page && alone) findsOnlyOne = true;
        return alone;
      });
      await Promise.allSettled(found);
      return found;
    },
    { maxSize: MOST_SOUGHT, maxWaitMs: PATIENCE_MS },
  );

  return {
    async login() {
      await renew(await store.current());
    },

    async *listEvents({ from, to, conditions = CONDITIONS, pageSize = PAGE_SIZE, timeZoneOf, signal }) {
      const interval = checked('getPlanningMplans', () => ({
        intervalStart: checkedDay(from),
        intervalEnd: checkedDay(to),
      }));
      const fields = searchFields('condition', conditions);
      const sort = sortedBy(
        conditions.length === 1 && conditions[0] === 'Unstaffed' ? 'staffedReps' : 'startDate',
      );
      const given = new Set<string>();
      let limit = pageSize;
      let counted = '';
      /** The reading before, where it was whole but for rows that came more than once. */
      let before: ReadonlyMap<string, number> | null = null;

      // Crossmark pages by offset. A row that goes away (or comes) before the offset shifts the rest, so that a
      // page can miss a row without a sign in itself. Such a list is read again until one reading holds together.
      for (let reading = 1; reading <= MAX_READINGS; reading++) {
        /** How often each row came. */
        const seen = new Map<string, number>();
        let moved = false;
        let firstTotal: number | undefined;
        let rowsRead = 0;
        for (let page = 1; ; page++) {
          const answer = await perform(listCall({ fields, interval, page, limit, sort, signal }));
          const { rows, total } = answer;
          firstTotal ??= total;
          moved ||= total !== firstTotal;
          rowsRead += rows.length;
          // A host that gives less than was asked for has a page size of its own.
          if (page === 1 && rows.length > 0 && rows.length < Math.min(limit, total)) limit = rows.length;

          const fresh: EventPage = { rows: [], bad: [], read: 0, total };
          for (const raw of rows) {
            const row = parseRow(raw, timeZoneOf, base);
            const key = keyOf(row, raw);
            seen.set(key, (seen.get(key) ?? 0) + 1);
            // A row that could not be read says nothing of one that can.
            const news = 'reason' in row ? `${key} ${row.reason}` : key;
            if (given.has(news)) continue;
            given.add(news);
            if ('reason' in row) fresh.bad.push(row);
            else fresh.rows.push(row);
          }
          if (fresh.rows.length > 0 || fresh.bad.length > 0 || total === 0) {
            yield { ...fresh, read: given.size };
          }
          if (rows.length === 0 || page * limit >= total) {
            const isWhole = !moved && rowsRead >= total;
            if (isWhole && (seen.size === rowsRead || isAlike(before, seen))) return;
            before = isWhole ? seen : null;
            counted = `${seen.size} of ${total}`;
            break;
          }
        }
        // With other borders between its pages, what a border hid or doubled comes otherwise than before.
        limit = Math.max(1, limit - 1);
      }
      throw new CrossmarkError(
        'transient',
        'getPlanningMplans',
        `Crossmark's list of events kept changing while it was read (${counted} rows); it was not read completely.`,
      );
    },

    async findEvent({ mplanId: plan, storeId: shop, timeZone: zone, signal }) {
      const wanted = checked('getPlanningMplans', () => ({ plan: mplanId(plan), shop: storeId(shop) }));
      return orCancelled(find({ ...wanted, zone, signal }), signal, 'getPlanningMplans');
    },

    async schedule(wanted) {
      const name = 'scheduleMplanEvent';
      const form = checked(name, () => {
        if (!(wanted.startsAt < wanted.endsAt)) throw new RangeError('the booking ends before it starts.');
        return {
          ClassName: 'MVScheduledmPlan',
          RepID: repId(wanted.repId),
          mPlanID: mplanId(wanted.mplanId),
          LocationID: storeId(wanted.storeId),
          Start: toLocalOffset(wanted.startsAt, wanted.timeZone),
          End: toLocalOffset(wanted.endsAt, wanted.timeZone),
          hash: '',
          v: '3.0.1',
          PlanningOverride: 'true',
        };
      });
      return perform({
        name,
        path: `/planningextcontroller/${name}`,
        form,
        write: true,
        signal: wanted.signal,
        read(json) {
          const said = parseScheduled(json);
          if (said.verdict === 'refused') throw new Refusal();
          if (said.verdict === 'unclear') throw new UnexpectedAnswerError('no ok with a booking id');
          const isOther =
            // Without them, nothing ties its number to this event.
            said.mplanId !== wanted.mplanId ||
            said.storeId !== wanted.storeId ||
            differs(said.repId, wanted.repId) ||
            differs(said.startsAt, wholeSecond(wanted.startsAt)) ||
            differs(said.endsAt, wholeSecond(wanted.endsAt));
          if (isOther) throw new OtherAnswer("Crossmark's answer was about another booking.");
          return {
            bookingId: said.bookingId,
            repId: said.repId ?? wanted.repId,
            startsAt: said.startsAt ?? wanted.startsAt,
            endsAt: said.endsAt ?? wanted.endsAt,
            repName: said.repName,
          };
        },
      });
    },

    async unschedule({ bookingId: booking, signal }) {
      const name = 'deleteScheduledMplanEvent';
      await perform({
        name,
        path: `/planningextcontroller/${name}`,
        form: checked(name, () => ({ id: bookingId(booking) })),
        write: true,
        signal,
        read(json) {
          const verdict = judgeUnscheduled(json);
          if (verdict === 'refused') throw new Refusal();
          if (verdict === 'unclear') throw new UnexpectedAnswerError('neither ok nor success');
        },
      });
    },

    async availableReps({ from, to, signal } = {}) {
      const name = 'getAvailableReps';
      return perform({
        name,
        path: `/schedulingcontroller/${name}`,
        multipart: checked(name, () => ({ project: repRange(from, to, timeZone) })),
        headers: { referer: `${base}/scheduling/hourly/` },
        signal,
        read: parseReps,
      });
    },

    async qualifiedReps({ mplanId: plan, storeId: shop, signal }) {
      const name = 'getQualifiedRepsForScheduling';
      const ids = checked(name, () => ({ mPlanID: mplanId(plan), storeID: storeId(shop) }));
      const found = new Map<RepId, QualifiedRep>();
      // The answer has no total: a page that is not full, or brings nobody new, is the last.
      for (let page = 1; ; page++) {
        const reps = await perform({
          name,
          path: `/planningextcontroller/${name}`,
          query: {
            _dc: currentTimeMs(),
            ...ids,
            page,
            start: (page - 1) * QUALIFIED_PAGE,
            limit: QUALIFIED_PAGE,
            sort: sortedBy('LastName'),
          },
          signal,
          read: parseQualified,
        });
        const before = found.size;
        for (const rep of reps) found.set(rep.repId, rep);
        if (reps.length < QUALIFIED_PAGE || found.size === before) return [...found.values()];
      }
    },

    async locationCondition({ mplanId: plan, storeId: shop, signal }) {
      const name = 'getmPlanLocationCondition';
      const form = checked(name, () => ({ mPlanID: mplanId(plan), storeID: storeId(shop) }));
      const call: Call<LocationCondition> = {
        name,
        path: `/planningextcontroller/${name}`,
        form,
        signal,
        read(json, { body }) {
          const said = parseLocation(json, body);
          if (said === 'refused') throw new Refusal();
          if (said === 'nothing') return { kind: 'unknownPlan', reason: 'Crossmark answered with nothing.' };
          if (said.key !== `${form.mPlanID}_${form.storeID}`)
            throw new OtherAnswer("Crossmark's answer was about another event.");
          return { kind: 'known', condition: said.condition, reps: said.reps };
        },
      };
      try {
        return await perform(call);
      } catch (error) {
        if (error instanceof CrossmarkError && error.kind === 'rejected')
          return { kind: 'unknownPlan', reason: error.message };
        throw error;
      }
    },

    async reissue(wanted) {
      const name = 'createPendingWork';
      const form = checked(name, () => ({
        workLogEntryID: bookingId(wanted.bookingId),
        storeID: storeId(wanted.storeId),
        mPlanID: mplanId(wanted.mplanId),
        reissueBulkJson: '[]',
        action: 'reissue',
        includeResponses: String(wanted.includeResponses ?? false),
        pendingWorkReasonComments: '',
        public: 'true',
        excludeReps: 'false',
        excludedRepIDs: '[]',
        overrideReps: 'true',
        overriddenRepIDs: `[${repId(wanted.repId)}]`,
        expirationDate: `${checkedDay(wanted.expiresOn)}T00:00:00`,
        additionalEmail: '',
      }));
      await perform({
        name,
        path: `/pendingworkextcontroller/${name}/`,
        form,
        write: true,
        signal: wanted.signal,
        read(json) {
          const verdict = judgeReissued(json);
          if (verdict === 'refused') throw new Refusal();
          if (verdict === 'unclear') throw new UnexpectedAnswerError('not an object');
        },
      });
    },

    async instructions({ events, signal }) {
      const name = 'bulkPrintMplanLocations';
      const locations = checked(name, () =>
        events.map((event) => ({ mPlanID: mplanId(event.mplanId), storeID: storeId(event.storeId) })),
      );
      return perform({
        name,
        path: `/planningextcontroller/${name}`,
        form: { mplanLocationIDs: JSON.stringify(locations), includeAttachment: 'true' },
        signal,
        read(json) {
          const told = parseInstructions(json, base);
          const asked = new Set<string>(locations.map(({ mPlanID }) => mPlanID));
          const ours = told.filter((one) => asked.has(one.mplanId));
          if (told.length > 0 && ours.length === 0)
            throw new OtherAnswer("Crossmark's answer was about other events.");
          return ours;
        },
      });
    },

    async ping({ signal } = {}) {
      const fields = searchFields('condition', ['Unstaffed']);
      await perform(
        listCall({ fields, interval: {}, page: 1, limit: 1, sort: sortedBy('staffedReps'), signal }),
      );
    },

    close: () => http.close(),
  };
}
