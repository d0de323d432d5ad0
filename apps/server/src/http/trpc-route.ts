import { networkOf, type SessionUser, UNATTENDED_HEADER } from '@scheduler/auth';
import type { UserRole } from '@scheduler/db';
import {
  assertShallowJson,
  BodyRefused,
  isEncodedTwice,
  MAX_BODY_BYTES,
  readJsonBodies,
} from '@scheduler/runtime';
import { TRPCError } from '@trpc/server';
import { type CreateFastifyContextOptions, fastifyRequestHandler } from '@trpc/server/adapters/fastify';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { Refusal } from '../core/errors.ts';
import { appRouter } from '../router.ts';
import type { Context } from '../trpc/context.ts';
import { assertRole, schemasOf } from '../trpc/procedures.ts';
import { headersOf, whenClosed } from './connection.ts';
import { LONG_CALLS, type LongCalls } from './long-calls.ts';
import type { ServerParts } from './parts.ts';
import { Places } from './places.ts';
import { Streams } from './streams.ts';

/** The procedures that accept a file, and the role that they require. */
const TAKE_FILES: ReadonlyMap<string, UserRole> = new Map([
  ['csv.preview', 'dispatcher'],
  ['csv.import', 'dispatcher'],
  ['packets.addTemplate', 'admin'],
]);
/**
 * The most files that are received, wait or are processed at the same time. Each takes up to 8 MB
 * until its turn.
 */
const MOST_FILES = 8;
/**
 * The most files of one user among these. One of them is processed at a time.
 */
const MOST_OF_ONE = 2;
/**
 * The header that names the user whose page sent a request: the user's e-mail, encoded by
 * encodeURIComponent.
 */
const PAGE_USER_HEADER = 'x-scheduler-page-user';
/** The most calls that the web client batches into one request; larger batches are refused. */
const LARGEST_BATCH = 20;

/** Adds the procedures at `/trpc`: calls and batches, live streams, and long calls in threads. */
export async function addTrpcRoute(
  app: FastifyInstance,
  parts: ServerParts,
  { longCalls, exports }: { longCalls: LongCalls; exports: Places },
): Promise<void> {
  const streams = new Streams();
  const schemaOf = schemasOf(appRouter);
  /**
   * Returns the user of a request; nobody if its page belongs to another user than the cookie, for
   * example because another user has just signed in in another tab.
   */
  const userOf = async (headers: Headers): Promise<SessionUser | null> => {
    const user = await parts.auth.userOf(headers);
    const pageUser = headers.get(PAGE_USER_HEADER);
    return user && pageUser !== null && pageUser !== encodeURIComponent(user.email) ? null : user;
  };
  const createContext = async ({ req, res, info }: CreateFastifyContextOptions): Promise<Context> => {
    await parts.assertSchema();
    if (info.calls.length > LARGEST_BATCH) {
      throw new Refusal(`A request carries ${LARGEST_BATCH} calls at most.`, { code: 'input' });
    }
    const headers = headersOf(req);
    // A page opens its stream without its user, and again every half hour, so a stream doesn't keep
    // the session alive.
    if (info.type === 'subscription') headers.set(UNATTENDED_HEADER, '1');
    const whoNow = () => userOf(headers);
    const user = await whoNow();
    if (user) parts.userIds.set(req, user.id);
    // A request without a session is refused next, which ends its stream.
    if (user && info.type === 'subscription') streams.open(res, user.id);
    const rememberDevice = (email: string) => {
      res.header('set-cookie', parts.auth.rememberDevice(headersOf(req), email));
    };
    const inTurn = <T>(work: () => Promise<T>) =>
      parts.shares.run(user?.id ?? `network ${networkOf(req.ip)}`, work);
    return {
      user,
      whoNow,
      rememberDevice,
      requestId: req.id,
      inTurn,
      schemaOf,
      backend: { db: parts.database.db, changes: parts.changes },
    };
  };
  const files = new Places({ mostOfOne: MOST_OF_ONE, most: MOST_FILES });
  /** The sender of an admitted file. */
  const senders = new WeakMap<FastifyRequest, SessionUser>();
  const signedIn = async (request: FastifyRequest): Promise<SessionUser> => {
    const user = await userOf(headersOf(request));
    if (!user) throw new Refusal('You are signed out. Sign in and try again.', { code: 'signed_out' });
    parts.userIds.set(request, user.id);
    return user;
  };
  /**
   * Returns the most bytes that a request may have. A batch gets the smallest limit of its calls and
   * never the limit of a file, because each of its files could have the most lines. The server reads
   * as much as a file may have only if the user may send that file.
   */
  const maxBytesOf = async (request: FastifyRequest, reply: FastifyReply): Promise<number> => {
    const procedures = (request.params as { path: string }).path.split(',');
    if (procedures.some((name) => name.startsWith('access.'))) return MAX_BODY_BYTES.access;
    const [procedure = '', ...others] = procedures;
    const role = TAKE_FILES.get(procedure);
    if (others.length > 0 || !role) return MAX_BODY_BYTES.call;
    const user = await signedIn(request);
    assertRole(user, role);
    files.take(reply, user.id);
    senders.set(request, user);
    return MAX_BODY_BYTES.file;
  };
  /** Passes a long call to a thread when its whole body has arrived. */
  const answerLong = async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    await parts.assertSchema();
    let user = senders.get(request);
    if (!user) {
      user = await signedIn(request);
      exports.take(reply, user.id);
    }
    const body = Buffer.isBuffer(request.body) ? (request.body as Buffer<ArrayBuffer>) : null;
    // The body is read neither here nor when the call is refused.
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
  /** Logs the error of a call if it is our fault, and notes the code of a refusal. */
  const noteFailure = (
    request: FastifyRequest,
    { path, code, error }: { path: string | undefined; code: TRPCError['code']; error: Error },
  ) => {
    if (code === 'INTERNAL_SERVER_ERROR') {
      request.log.error({ err: error.cause ?? error, procedure: path }, 'procedure failed');
    } else parts.refusedCalls.note(request, { path, code });
  };

  await app.register(async (scope) => {
    readJsonBodies(scope, {
      maxBytes: maxBytesOf,
      keep: (request) => (longCallsOf(request).alone ? 'bytes' : 'text'),
    });
    scope.addHook('onRequest', async (request, reply) => {
      if (isEncodedTwice(request.url)) return reply.callNotFound();
      parts.assertOwnPage(request);
    });
    scope.addHook('preHandler', async (request) => {
      const { input = [] } = request.query as { input?: string | string[] };
      for (const text of [input].flat()) assertShallowJson(text);
    });
    scope.addHook('preClose', async () => streams.cut());
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
    // In the format of tRPC's answers, which the page reads. tRPC would quote another content type.
    scope.setErrorHandler<Error & { statusCode?: number }>(async (error, request, reply) => {
      // tRPC would treat bytes as a value.
      request.body = undefined;
      if (error.statusCode === 415) return reply.status(415).send({ message: 'Send JSON.' });
      const refused = refusalBeforeCall(error);
      if (!refused) throw error;
      await answer(request, reply, async () => {
        throw refused;
      });
    });
  });
}

/** The first long call of a request, and whether it is the only call. */
function longCallsOf(request: FastifyRequest): { named: string | undefined; alone: boolean } {
  const { path } = request.params as { path: string };
  return {
    named: path.split(',').find((name) => LONG_CALLS.includes(name)),
    alone: LONG_CALLS.includes(path),
  };
}

/**
 * Why a call is refused for its body or address before it reaches a procedure; undefined if the
 * error is ours.
 */
function refusalBeforeCall(error: Error): TRPCError | undefined {
  if (error instanceof TRPCError) return error;
  if (error instanceof BodyRefused) {
    const code = error.statusCode === 413 ? 'PAYLOAD_TOO_LARGE' : 'BAD_REQUEST';
    return new TRPCError({ code, message: error.message });
  }
  return undefined;
}
