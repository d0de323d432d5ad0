import { TRPCError } from '@trpc/server';
import type { FastifyReply, FastifyRequest } from 'fastify';

/**
 * Calls back once an answer's connection is closed or the answer is given: for everything that is counted while it lasts.
 * Throws where the connection is closed already: its end was told before, and will not be told again.
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

/** A request's headers as the web platform has them. */
export function headersOf(request: FastifyRequest): Headers {
  const headers = new Headers();
  for (const [name, value] of Object.entries(request.headers)) {
    for (const one of [value ?? []].flat()) headers.append(name, one);
  }
  return headers;
}
