import type { FastifyInstance, FastifyRequest } from 'fastify';

/** Answers of one person on their way at the same moment. The largest has some 400 kB, and a browser asks for far fewer. */
const MOST_UNREAD = 50;
/** A connection over which nothing of an answer is taken for so long is closed. */
const LONGEST_UNREAD_MS = 60_000;

/**
 * Bounds what an app holds for somebody who doesn't read their answers: each is in memory until it is taken. A connection
 * over which nothing is taken for `longestMs` is closed; where one person leaves more than `most` answers unread, those of
 * further ones are closed at once. Live streams don't count: they are long, and their number has a limit of its own.
 * @param options.whoAsks an id of a person's, once it is known; undefined for strangers, whose answers are short
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
    reply.raw.setTimeout(longestMs, () => request.raw.socket.destroy());
    const who = whoAsks?.(request);
    if (who === undefined) return;
    const others = unread.get(who) ?? 0;
    if (others >= most) {
      request.raw.socket.destroy();
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
