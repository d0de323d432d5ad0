import { createAuth, isFromOwnPage, isRead, type SessionLimits } from '@scheduler/auth';
import { connect, databaseReasons, SCHEMA_BEHIND, schemaIsBehind } from '@scheduler/db';
import { planRunsOf } from '@scheduler/plans';
import {
  boundUnreadAnswers,
  describeFailure,
  type Logger,
  RefusedCalls,
  readiness,
  requireHost,
  Shares,
  securityHeaders,
} from '@scheduler/runtime';
import { SERVER_TIME_HEADER } from '@scheduler/runtime/browser-clock';
import { currentTimeMs } from '@scheduler/runtime/clock';
import { createHttpApp } from '@scheduler/runtime/http';
import { TRPCError } from '@trpc/server';
import { getHTTPStatusCodeFromError } from '@trpc/server/http';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { addFeedRoute, FEED_ROUTE } from '../calendars/feed-route.ts';
import { openChangeFeed } from '../core/change-feed.ts';
import { Refusal } from '../core/errors.ts';
import { addPacketRoutes } from '../packets/packet-route.ts';
import { addAuthRoute } from './auth-route.ts';
import { addFileRoutes } from './files.ts';
import { openLongCalls } from './long-calls.ts';
import { Places } from './places.ts';
import { addTrpcRoute } from './trpc-route.ts';

/** Database connections: more than the share of one person, see `Shares`. */
const CONNECTIONS = 24;
/** The most exports and packets of one user that wait or are processed. */
const MOST_EXPORTS_OF_ONE = 2;

/**
 * Builds the server around a database, ready to listen: tRPC at `/trpc`, sign-in at `/api/auth`, a
 * person's week as a calendar file, packets, calendar feeds, the audit log as a CSV file, `/healthz` (the process runs) and
 * `/readyz` (it is ready, or why not). Closing it ends open streams, whose clients then reconnect,
 * and lets running calls finish.
 * @param options.origins the addresses at which browsers open the scheduler, the main one first;
 * changes from other origins are refused
 */
export async function buildServer(options: {
  databaseUrl: string;
  /** The database itself, if `databaseUrl` is a pooler's; notifications are heard there. */
  directUrl?: string | undefined;
  authSecret: string;
  origins: readonly string[];
  sessions: SessionLimits;
  /** The proxies in front (web and others), which name the client's address. */
  trustedProxies: readonly string[];
  log: Logger;
}): Promise<FastifyInstance> {
  const { databaseUrl, directUrl = databaseUrl, log } = options;
  const [baseUrl] = options.origins;
  if (!baseUrl) throw new Error('The server needs to know where browsers open it.');
  const database = connect(databaseUrl, { max: CONNECTIONS, applicationName: 'scheduler-server' });
  const auth = createAuth({
    db: database.db,
    secret: options.authSecret,
    baseUrl,
    trustedOrigins: options.origins,
    app: 'scheduler',
    sessions: options.sessions,
    log,
  });
  const changes = await openChangeFeed({ database, url: directUrl, log }).catch(async (error: unknown) => {
    await database.close();
    throw error;
  });

  const https = baseUrl.startsWith('https:');
  const app = createHttpApp({ log, https, trustedProxies: options.trustedProxies, finishesCalls: true });

  // Set before the routes, because a route keeps the handler of the time when it was added.
  app.setErrorHandler<Error & { statusCode?: number }>((error, request, reply) => {
    if (error instanceof TRPCError && error.code !== 'INTERNAL_SERVER_ERROR')
      return reply.status(getHTTPStatusCodeFromError(error)).send({ message: error.message });
    const { status, message, isOurs } = describeFailure(error, request.id);
    if (isOurs) request.log.error({ err: error }, 'request failed');
    return reply.status(status).send({ message });
  });
  app.setNotFoundHandler((_request, reply) => reply.status(404).send({ message: 'There is nothing here.' }));

  const headers = securityHeaders({ https, policy: {} });
  app.addHook('onRequest', async (request, reply) => {
    reply.headers(headers);
    reply.header('x-request-id', request.id);
    reply.header('cache-control', 'no-store');
    reply.header(SERVER_TIME_HEADER, currentTimeMs());
  });
  requireHost(app);
  app.addHook('onResponse', async (request, reply) => {
    // The address of a calendar feed is a secret.
    const isSecret = request.routeOptions.url === FEED_ROUTE;
    const [path] = isSecret ? [FEED_ROUTE] : request.url.split('?');
    if (path === '/healthz' || path === '/readyz') return;
    const refused = refusedCalls.of(request);
    request.log.info(
      {
        method: request.method,
        path,
        status: reply.statusCode,
        durationMs: Math.round(reply.elapsedTime),
        userId: userIds.get(request),
        ...((refused || reply.statusCode >= 400) && { refused, address: request.ip }),
      },
      'request',
    );
  });
  const userIds = new WeakMap<FastifyRequest, string>();
  boundUnreadAnswers(app, { whoAsks: (request) => userIds.get(request) });
  const shares = new Shares();
  const refusedCalls = new RefusedCalls();

  /**
   * Answers at once while the schema is behind; otherwise each statement on a missing table would
   * fail with its own message.
   */
  const assertSchema = async () => {
    // If the database doesn't answer, the next statement reports it.
    if (await schemaIsBehind(database.db).catch(() => false))
      throw new Refusal(SCHEMA_BEHIND, { code: 'updating' });
  };
  app.addHook('preHandler', async (request) => {
    // The tRPC routes below refuse calls in tRPC's own format.
    if (request.routeOptions.url?.startsWith('/api/')) await assertSchema();
  });

  /** Refuses a request for a change that was not sent by one of our pages. */
  const assertOwnPage = (request: FastifyRequest) => {
    const { origin } = request.headers;
    if (isRead(request.method) || isFromOwnPage(origin, options.origins)) return;
    throw new Refusal(
      `This request came from ${origin ?? 'no page'}, but the scheduler is at ${options.origins.join(' and ')}. Open it there.`,
      { code: 'origin' },
    );
  };
  app.addHook('onRequest', async (request) => {
    // The tRPC routes below refuse calls in tRPC's own format.
    if (!request.url.startsWith('/trpc')) assertOwnPage(request);
  });

  app.get('/healthz', async () => ({ ok: true }));
  app.get('/readyz', async (_request, reply) => {
    const { status, body } = await readiness(async () => {
      const reasons = await databaseReasons(database.db, log);
      if (!changes.hears())
        reasons.push('The database does not tell of changes: pages are not kept up to date.');
      return reasons;
    });
    return reply.status(status).send(body);
  });

  const parts = { database, auth, changes, shares, refusedCalls, userIds, assertSchema, assertOwnPage };
  await addAuthRoute(app, { auth, baseUrl });
  addFileRoutes(app, parts);
  addFeedRoute(app, parts);
  const longCalls = openLongCalls({ databaseUrl, log });
  const exports = new Places({ mostOfOne: MOST_EXPORTS_OF_ONE, most: Number.POSITIVE_INFINITY });
  addPacketRoutes(app, parts, { longCalls, exports });
  await addTrpcRoute(app, parts, { longCalls, exports });

  app.addHook('onClose', async () => {
    await longCalls.close();
    await planRunsOf(database.db).close();
    await changes.close();
    await database.close();
  });
  return app;
}
