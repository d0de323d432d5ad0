/**
 * The present in pages: the server's, measured from its answers, whatever the clock of the computer says. Until the first
 * answer it is the computer's.
 */

/** Header of an answer that names the server's present, in milliseconds since 1970. */
export const SERVER_TIME_HEADER = 'x-server-time-ms';

let offsetMs: number | undefined;

/** The server's present in milliseconds since 1970. To measure how long something takes, use `performance.now()`. */
export const currentTimeMs = (): number => Date.now() + (offsetMs ?? 0);

/** The server's present as a canonical instant, such as `2026-01-05T15:45:00.000Z`. */
export const currentInstant = (): string => new Date(currentTimeMs()).toISOString();

/** `fetch` that sets the page's clock by the answer. */
export async function fetchAndSetClock(url: string | URL | Request, init?: object): Promise<Response> {
  const sent = { clockMs: Date.now(), passedMs: performance.now() };
  const answer = await fetch(url, init);
  const serverMs = Number(answer.headers.get(SERVER_TIME_HEADER) ?? Number.NaN);
  if (Number.isFinite(serverMs)) {
    const nowMs = Date.now();
    // A computer that sleeps meanwhile, or whose clock is set, lets one of the two stand still or jump.
    const underWayMs = Math.max(nowMs - sent.clockMs, performance.now() - sent.passedMs);
    // The server wrote its time while the question was under way: its present is that time, or later by no more than
    // that. The latest of such times is kept as long as the next ones allow it. So the clock doesn't tremble, and it is
    // never ahead: when it strikes midnight the server's has struck.
    const leastMs = serverMs - nowMs;
    if (offsetMs === undefined || offsetMs < leastMs || offsetMs > leastMs + underWayMs) offsetMs = leastMs;
  }
  return answer;
}
