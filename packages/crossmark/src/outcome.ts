/**
 * What an answer, or the lack of one, means for a call: a parsed result or a {@link
 * CrossmarkError}.
 */
import { currentTimeMs } from '@scheduler/runtime/clock';
import { type Call, MismatchedAnswer, RefusedAnswer } from './call.ts';
import { type CallName, CrossmarkError } from './errors.ts';
import { type HttpAnswer, NoAnswerError } from './http.ts';
import { isLoginPage, isRefusal, readJson, UnexpectedAnswerError } from './parse.ts';

/** The longest pause that a `Retry-After` header can ask for. */
const MAX_RETRY_AFTER_MS = 24 * 3_600_000;

const CHANGE_UNKNOWN = 'Whether the change was made is not known.';

/**
 * Whether an answer says that nobody is signed in: 401, 403, the login page, or a redirect to it.
 */
export function isSignedOutAnswer(call: CallName, { status, headers, body }: HttpAnswer): boolean {
  // A single file may be forbidden to everybody.
  if (status === 401 || (status === 403 && call !== 'salesTool')) return true;
  // The read after a sign-in proves that it worked. The page that the sign-in returns proves nothing.
  if (call === 'authenticate') return false;
  if (status >= 300 && status < 400) return /login/i.test(String(headers.location ?? ''));
  return status < 300 && isLoginPage(body);
}

/** An HTTP date in epoch milliseconds; undefined for anything else. */
function parseHttpDate(header: string | string[] | undefined): number | undefined {
  const atMs = /^[a-z]{3,9},? /i.test(String(header)) ? Date.parse(String(header)) : Number.NaN;
  return Number.isNaN(atMs) ? undefined : atMs;
}

/**
 * The pause that `Retry-After` asks for, in milliseconds. The header holds seconds or a date. A
 * date is compared with the answer's own `Date`, because our clock may differ from the host's by
 * minutes.
 */
function retryAfterMs({ headers }: HttpAnswer): number | undefined {
  const header = String(headers['retry-after'] ?? '').trim();
  const untilMs = parseHttpDate(header);
  const secondsMs = /^-?\d{1,9}$/.test(header) ? Number(header) * 1000 : undefined;
  const waitMs =
    untilMs === undefined ? secondsMs : untilMs - (parseHttpDate(headers.date) ?? currentTimeMs());
  return waitMs === undefined ? undefined : Math.min(Math.max(waitMs, 0), MAX_RETRY_AFTER_MS);
}

/**
 * Parses the answer to a call. Throws a {@link CrossmarkError} for every answer that is not a
 * trustworthy success. `refusal` is Crossmark's own explanation, empty if it gave none.
 */
export function parseOutcome<T>(call: Call<T>, answer: HttpAnswer, refusal: string): T {
  const { status } = answer;
  const details = { status, retryAfterMs: retryAfterMs(answer) };
  const untrusted = (message: string) =>
    call.isWrite
      ? new CrossmarkError('unknown', call.name, `${message} ${CHANGE_UNKNOWN}`, details)
      : new CrossmarkError('transient', call.name, message, details);
  const refused = () =>
    new CrossmarkError(
      'rejected',
      call.name,
      refusal ? `Crossmark refused: ${refusal}` : `Crossmark refused and gave no reason (status ${status}).`,
      details,
    );
  if (status === 429) {
    throw new CrossmarkError('transient', call.name, 'Crossmark asks for fewer calls (429).', details);
  }
  if (status >= 500 || status === 408) throw untrusted(`Crossmark failed (${status}).`);
  if (call.file) return call.parse(undefined, answer);
  if (status >= 400) {
    // A proxy can answer with a bare status in place of the answer to a write that was applied.
    if (refusal || isRefusal(answer.body)) throw refused();
    throw untrusted(`Crossmark answered ${status} without a reason.`);
  }
  if (status >= 300 && call.name !== 'authenticate') {
    throw untrusted(`Crossmark redirected the call to another page (${status}).`);
  }
  try {
    return call.parse(readJson(answer.body), answer);
  } catch (error) {
    if (error instanceof RefusedAnswer) throw refused();
    if (error instanceof MismatchedAnswer) throw untrusted(error.message);
    if (!(error instanceof UnexpectedAnswerError)) throw error;
    throw untrusted(`Crossmark's answer did not have the expected form (${error.message}).`);
  }
}

/** The {@link CrossmarkError} of a call that failed. Throws any error that is not a failed call. */
export function toCrossmarkError(call: Call<unknown>, error: unknown): CrossmarkError {
  if (error instanceof CrossmarkError) return error;
  if (!(error instanceof NoAnswerError)) throw error;
  if (error.sent && call.isWrite) {
    const message = `Crossmark did not answer: ${error.message}. ${CHANGE_UNKNOWN}`;
    return new CrossmarkError('unknown', call.name, message, { cause: error });
  }
  const message = `Crossmark could not be reached: ${error.message}.`;
  return new CrossmarkError('transient', call.name, message, { cause: error });
}

/** The failure of a write that Crossmark answered as if nobody were signed in. */
export function signedOutWrite(call: CallName, status: number): CrossmarkError {
  const message = `Crossmark answered that nobody is signed in. ${CHANGE_UNKNOWN}`;
  return new CrossmarkError('unknown', call, message, { status, signedOut: true });
}
