import { randomUUID } from 'node:crypto';
import httpProxy from '@fastify/http-proxy';
import fastifyStatic from '@fastify/static';
import {
  answerInTurn,
  answerUnreadable,
  boundUnreadAnswers,
  describeClientAddresses,
  describeFailure,
  type Logger,
  MAX_BODY_BYTES,
  requireHost,
  securityHeaders,
} from '@scheduler/runtime';
import fastify, { type FastifyBaseLogger, type FastifyInstance, LogController } from 'fastify';
import { pageReadiness } from './ready.ts';

/**
 * The scheduler's page and, at the same origin so that cookies just work, a way through to the API:
 * `/trpc` and `/api` go to `serverUrl`, every other path that is no file gets the page.
 */
export async function buildPageServer(options: {
  /**
   * Folder with index.html and assets/, as vite built them; `x.br` and `x.gz` beside a file are
   * sent in its place.
   */
  pageDirectory: string;
  serverUrl: string;
  /** Whether people open it by https. */
  https: boolean;
  /** Proxies in front: the client's address is what they say it is. */
  trustedProxies: readonly string[];
  log: Logger;
}): Promise<FastifyInstance> {
  const logger: FastifyBaseLogger = options.log;
  logger.info({ trustedProxies: options.trustedProxies }, describeClientAddresses(options.trustedProxies));
  const app: FastifyInstance = fastify({
    loggerInstance: logger,
    genReqId: () => randomUUID(),
    // One line a request would be one line an asset; the API logs its own.
    logController: new LogController({ disableRequestLogging: true }),
    forceCloseConnections: true,
    trustProxy: [...options.trustedProxies],
    requestTimeout: LONGEST_REQUEST_MS,
    // Node swaps the two where headers may take longer, as by default, and looks every 30 s: a body
    // had a minute and more.
    http: {
      headersTimeout: LONGEST_REQUEST_MS,
      connectionsCheckingInterval: 5_000,
      requireHostHeader: false,
    },
    clientErrorHandler: answerUnreadable({ https: options.https, log: options.log }),
  });

  // Before any route: a route keeps the handler that there was when it was added.
  app.setErrorHandler<Error & { statusCode?: number }>((error, request, reply) => {
    const { status, message, isOurs } = describeFailure(error, request.id);
    // Whoever leaves before the API answers breaks the answer off: that is no failure.
    if (reply.raw.closed) request.log.info('the browser left before it was answered');
    else if (isOurs) request.log.error({ err: error }, 'a request failed');
    return reply.code(status).send({ error: message });
  });

  answerInTurn(app);
  boundUnreadAnswers(app);
  // The page itself takes no bodies; those of calls go through unread.
  app.removeAllContentTypeParsers();
  // What the API would cut short is refused here: whoever is cut short hears no answer.
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
      // Dialogs lock the page's scrolling with a style element that they insert.
      'style-src': "'self' 'unsafe-inline'",
      'img-src': "'self' data:",
    },
  });
  app.addHook('onSend', async (_request, reply) => {
    reply.headers(headers);
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
      // The live subscription is one answer that stays open, silent for as long as nothing changes.
      // One open page is one connection for good: with the usual 128 of them nobody else would get
      // through.
      undici: { bodyTimeout: 0, headersTimeout: 60_000, connections: null },
      // Callers retry by themselves: one call would be eleven, just when the API can't do
      // its job.
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
    // The build leaves its notes in .vite/.
    dotfiles: 'ignore',
    preCompressed: true,
    setHeaders: (reply, path) => {
      // File names in assets/ carry a hash of their content.
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

/** To arrive; answers may take as long as they like. */
const LONGEST_REQUEST_MS = 30_000;
