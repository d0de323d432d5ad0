import { randomUUID } from 'node:crypto';
import { Readable } from 'node:stream';
import {
  CLIENT_ADDRESS_HEADER,
  createAuth,
  isFromOwnPage,
  isRead,
  networkOf,
  type SessionLimits,
  type SessionUser,
  UNATTENDED_HEADER,
} from '@scheduler/auth';
import { connect, databaseReasons, SCHEMA_BEHIND, schemaIsBehind } from '@scheduler/db';
import {
  answerInTurn,
  answerUnreadable,
  assertShallowJson,
  BodyRefused,
  describeClientAddresses,
  describeFailure,
  isEncodedTwice,
  type Logger,
  MAX_BODY_BYTES,
  RefusedCalls,
  readiness,
  readJsonBodies,
  ShareSpent,
  Shares,
  securityHeaders,
} from '@scheduler/runtime';
import { SERVER_TIME_HEADER } from '@scheduler/runtime/browser-clock';
import { currentTimeMs } from '@scheduler/runtime/clock';
import { formatDay } from '@scheduler/scheduling';
import { TRPCError } from '@trpc/server';
import { type CreateFastifyContextOptions, fastifyRequestHandler } from '@trpc/server/adapters/fastify';
import { getHTTPStatusCodeFromError } from '@trpc/server/http';
import {
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  fastify,
  LogController,
} from 'fastify';
import { z } from 'zod';
import { auditFilter } from '../activity/audit-router.ts';
import { auditCsv } from '../activity/audit-search.ts';
import { personCalendar } from '../board/person-week.ts';
import { openChangeFeed } from '../core/change-feed.ts';
import { Refusal } from '../core/errors.ts';
import { appRouter } from '../router.ts';
import type { Context } from '../trpc/context.ts';
import { assertRole, inWords } from '../trpc/procedures.ts';
import { id, workDate } from '../trpc/schemas.ts';
import { weekAsCalendar } from './calendar.ts';
import { LONG_CALLS, openLongCalls } from './long-calls.ts';

/** Procedures that take a CSV file. */
const TAKE_FILES = ['csv.preview', 'csv.import'];
/** Files that are being sent, wait or are worked on at the same moment; each takes up to 8 MB until its turn has come. */
const MOST_FILES = 8;
/** Files of one user among these, and lists that one user exports. One of them is worked on at a time. */
const MOST_OF_ONE = 2;
const LONGEST_REQUEST_MS = 30_000;
/** Calls that the web client puts into one request; more are refused. */
const LARGEST_BATCH = 20;
/** To the database: more than one person's share takes, see `Shares`. */
const CONNECTIONS = 24;
/** Live streams of one user at one server: a browser opens one for all its pages. */
const MOST_STREAMS = 50;

const WEEK_FILE = z.object({
  employeeId: z.coerce.number().pipe(id),
  weekOf: workDate.optional(),
});

const AUDIT_FILE = z.strictObject({ ...auditFilter, storeId: z.coerce.number().pipe(id).optional() });

/**
 * Builds the server around a database, ready to listen: tRPC at `/trpc`, sign-in at `/api/auth`, a
 * person's week as a calendar file, the audit log as a CSV file, `/healthz` (the process
 * answers) and `/readyz` (it can do its job, or why not). Closing it ends open streams, whose clients then connect anew,
 * and lets running calls finish.
 * @param options.origins where browsers open the scheduler, the main address first; nobody else may change anything
 */
export async function buildServer(options: {
  databaseUrl: string;
  authSecret: string;
  origins: readonly string[];
  sessions: SessionLimits;
  /** web, and whatever else is in front: the client's address is what they say it is. */
  trustedProxies: readonly string[];
  log: Logger;
}): Promise<FastifyInstance> {
  const { databaseUrl, log } = options;
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
  const changes = await openChangeFeed({ database, url: databaseUrl, log }).catch(async (error: unknown) => {
    await database.close();
    throw error;
  });

  log.info({ trustedProxies: options.trustedProxies }, describeClientAddresses(options.trustedProxies));
  const logger: FastifyBaseLogger = log;
  const app: FastifyInstance = fastify({
    loggerInstance: logger,
    // One line a request, below, without its address's query: filters hold what people type.
    logController: new LogController({ disableRequestLogging: true, requestIdLogLabel: 'requestId' }),
    genReqId: () => randomUUID(),
    requestTimeout: LONGEST_REQUEST_MS,
    // Node swaps the two where headers may take longer, as by default, and looks every 30 s: a body had a minute and more.
    http: { headersTimeout: LONGEST_REQUEST_MS, connectionsCheckingInterval: 5_000 },
    routerOptions: { maxParamLength: 5_000 },
    clientErrorHandler: answerUnreadable({ https: baseUrl.startsWith('https:'), log }),
    trustProxy: [...options.trustedProxies],
  });

  answerInTurn(app);
  // Where a body is taken, below, it is said how long it may be.
  app.removeAllContentTypeParsers();

  // Before any route: a route keeps the handler that there was when it was added.
  app.setErrorHandler<Error & { statusCode?: number }>((error, request, reply) => {
    if (error instanceof Refusal)
      return reply.status(getHTTPStatusCodeFromError(error)).send({ message: error.message });
    const { status, message, isOurs } = describeFailure(error, request.id);
    if (isOurs) request.log.error({ err: error }, 'request failed');
    return reply.status(status).send({ message });
  });
  app.setNotFoundHandler((_request, reply) => reply.status(404).send({ message: 'There is nothing here.' }));

  const headers = securityHeaders({ https: baseUrl.startsWith('https:'), policy: {} });
  app.addHook('onRequest', async (request, reply) => {
    reply.headers(headers);
    reply.header('x-request-id', request.id);
    reply.header('cache-control', 'no-store');
    reply.header(SERVER_TIME_HEADER, currentTimeMs());
  });
  app.addHook('onResponse', async (request, reply) => {
    const [path] = request.url.split('?');
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
  const shares = new Shares();
  const refusedCalls = new RefusedCalls();

  /** Statements on tables that aren't there yet would fail one by one, each in words of its own. */
  const assertSchema = async () => {
    // Where the database doesn't answer, what is asked of it next says so.
    if (await schemaIsBehind(database.db).catch(() => false))
      throw new Refusal(SCHEMA_BEHIND, { code: 'updating' });
  };
  app.addHook('preHandler', async (request) => {
    // Calls of tRPC are refused in its own shape, below.
    if (request.routeOptions.url?.startsWith('/api/')) await assertSchema();
  });

  /** Refuses a changing request that another site's page sent, or none. */
  const assertOwnPage = (request: FastifyRequest) => {
    const { origin } = request.headers;
    if (isRead(request.method) || isFromOwnPage(origin, options.origins)) return;
    throw new Refusal(
      `This request came from ${origin ?? 'no page'}, but the scheduler is at ${options.origins.join(' and ')}. Open it there.`,
      { code: 'origin' },
    );
  };
  app.addHook('onRequest', async (request) => {
    // Calls of tRPC are refused in its own shape, below.
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

  await app.register(async (scope) => {
    // better-auth parses it by itself.
    readJsonBodies(scope, { maxBytes: () => MAX_BODY_BYTES.access, keep: 'text' });
    scope.route({
      method: ['GET', 'POST'],
      url: '/api/auth/*',
      // Fastify would ask better-auth's answer for a length that it doesn't have.
      exposeHeadRoute: false,
      handler: async (request, reply) => {
        const headers = headersOf(request);
        headers.set(CLIENT_ADDRESS_HEADER, request.ip);
        const body = typeof request.body === 'string' ? request.body : null;
        const url = new URL(request.url, baseUrl);
        return reply.send(await auth.handler(new Request(url, { method: request.method, headers, body })));
      },
    });
  });

  /** Calendars open it without the page, so it is an address of its own; the session's cookie goes along. */
  app.get('/api/people/:employeeId/week.ics', async (request, reply) => {
    const user = await auth.userOf(headersOf(request));
    if (!user) return reply.status(401).send({ message: 'You are signed out. Sign in and try again.' });
    userIds.set(request, user.id);
    await shares.begin(user.id, reply.raw);
    const asked = WEEK_FILE.safeParse({ ...(request.params as object), ...(request.query as object) });
    if (!asked.success) {
      return reply.status(400).send({ message: 'Ask for a person by number and a week by a day of it.' });
    }
    const week = await personCalendar(database.db, asked.data);
    if (week.entries.length === 0) {
      const message = `Nothing was ever planned for ${week.employee.name} in the week of ${formatDay(week.weekOf)}.`;
      return reply.status(404).send({ message });
    }
    return reply
      .header('content-type', 'text/calendar; charset=utf-8')
      .header('content-disposition', `attachment; filename="week-${week.weekOf}.ics"`)
      .send(weekAsCalendar(week));
  });

  /** Of any length, so it is a stream and no procedure; a browser saves it as it comes. */
  app.get('/api/audit.csv', async (request, reply) => {
    const user = await auth.userOf(headersOf(request));
    if (!user) return reply.status(401).send({ message: 'You are signed out. Sign in and try again.' });
    userIds.set(request, user.id);
    assertRole(user, 'admin');
    const asked = AUDIT_FILE.safeParse(request.query);
    if (!asked.success) return reply.status(400).send({ message: inWords(asked.error).message });
    await shares.begin(user.id, reply.raw);
    const lines = auditCsv(database.db, asked.data);
    // What can be refused is refused before the file begins.
    const { value: first = '' } = await lines.next();
    const file = Readable.from(
      (async function* () {
        yield first;
        yield* lines;
      })(),
    );
    return reply
      .header('content-type', 'text/csv; charset=utf-8')
      .header('content-disposition', 'attachment; filename="audit-log.csv"')
      .send(file);
  });

  const streams = new Set<FastifyReply>();
  const streamsOf = new Map<string, number>();
  /** Counts a stream until it closes. Throws where somebody has more than any number of browsers would open. */
  const openStream = (reply: FastifyReply, user: string) => {
    const open = streamsOf.get(user) ?? 0;
    if (open >= MOST_STREAMS) {
      throw new TRPCError({
        code: 'TOO_MANY_REQUESTS',
        message: `You have ${MOST_STREAMS} pages open. Close some of them.`,
      });
    }
    whenClosed(reply, () => {
      streams.delete(reply);
      const left = (streamsOf.get(user) ?? 1) - 1;
      if (left > 0) streamsOf.set(user, left);
      else streamsOf.delete(user);
    });
    streamsOf.set(user, open + 1);
    streams.add(reply);
  };

  const createContext = async ({ req, res, info }: CreateFastifyContextOptions): Promise<Context> => {
    await assertSchema();
    if (info.calls.length > LARGEST_BATCH) {
      throw new Refusal(`A request carries ${LARGEST_BATCH} calls at most.`, { code: 'input' });
    }
    const headers = headersOf(req);
    // A page opens its stream by itself, and again every half hour: that is no use of the session.
    if (info.type === 'subscription') headers.set(UNATTENDED_HEADER, '1');
    const whoNow = () => auth.userOf(headers);
    const user = await whoNow();
    if (user) userIds.set(req, user.id);
    // Who isn't signed in is refused right after, and their stream is over.
    if (user && info.type === 'subscription') openStream(res, user.id);
    const rememberDevice = (email: string) => {
      res.header('set-cookie', auth.rememberDevice(headersOf(req), email));
    };
    const inTurn = <T>(work: () => Promise<T>) =>
      shares.run(user?.id ?? `network ${networkOf(req.ip)}`, work).catch((error: unknown) => {
        if (!(error instanceof ShareSpent)) throw error;
        throw new TRPCError({ code: 'TOO_MANY_REQUESTS', message: error.message });
      });
    return { user, whoNow, rememberDevice, requestId: req.id, inTurn, backend: { db: database.db, changes } };
  };
  const longCalls = openLongCalls({ databaseUrl, log });
  const files = new Places({ mostOfOne: MOST_OF_ONE, most: MOST_FILES });
  const exports = new Places({ mostOfOne: MOST_OF_ONE, most: Number.POSITIVE_INFINITY });
  /** Who sends the file of a request that is let through. */
  const senders = new WeakMap<FastifyRequest, SessionUser>();
  const signedIn = async (request: FastifyRequest): Promise<SessionUser> => {
    const user = await auth.userOf(headersOf(request));
    if (!user) throw new Refusal('You are signed out. Sign in and try again.', { code: 'signed_out' });
    userIds.set(request, user.id);
    return user;
  };
  /**
   * A batch gets the smallest limit of its calls, and never that of a file: each of its files would be read up to the most lines that one may
   * have. The server reads that many bytes only from somebody who may import CSV files.
   */
  const maxBytesOf = async (request: FastifyRequest, reply: FastifyReply): Promise<number> => {
    const procedures = (request.params as { path: string }).path.split(',');
    if (procedures.some((name) => name.startsWith('access.'))) return MAX_BODY_BYTES.access;
    const [procedure = '', ...others] = procedures;
    if (others.length > 0 || !TAKE_FILES.includes(procedure)) return MAX_BODY_BYTES.call;
    const user = await signedIn(request);
    assertRole(user, 'dispatcher');
    files.take(reply, user.id);
    senders.set(request, user);
    return MAX_BODY_BYTES.file;
  };
  /** Has a long call worked on in a thread, once its whole body is here. */
  const answerLong = async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    await assertSchema();
    let user = senders.get(request);
    if (!user) {
      user = await signedIn(request);
      exports.take(reply, user.id);
    }
    const body = Buffer.isBuffer(request.body) ? (request.body as Buffer<ArrayBuffer>) : null;
    // Nobody reads it here, nor where the call is refused.
    request.body = undefined;
    const leave = new AbortController();
    whenClosed(reply, () => leave.abort());
    const call = { method: request.method, url: request.url, body, user, requestId: request.id };
    const answer = await longCalls.answer(call, leave.signal);
    for (const { path, code, error } of answer.failures) noteFailure(request, { path, code, error });
    return reply
      .status(answer.status)
      .headers(Object.fromEntries(answer.headers))
      .send(Buffer.from(answer.body.buffer));
  };
  /** Logs what a call failed with where that is our fault, and notes what it was refused for. */
  const noteFailure = (
    request: FastifyRequest,
    { path, code, error }: { path: string | undefined; code: TRPCError['code']; error: Error },
  ) => {
    if (code === 'INTERNAL_SERVER_ERROR') {
      request.log.error({ err: error.cause ?? error, procedure: path }, 'procedure failed');
    } else refusedCalls.note(request, { path, code });
  };

  await app.register(async (scope) => {
    readJsonBodies(scope, {
      maxBytes: maxBytesOf,
      keep: (request) => (longCallsOf(request).alone ? 'bytes' : 'text'),
    });
    scope.addHook('onRequest', async (request, reply) => {
      if (isEncodedTwice(request.url)) return reply.callNotFound();
      assertOwnPage(request);
    });
    scope.addHook('preHandler', async (request) => {
      const { input = [] } = request.query as { input?: string | string[] };
      for (const text of [input].flat()) assertShallowJson(text);
    });
    // Cut, not ended: a stream that ends is over for good, a lost one is opened again, at whatever server there is then.
    scope.addHook('preClose', async () => {
      for (const stream of streams) stream.raw.destroy();
    });
    const answer = (req: FastifyRequest, res: FastifyReply, context = createContext) =>
      fastifyRequestHandler({
        router: appRouter,
        createContext: context,
        onError: ({ error, path, req }) => noteFailure(req, { path, code: error.code, error }),
        req,
        res,
        path: (req.params as { path: string }).path,
      });
    scope.route({
      method: ['GET', 'POST'],
      url: '/trpc/:path',
      exposeHeadRoute: false,
      handler: (request, reply) => {
        const { named, alone } = longCallsOf(request);
        if (alone) return answerLong(request, reply);
        if (named) throw new Refusal(`Send ${named} in a request of its own.`, { code: 'input' });
        return answer(request, reply);
      },
    });
    // In the form of tRPC's own answers, which the page reads. It would quote another content type.
    scope.setErrorHandler<Error & { statusCode?: number }>(async (error, request, reply) => {
      // It would take bytes for a value.
      request.body = undefined;
      if (error.statusCode === 415) return reply.status(415).send({ message: 'Send JSON.' });
      const refused = refusalBeforeCall(error);
      if (!refused) throw error;
      await answer(request, reply, async () => {
        throw refused;
      });
    });
  });

  app.addHook('onClose', async () => {
    await longCalls.close();
    await changes.close();
    await database.close();
  });
  return app;
}

/** The first long call that a request names, and whether it names nothing else. */
function longCallsOf(request: FastifyRequest): { named: string | undefined; alone: boolean } {
  const { path } = request.params as { path: string };
  return {
    named: path.split(',').find((name) => LONG_CALLS.includes(name)),
    alone: LONG_CALLS.includes(path),
  };
}

/** Counts what people have under way until it is answered or its connection is closed. */
class Places {
  readonly #limits: { mostOfOne: number; most: number };
  readonly #of = new Map<string, number>();
  #all = 0;

  constructor(limits: { mostOfOne: number; most: number }) {
    this.#limits = limits;
  }

  /** Throws where a user, or all together, have as many under way as may be. */
  take(reply: FastifyReply, user: string): void {
    const own = this.#of.get(user) ?? 0;
    if (own >= this.#limits.mostOfOne) {
      const message = `You have ${own} files under way. Wait until one of them is done, then try again.`;
      throw new TRPCError({ code: 'TOO_MANY_REQUESTS', message });
    }
    if (this.#all >= this.#limits.most) {
      const message = 'Other people are importing files. Try again in a moment.';
      throw new TRPCError({ code: 'TOO_MANY_REQUESTS', message });
    }
    whenClosed(reply, () => {
      const left = (this.#of.get(user) ?? 1) - 1;
      if (left > 0) this.#of.set(user, left);
      else this.#of.delete(user);
      this.#all -= 1;
    });
    this.#of.set(user, own + 1);
    this.#all += 1;
  }
}

/** Why a call is refused for its body or address, before any procedure sees it; undefined for what is our fault. */
function refusalBeforeCall(error: Error): TRPCError | undefined {
  if (error instanceof TRPCError) return error;
  if (error instanceof BodyRefused) {
    const code = error.statusCode === 413 ? 'PAYLOAD_TOO_LARGE' : 'BAD_REQUEST';
    return new TRPCError({ code, message: error.message });
  }
  return undefined;
}

/**
 * Calls back once an answer's connection is closed or the answer is given: for everything that is counted while it lasts.
 * Throws where the connection is closed already: its end was told before, and will not be told again.
 */
function whenClosed({ raw }: FastifyReply, closed: () => void): void {
  if (!raw.socket || raw.socket.destroyed) {
    throw new TRPCError({
      code: 'CLIENT_CLOSED_REQUEST',
      message: 'The connection was closed.',
    });
  }
  raw.once('close', closed);
}

function headersOf(request: FastifyRequest): Headers {
  const headers = new Headers();
  for (const [name, value] of Object.entries(request.headers)) {
    for (const one of Array.isArray(value) ? value : value === undefined ? [] : [value]) {
      headers.append(name, one);
    }
  }
  return headers;
}
