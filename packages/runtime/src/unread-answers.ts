import type { FastifyInstance, FastifyRequest } from 'fastify';

/**
 * The number of unread answers of one person. The largest answer has about 400 kB, and a browser
 * needs far fewer.
 */
const MOST_UNREAD = 50;
/** A connection over which nothing of an answer is read for this time is closed. */
const LONGEST_UNREAD_MS = 60_000;

/**
 * Limits the memory for unread answers, because each answer stays in memory until the client reads
 * it. A connection over which nothing is read for `longestMs` is closed. If one person has more
 * than `most` unread answers, the connections of further answers are closed at once. Live streams
 * don't count, because they are long and have their own limit.
 * @param options.whoAsks returns the id of a person once it is known, and undefined for strangers,
 * whose answers are short
 */
export function boundUnreadAnswers(
  app: FastifyInstance,
  options: {
    whoAsks?: (request: FastifyRequest) => string | undefined;
    most?: number;
    longestMs?: number;
  } = {},
): void {
  const { whoAsks, most = MOST_UNREAD, longestMs = LONGEST_UNREAD_MS } = options;
  const unread = new Map<string, number>();
  app.addHook('onSend', async (request, reply, payload) => {
    // Fastify copies the headers of a `Response`, as tRPC gives one, after this hook.
    const type =
      payload instanceof Response ? payload.headers.get('content-type') : reply.getHeader('content-type');
    if (String(type).startsWith('text/event-stream') || reply.raw.closed) return;
    // Node restores the connection's usual time-out when the answer ends.
    reply.raw.setTimeout(longestMs, () => reply.raw.destroy());
    const who = whoAsks?.(request);
    if (who === undefined) return;
    const others = unread.get(who) ?? 0;
    if (others >= most) {
      reply.raw.destroy();
      return;
    }
    unread.set(who, others + 1);
    reply.raw.once('close', () => {
      const left = (unread.get(who) ?? 1) - 1;
      if (left > 0) unread.set(who, left);
      else unread.delete(who);
    });
  });
}
