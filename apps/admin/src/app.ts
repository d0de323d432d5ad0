import {
  CLIENT_ADDRESS_HEADER,
  CSRF_HEADER,
  createAuth,
  isFromOwnPage,
  isRead,
  isSameSecret,
  type SessionLimits,
  UNATTENDED_HEADER,
} from '@scheduler/auth';
import { type Database, databaseReasons, SCHEMA_BEHIND, schemaIsBehind } from '@scheduler/db';
import type { MetricsReader } from '@scheduler/metrics';
import {
  assertShallowJson,
  boundUnreadAnswers,
  describeFailure,
  isEncodedTwice,
  type Logger,
  MAX_BODY_BYTES,
  RefusedCalls,
  readiness,
  readJsonBodies,
  requireHost,
  Shares,
  securityHeaders,
} from '@scheduler/runtime';
import { SERVER_TIME_HEADER } from '@scheduler/runtime/browser-clock';
import { currentTimeMs } from '@scheduler/runtime/clock';
import { createHttpApp } from '@scheduler/runtime/http';
import { TRPCError } from '@trpc/server';
import { type CreateFastifyContextOptions, fastifyRequestHandler } from '@trpc/server/adapters/fastify';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { createBoardQueues, historyProviderOf, nextRefreshAt } from './board-queues.ts';
import { builtFontPath, serveBuiltPage, servePageFromSource } from './page.ts';
import { PROMETHEUS_TYPE, prometheusText } from './prometheus.ts';
import { mountQueues } from './queues.ts';
import { type Context, createServices, router } from './router.ts';

/** The parts of the admin app. The caller owns database and metrics and closes them. */
export interface AdminOptions {
  database: Database;
  metrics: MetricsReader;
  authSecret: string;
  /** The token with which Prometheus reads /metrics without a session. */
  metricsToken?: string | undefined;
  /** The address of this app, such as `https://admin.example`. */
  origin: string;
  sessions: SessionLimits;
  /** The proxies in front, which name the client's address. */
  trustedProxies: readonly string[];
  log: Logger;
  /** `built` serves dist/page, `source` serves page/ with hot reload, `none` serves no page. */
  page: 'built' | 'source' | 'none';
}

/** A host may have session cookies of both the admin app and the scheduler. */
const APP = 'scheduler-admin';
const SIGN_IN = '/api/auth/sign-in/';
/** The most calls that the page batches into one request; larger batches are refused. */
const LARGEST_BATCH = 20;

/**
 * The admin app: sign-in, the overview's API at /trpc, bull-board at /queues, Prometheus' text at
 * /metrics, the page at /. Everything except the page itself, sign-in and /healthz requires a
 * session of a user with all stores. A change requires an admin and a request from our own page, which is checked by its
 * origin and by the session's token.
 */
export async function buildAdmin(options: AdminOptions): Promise<FastifyInstance> {
  const { database, metrics } = options;
  const origin = new URL(options.origin).origin;
  const https = origin.startsWith('https:');
  const app = createHttpApp({ log: options.log, https, trustedProxies: options.trustedProxies });

  // Set before the routes, because a route keeps the handler of the time when it was added.
  app.setErrorHandler<Error & { statusCode?: number }>((error, request, reply) => {
    const { status, message, isOurs } = describeFailure(error, request.id);
    if (isOurs) request.log.error({ err: error }, 'a request failed');
    return reply.code(status).send({ error: message });
  });

  const origins = originsOf(origin);
  const auth = createAuth({
    db: database.db,
    secret: options.authSecret,
    baseUrl: origin,
    trustedOrigins: origins,
    app: APP,
    sessions: options.sessions,
    log: options.log,
  });
  const userIds = new WeakMap<FastifyRequest, string>();
  const viewerOf = async (request: FastifyRequest) => {
    const headers = headersOf(request);
    // The queue pages poll every few seconds. A poll doesn't keep a session alive; an action does.
    if (isRead(request.method)) headers.set(UNATTENDED_HEADER, '1');
    const viewer = await auth.userOf(headers);
    if (viewer) userIds.set(request, viewer.id);
    // Queues, jobs and figures are of all stores.
    if (viewer?.storeIds) throw new OfSomeStores();
    return viewer;
  };
  boundUnreadAnswers(app, { whoAsks: (request) => userIds.get(request) });
  const shares = new Shares();
  const refusedCalls = new RefusedCalls();
  app.addHook('onResponse', async (request, reply) => {
    const refused = refusedCalls.of(request);
    const [path] = request.url.split('?');
    const isRefusal = refused !== undefined || (reply.statusCode >= 400 && reply.statusCode < 500);
    if (!isRefusal) return;
    const { method, ip: address } = request;
    const userId = userIds.get(request);
    request.log.info({ method, path, status: reply.statusCode, userId, refused, address }, 'request refused');
  });

  app.addHook('onRequest', async (request, reply) => {
    // The route's pattern, because one address has many spellings.
    const { url: route = '' } = request.routeOptions;
    const asks = ['/api/', '/queues/api/'].some((path) => route.startsWith(path));
    // If the database doesn't answer, the next statement reports it.
    if (asks && (await schemaIsBehind(database.db).catch(() => false)))
      // As text, because the queue pages replace the message of a JSON error.
      return reply
        .code(503)
        .type('application/json')
        .send(JSON.stringify({ error: SCHEMA_BEHIND, message: SCHEMA_BEHIND }));
    if (isRead(request.method)) return;
    if (!isFromOwnPage(request.headers.origin, origins))
      return reply.code(403).send({ error: 'This request did not come from the admin page itself.' });
    // Sign-in needs no session. Other routes refuse requests without one.
    const csrf = auth.csrfOf(headersOf(request));
    if (!csrf || request.url.startsWith(SIGN_IN) || csrf.accepts(request.headers[CSRF_HEADER])) return;
    return reply.code(403).send({
      error: 'This request lacks the token of your session. Reload the page and try again.',
    });
  });
  requireHost(app);
  const pageHeaders = securityHeaders({ https, policy: PAGE_POLICY });
  const boardHeaders = securityHeaders({ https, policy: BOARD_POLICY });
  app.addHook('onSend', async (request, reply) => {
    reply.headers(request.url.startsWith('/queues') ? boardHeaders : pageHeaders);
    // In development Vite adds inline scripts to the page.
    if (options.page === 'source') reply.removeHeader('content-security-policy');
    const csrf = auth.csrfOf(headersOf(request));
    if (csrf?.setCookie) reply.header('set-cookie', csrf.setCookie);
    if (!reply.hasHeader('cache-control')) reply.header('cache-control', 'no-store');
    reply.header(SERVER_TIME_HEADER, currentTimeMs());
  });

  app.get('/healthz', async () => ({ ok: true }));
  app.get('/readyz', async (_request, reply) => {
    const { status, body } = await readiness(() => databaseReasons(database.db, options.log));
    return reply.code(status).send(body);
  });

  await app.register(async (scope) => {
    // better-auth parses the body itself.
    readJsonBodies(scope, { maxBytes: () => MAX_BODY_BYTES.access, keep: 'text' });
    scope.route({
      method: ['GET', 'POST'],
      url: '/api/auth/*',
      handler: async (request, reply) => {
        const headers = headersOf(request);
        headers.set(CLIENT_ADDRESS_HEADER, request.ip);
        const body = typeof request.body === 'string' ? request.body : null;
        const url = new URL(request.url, origin);
        const answer = await auth.handler(new Request(url, { method: request.method, headers, body }));
        reply.code(answer.status);
        for (const [name, value] of answer.headers) {
          if (name !== 'set-cookie') reply.header(name, value);
        }
        reply.header('set-cookie', answer.headers.getSetCookie());
        return reply.send(await answer.text());
      },
    });
  });

  const queues = createBoardQueues(database, metrics);
  const services = createServices(database.db, metrics, () => nextRefreshAt(queues));
  app.addHook('onClose', async () => services.moments.stop());

  app.get('/metrics', async (request, reply) => {
    const [, bearer] = /^Bearer (.+)$/i.exec(request.headers.authorization ?? '') ?? [];
    const byToken =
      bearer !== undefined &&
      options.metricsToken !== undefined &&
      isSameSecret(bearer, options.metricsToken);
    const viewer = byToken ? null : await viewerOf(request);
    if (!byToken && !viewer)
      return reply.code(401).send({ error: 'Sign in, or send the token that ADMIN_METRICS_TOKEN names.' });
    await shares.begin(viewer?.id ?? 'metrics', reply.raw);
    const { facts } = await services.moments.get();
    return reply.type(PROMETHEUS_TYPE).send(await prometheusText(facts, metrics));
  });

  const createContext = async ({ req, info }: CreateFastifyContextOptions): Promise<Context> => {
    if (info.calls.length > LARGEST_BATCH) {
      const message = `A request carries ${LARGEST_BATCH} calls at most.`;
      throw new TRPCError({ code: 'BAD_REQUEST', message });
    }
    if (await schemaIsBehind(database.db).catch(() => false))
      throw new TRPCError({ code: 'SERVICE_UNAVAILABLE', message: SCHEMA_BEHIND });
    const viewer = await viewerOf(req);
    const inTurn = <T>(work: () => Promise<T>) => shares.run(viewer?.id ?? 'stranger', work);
    return { viewer, requestId: req.id, inTurn, services };
  };
  await app.register(async (scope) => {
    readJsonBodies(scope, { maxBytes: () => MAX_BODY_BYTES.call, keep: 'text' });
    scope.addHook('onRequest', async (request, reply) => {
      if (isEncodedTwice(request.url)) return reply.callNotFound();
    });
    scope.addHook('preHandler', async (request) => {
      const { input = [] } = request.query as { input?: string | string[] };
      for (const text of [input].flat()) assertShallowJson(text);
    });
    scope.route({
      method: ['GET', 'POST'],
      url: '/trpc/:path',
      // Fastify would read a length that tRPC's answer doesn't have.
      exposeHeadRoute: false,
      handler: async (request, reply) =>
        fastifyRequestHandler({
          router,
          createContext,
          onError: ({ error, path, req }) => {
            if (error.code === 'INTERNAL_SERVER_ERROR')
              req.log.error({ err: error, path }, 'a procedure failed');
            else refusedCalls.note(req, { path, code: error.code });
          },
          req: request,
          res: reply,
          path: (request.params as { path: string }).path,
        }),
    });
  });

  await mountQueues(app, {
    queues,
    historyProvider: historyProviderOf(metrics),
    changed: services.moments.forget,
    db: database.db,
    fontPath: options.page === 'built' ? builtFontPath() : undefined,
    viewerOf,
    shares,
  });

  if (options.page === 'source') await servePageFromSource(app);
  if (options.page === 'built') await serveBuiltPage(app);
  return app;
}

/** The refusal of a user of some stores, as an answer of tRPC's and of other routes. */
class OfSomeStores extends TRPCError {
  readonly statusCode = 403;

  constructor() {
    super({
      code: 'FORBIDDEN',
      message:
        'This page shows the work of every store, and you work in some of them. Ask an admin for all stores.',
    });
  }
}

function headersOf(request: FastifyRequest): Headers {
  const headers = new Headers();
  for (const [name, value] of Object.entries(request.headers)) {
    for (const one of Array.isArray(value) ? value : [value]) {
      if (one !== undefined) headers.append(name, one);
    }
  }
  return headers;
}

/**
 * The origins at which browsers may have opened the page: on one machine, localhost and 127.0.0.1
 * are the same page.
 */
function originsOf(origin: string): string[] {
  const { protocol, hostname, port } = new URL(origin);
  if (hostname !== 'localhost' && hostname !== '127.0.0.1') return [origin];
  return ['localhost', '127.0.0.1'].map((host) => `${protocol}//${host}${port ? `:${port}` : ''}`);
}

const PAGE_POLICY = { 'default-src': "'self'", 'img-src': "'self' data:" };
// bull-board's page has inline styles and a `base` element with its own folder.
const BOARD_POLICY = { ...PAGE_POLICY, 'style-src': "'self' 'unsafe-inline'", 'base-uri': "'self'" };
