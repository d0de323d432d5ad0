import { currentInstant } from '@scheduler/runtime/clock';
import { cancelledBeforeSending, waitUnlessAborted } from './abort.ts';
import { type Call, encodeBody, encodeQuery } from './call.ts';
import { CrossmarkError, type FailureKind } from './errors.ts';
import type { CallOutcome } from './guard.ts';
import { createHttp, type HttpAnswer } from './http.ts';
import { type CrossmarkClientOptions, DEFAULT_USER_AGENT } from './options.ts';
import { isSignedOutAnswer, parseOutcome, signedOutWrite, toCrossmarkError } from './outcome.ts';
import { createPacer, type Limits } from './pacing.ts';
import { isSignInRefusal, namesUser, refusalMessage } from './parse.ts';
import { memorySession, type Session } from './session.ts';

const CONNECT_MS = 5_000;
const CALL_MS = 30_000;
/** The zone of the one tenant in use so far, sent at sign-in. */
export const DEFAULT_TIME_ZONE = 'America/Indiana/Indianapolis';
const UNLIMITED: Limits = { concurrency: Number.POSITIVE_INFINITY, perSecond: Number.POSITIVE_INFINITY };

/** Sends calls to Crossmark with a session, within the limits, and parses their answers. */
export type Transport = {
  /** Crossmark's scheme, host and port. */
  origin: string;
  /**
   * Makes a call and returns its parsed answer. Throws {@link CrossmarkError}, and passes on what
   * the session store throws. If Crossmark answers that nobody is signed in, a read is repeated
   * once after a sign-in. A write is never repeated: its failure is `unknown`, and the next call
   * signs in first.
   */
  call<T>(call: Call<T>): Promise<T>;
  /** Signs in and proves it by a read. Concurrent callers share one sign-in. */
  signIn(): Promise<void>;
  /** Closes idle connections. */
  close(): Promise<void>;
};

/**
 * Represents an answer that nobody is signed in. That answer may have replaced the answer to an
 * applied write.
 */
class SignedOut {
  readonly status: number;

  constructor(status: number) {
    this.status = status;
  }
}

/** The cookies that an answer sets. PHP may set its session cookie twice; the last value counts. */
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

/** Connects to nothing until the first call. */
export function createTransport(options: CrossmarkClientOptions): Transport {
  const sessions = options.session ?? memorySession();
  const pacer = createPacer(options.limits ?? UNLIMITED);
  const http = createHttp({
    baseUrl: options.baseUrl,
    connectMs: options.timeouts?.connectMs ?? CONNECT_MS,
    callMs: options.timeouts?.callMs ?? CALL_MS,
  });
  const { origin } = http;

  /** Removes secrets from Crossmark's text, which may repeat what was sent. */
  function redactSecrets(text: string, session: Session | null): string {
    const cookies = session?.cookie.split('; ').map((pair) => pair.slice(pair.indexOf('=') + 1)) ?? [];
    let redacted = text;
    for (const secret of [options.password, ...cookies]) {
      if (secret) redacted = redacted.replaceAll(secret, '[redacted]');
    }
    return redacted;
  }

  /** Reports the end of an HTTP call to `onCall` and the log. */
  function report(
    call: Call<unknown>,
    startedMs: number,
    failureKind?: FailureKind,
    failure?: CrossmarkError,
  ) {
    const durationMs = Math.round(performance.now() - startedMs);
    const fields = { call: call.name, durationMs, ...(failureKind && { failureKind }) };
    options.onCall?.({ ...fields, ok: failureKind === undefined });
    if (failure) {
      const { status, message: reason } = failure;
      options.log?.warn({ ...fields, status, reason }, 'Crossmark call failed');
    } else {
      options.log?.debug(fields, failureKind ? 'Crossmark requires a sign-in' : 'Crossmark answered');
    }
  }

  function send(call: Call<unknown>, session: Session | null): Promise<HttpAnswer> {
    const payload = encodeBody(call);
    return http.send({
      method: payload ? 'POST' : 'GET',
      path: call.path + encodeQuery(call),
      headers: {
        accept: '*/*',
        'user-agent': options.userAgent ?? DEFAULT_USER_AGENT,
        'x-requested-with': 'XMLHttpRequest',
        origin,
        referer: `${origin}/planning/`,
        ...(payload && { 'content-type': payload.type }),
        ...(session?.cookie && { cookie: session.cookie }),
        ...call.headers,
      },
      ...(payload && { body: payload.body }),
      maxBytes: call.file?.maxBytes,
      signal: call.signal,
    });
  }

  /** Sends one request, parses its answer and reports the result. */
  async function exchange<T>(call: Call<T>, session: Session | null): Promise<T | SignedOut> {
    const startedMs = performance.now();
    try {
      const answer = await send(call, session);
      if (isSignedOutAnswer(call.name, answer)) {
        report(call, startedMs, call.isWrite ? 'unknown' : 'session');
        return new SignedOut(answer.status);
      }
      const refusal = refusalMessage(answer.body, (text) => redactSecrets(text, session));
      const result = parseOutcome(call, answer, refusal);
      report(call, startedMs);
      return result;
    } catch (error) {
      const failure = toCrossmarkError(call, error);
      report(call, startedMs, failure.kind, failure);
      throw failure;
    }
  }

  /**
   * Makes a call once, within the limits and if the guard admits it. Reports the outcome to the
   * guard.
   */
  async function sendOnce<T>(call: Call<T>, session: Session | null): Promise<T | SignedOut> {
    const { name, signal } = call;
    const throwCancelled = () => {
      throw cancelledBeforeSending(name);
    };
    const leave = await pacer.enter(signal).catch(throwCancelled);
    try {
      const settle = await options.guard?.admit(name);
      let outcome: CallOutcome = 'cancelled';
      try {
        await pacer.turn(signal).catch(throwCancelled);
        const result = await exchange(call, session);
        outcome = 'answered';
        return result;
      } catch (error) {
        if (error instanceof CrossmarkError && !signal?.aborted) {
          outcome = error.kind === 'transient' || error.kind === 'unknown' ? error : 'answered';
          // A link that leads nowhere is no outage.
          if (call.file && outcome !== 'answered') outcome = 'cancelled';
        }
        throw error;
      } finally {
        await settle?.(outcome);
      }
    } finally {
      leave();
    }
  }

  /** Whether a session is valid. Asks by the only call that names the signed-in user. */
  async function isSignedIn(session: Session): Promise<boolean> {
    const path = '/users/getUserInfo';
    return (await sendOnce({ name: 'getUserInfo', path, parse: namesUser }, session)) === true;
  }

  /** Starts a session and proves it by a read, because status 200 of the sign-in proves nothing. */
  async function startSession(): Promise<Session> {
    const call: Call<string | null> = {
      name: 'authenticate',
      path: '/login/authenticate',
      headers: { accept: 'application/json, text/plain, */*', referer: `${origin}/login` },
      json: {
        UserType: 'MVEntityUser',
        UserID: options.userId,
        Password: options.password,
        Timezone: options.timeZone ?? DEFAULT_TIME_ZONE,
      },
      parse: (json, answer) => (isSignInRefusal(json) ? null : cookiesOf(answer)),
    };
    try {
      const cookie = await sendOnce(call, null);
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

  /** The cookie of the session whose write was answered as signed out. It is not used again. */
  let droppedCookie: string | null = null;
  let renewal: Promise<Session> | undefined;
  /** Replaces an expired session. All callers that find it expired share one sign-in. */
  function renewSession(expired: Session | null): Promise<Session> {
    renewal ??= sessions
      .renew(expired, startSession)
      .then((session) => {
        // The new session may have the same cookie as the dropped one.
        droppedCookie = null;
        return session;
      })
      .finally(() => {
        renewal = undefined;
      });
    return renewal;
  }

  async function usableSession({ name, signal }: Call<unknown>): Promise<Session> {
    const current = await waitUnlessAborted(sessions.current(), signal, name);
    if (current !== null && current.cookie !== droppedCookie) return current;
    return waitUnlessAborted(renewSession(current), signal, name);
  }

  return {
    origin,

    async call(call) {
      const { name, signal } = call;
      const session = await usableSession(call);
      const result = await sendOnce(call, session);
      if (!(result instanceof SignedOut)) return result;
      if (call.isWrite) {
        droppedCookie = session.cookie;
        throw signedOutWrite(name, result.status);
      }
      const renewed = await waitUnlessAborted(renewSession(session), signal, name);
      const secondResult = await sendOnce(call, renewed);
      if (!(secondResult instanceof SignedOut)) return secondResult;
      const details = { status: secondResult.status, signedOut: true };
      if (await isSignedIn(renewed)) {
        const message = 'Crossmark answered that nobody is signed in, although the session is valid.';
        throw new CrossmarkError('transient', name, message, details);
      }
      const message = 'Crossmark ended the session right after the sign-in.';
      throw new CrossmarkError('session', name, message, details);
    },

    async signIn() {
      await renewSession(await sessions.current());
    },

    close: () => http.close(),
  };
}
