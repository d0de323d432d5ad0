import { CLIENT_ADDRESS_HEADER, type createAuth } from '@scheduler/auth';
import { MAX_BODY_BYTES, readJsonBodies } from '@scheduler/runtime';
import type { FastifyInstance } from 'fastify';
import { headersOf } from './connection.ts';

/** Adds better-auth's routes at `/api/auth`. */
export async function addAuthRoute(
  app: FastifyInstance,
  options: { auth: ReturnType<typeof createAuth>; baseUrl: string },
): Promise<void> {
  await app.register(async (scope) => {
    // better-auth parses the body itself.
    readJsonBodies(scope, { maxBytes: () => MAX_BODY_BYTES.access, keep: 'text' });
    scope.route({
      method: ['GET', 'POST'],
      url: '/api/auth/*',
      // Fastify would read a length that better-auth's answer doesn't have.
      exposeHeadRoute: false,
      handler: async (request, reply) => {
        const headers = headersOf(request);
        headers.set(CLIENT_ADDRESS_HEADER, request.ip);
        const body = typeof request.body === 'string' ? request.body : null;
        const url = new URL(request.url, options.baseUrl);
        const answer = await options.auth.handler(
          new Request(url, { method: request.method, headers, body }),
        );
        return reply.send(answer);
      },
    });
  });
}
