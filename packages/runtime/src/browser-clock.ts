/**
 * The current time in pages. It is the server's time, computed from its answers, because the clock
 * of the computer may be wrong. Before the first answer it is the computer's time.
 */

/** The header of an answer with the server's current time, in milliseconds since 1970. */
export const SERVER_TIME_HEADER = 'x-server-time-ms';

let offsetMs: number | undefined;

/**
 * The server's current time in milliseconds since 1970. Measure durations with `performance.now()`
 * instead.
 */
export const currentTimeMs = (): number => Date.now() + (offsetMs ?? 0);

/** The server's current time as a canonical instant, such as `2026-01-05T15:45:00.000Z`. */
export const currentInstant = (): string => new Date(currentTimeMs()).toISOString();

/** A request that is under way: its answer, and when it was sent by both clocks of the browser. */
export interface SentRequest {
  /** `Date.now()`. */
  clockMs: number;
  /** `performance.now()`. */
  passedMs: number;
  answer: Promise<Response>;
}

/**
 * Like `fetch`, and sets the page's clock by the answer.
 * @param sent the request, if it has already been sent
 */
export async function fetchAndSetClock(
  url: string | URL | Request,
  init?: object,
  sent: SentRequest = { clockMs: Date.now(), passedMs: performance.now(), answer: fetch(url, init) },
): Promise<Response> {
  const answer = await sent.answer;
  const serverMs = Number(answer.headers.get(SERVER_TIME_HEADER) ?? Number.NaN);
  if (Number.isFinite(serverMs)) {
    const nowMs = Date.now();
    // If the computer sleeps or its clock is set meanwhile, one of the two measures is too small.
    const underWayMs = Math.max(nowMs - sent.clockMs, performance.now() - sent.passedMs);
    // The server wrote its time during the request, so its current time is later by at most the
    // duration of the request. An offset is kept as long as it agrees with later answers, so that
    // the clock does not jump with each answer. The least offset is used, so that the page's clock
    // is never ahead: at midnight on the page it is midnight or later on the server.
    const leastMs = serverMs - nowMs;
    if (offsetMs === undefined || offsetMs < leastMs || offsetMs > leastMs + underWayMs) offsetMs = leastMs;
  }
  return answer;
}
