import { AsyncLocalStorage } from 'node:async_hooks';
import type { Socket } from 'node:net';
import type { FastifyInstance } from 'fastify';

/** Requests of one connection that may wait for the answers before theirs. Browsers and proxies send none ahead. */
const MOST_WAITING = 16;

/**
 * Has an app work on one request of a connection at a time, in the order in which they came; a connection on which more
 * than a few wait is cut. Node would begin with all of them at once, some two thousand in one packet. Their answers have no
 * connection until it is their turn, so where that is closed before, nobody tells them, and what was opened for them (files,
 * connections to the API) stays open. Call it before other hooks are added.
 */
export function answerInTurn(app: FastifyInstance): void {
  const waiting = new WeakMap<Socket, number>();
  app.addHook('onRequest', (request, reply, begin) => {
    if (reply.raw.socket) return begin();
    const { socket } = request.raw;
    const others = waiting.get(socket) ?? 0;
    if (others >= MOST_WAITING) {
      socket.destroy();
      return;
    }
    waiting.set(socket, others + 1);
    const goOn = () => {
      waiting.set(socket, (waiting.get(socket) ?? 1) - 1);
      begin();
    };
    // Emitted once the connection is its own, in the scope in which the answer before it ended.
    reply.raw.once('socket', AsyncLocalStorage.bind(goOn));
  });
}
