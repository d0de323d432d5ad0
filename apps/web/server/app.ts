import httpProxy from '@fastify/http-proxy';
import fastifyStatic from '@fastify/static';
import {
  boundUnreadAnswers,
  describeFailure,
  type Logger,
  MAX_BODY_BYTES,
  requireHost,
  securityHeaders,
} from '@scheduler/runtime';
import { createHttpApp } from '@scheduler/runtime/http';
import type { FastifyInstance } from 'fastify';
import { pageReadiness } from './ready.ts';

/**
 * Serves the scheduler's page, and forwards calls of the API at the same origin, so that cookies
 * need no special rules. `/trpc` and `/api` go to `serverUrl`; every other path that is not a file
 * gets the page.
 */
export async function buildPageServer(options: {
  /**
   * The folder with index.html and assets/, as built by Vite. If `x.br` or `x.gz` exists beside a
   * file, it is sent instead.
   */
  pageDirectory: string;
  serverUrl: string;
  /** Whether people open the page by https. */
  https: boolean;
  /** Trusted proxies, which report the client's address. */
  trustedProxies: readonly string[];
  log: Logger;
}): Promise<FastifyInstance> {
  const app = createHttpApp(options);

  // Set before any route is added, because a route keeps the handler of that moment.
  app.setErrorHandler<Error & { statusCode?: number }>((error, request, reply) => {
    const { status, message, isOurs } = describeFailure(error, request.id);
    // A browser that leaves before the API answers aborts the answer. That is not a failure.
    if (reply.raw.closed) request.log.info('the browser left before it was answered');
    else if (isOurs) request.log.error({ err: error }, 'a request failed');
    return reply.code(status).send({ error: message });
  });

  boundUnreadAnswers(app);
  // A body that is too long for the API is refused here, because a client whose request the API
  // cuts off gets no answer.
  app.addHook('onRequest', async (request, reply) => {
    if (!(Number(request.headers['content-length']) > MAX_BODY_BYTES.file)) return;
    reply.header('connection', 'close');
    return reply
      .code(413)
      .send({ error: `The request is too long: ${MAX_BODY_BYTES.file} bytes are the most.` });
  });
  requireHost(app);

  const headers = securityHeaders({
    https: options.https,
    policy: {
      'default-src': "'self'",
      // Dialogs insert a style element to lock the page's scrolling.
      'style-src': "'self' 'unsafe-inline'",
      'img-src': "'self' data:",
    },
  });
  app.addHook('onSend', async (_request, reply) => {
    const policy = reply.getHeader('content-security-policy');
    reply.headers(headers);
    // The API allows some files less than a page.
    if (String(policy).startsWith('sandbox')) reply.header('content-security-policy', policy);
  });

  app.get('/healthz', async () => ({ ok: true }));
  app.get('/readyz', async (_request, reply) => {
    const { status, body } = await pageReadiness(options.serverUrl);
    return reply.code(status).send(body);
  });

  for (const prefix of ['/trpc', '/api']) {
    await app.register(httpProxy, {
      upstream: options.serverUrl,
      prefix,
      rewritePrefix: prefix,
      // The live subscription is an answer that stays open and is silent while nothing changes.
      // Each open page keeps one connection, so the usual limit of 128 would lock out other people.
      undici: { bodyTimeout: 0, headersTimeout: 60_000, connections: null },
      // Callers retry. With retries here one call would become eleven, just when the API is
      // overloaded.
      retryMethods: [],
      replyOptions: {
        rewriteRequestHeaders: (request, headers) => ({ ...headers, 'x-forwarded-for': request.ip }),
        onError: (reply, { error }) => {
          app.log.warn({ err: error }, 'the API did not answer');
          reply.code(502).send({ error: 'The scheduling server did not answer. Try again in a moment.' });
        },
      },
    });
  }

  await app.register(fastifyStatic, {
    root: options.pageDirectory,
    cacheControl: false,
    // The build writes internal files to .vite/.
    dotfiles: 'ignore',
    preCompressed: true,
    setHeaders: (reply, path) => {
      // File names in assets/ contain a hash of the content.
      const immutable = path.includes('/assets/');
      reply.header('cache-control', immutable ? 'public, max-age=31536000, immutable' : 'no-cache');
    },
  });
  app.setNotFoundHandler((request, reply) => {
    const wantsPage = request.method === 'GET' && !request.url.startsWith('/assets/');
    if (wantsPage) return reply.sendFile('index.html');
    return reply.code(404).send({ error: `${request.url} is not here.` });
  });
  return app;
}
