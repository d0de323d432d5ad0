import type { FastifyInstance, FastifyRequest } from 'fastify';

/** Answers of one person on their way at the same moment. The largest has some 400 kB, and a browser asks for far fewer. */
const MOST_UNREAD = 50;

/**
 * Bounds what an app holds for somebody who doesn't read their answers: each is in memory until it is taken, for as long as
 * its connection is open. Where one person leaves more than `most` unread, the connections of further ones are closed.
 * Live streams don't count: their number has a limit of its own.
 * @param whoAsks an id of a person's, once it is known; undefined for strangers, whose answers are short
 */
export function boundUnreadAnswers(
  app: FastifyInstance,
  whoAsks: (request: FastifyRequest) => string | undefined,
  most = MOST_UNREAD,
): void {
  const unread = new Map<string, number>();
  app.addHook('onSend', async (request, reply) => {
    const who = whoAsks(request);
    const isStream = String(reply.getHeader('content-type')).startsWith('text/event-stream');
    if (who === undefined || isStream || reply.raw.closed) return;
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
