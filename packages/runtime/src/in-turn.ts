import { AsyncLocalStorage } from 'node:async_hooks';
import type { Socket } from 'node:net';
import type { FastifyInstance } from 'fastify';

/**
 * Requests of one connection that may wait for earlier answers. Browsers and proxies do not
 * pipeline.
 */
const MAX_WAITING = 16;

/**
 * Makes an app process the requests of one connection one at a time and in order, and closes a
 * connection with too many waiting requests. Node starts all pipelined requests at once, up to two
 * thousand in one packet. Their answers have no socket until their turn, so they miss a close of
 * the connection and leave files and API connections open. Call this before other hooks are added.
 */
export function answerInTurn(app: FastifyInstance): void {
  const waiting = new WeakMap<Socket, number>();
  app.addHook('onRequest', (request, reply, begin) => {
    if (reply.raw.socket) return begin();
    const { socket } = request.raw;
    const waitingCount = waiting.get(socket) ?? 0;
    if (waitingCount >= MAX_WAITING) {
      socket.destroy();
      return;
    }
    waiting.set(socket, waitingCount + 1);
    const proceed = () => {
      waiting.set(socket, (waiting.get(socket) ?? 1) - 1);
      begin();
    };
    // Node emits this when the answer gets the socket, in the async context of the previous answer.
    reply.raw.once('socket', AsyncLocalStorage.bind(proceed));
  });
}
