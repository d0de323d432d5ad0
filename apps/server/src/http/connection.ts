import { TRPCError } from '@trpc/server';
import type { FastifyReply, FastifyRequest } from 'fastify';

/**
 * Calls back once when the answer is sent or its connection closes, for counts of running requests.
 * Throws if the connection is already closed, because no event will follow.
 */
export function whenClosed({ raw }: FastifyReply, closed: () => void): void {
  if (!raw.socket || raw.socket.destroyed) {
    throw new TRPCError({
      code: 'CLIENT_CLOSED_REQUEST',
      message: 'The connection was closed.',
    });
  }
  raw.once('close', closed);
}

/** Converts a request's headers to the web platform's `Headers`. */
export function headersOf(request: FastifyRequest): Headers {
  const headers = new Headers();
  for (const [name, value] of Object.entries(request.headers)) {
    for (const one of [value ?? []].flat()) headers.append(name, one);
  }
  return headers;
}
