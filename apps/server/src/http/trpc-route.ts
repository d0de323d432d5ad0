import { networkOf, type SessionUser, UNATTENDED_HEADER } from '@scheduler/auth';
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
import { assertRole } from '../trpc/procedures.ts';
import { headersOf, whenClosed } from './connection.ts';
import { LONG_CALLS, type LongCalls } from './long-calls.ts';
import type { ServerParts } from './parts.ts';
import { Places } from './places.ts';
import { Streams } from './streams.ts';

/** Procedures that take a CSV file. */
const TAKE_FILES = ['csv.preview', 'csv.import'];
/** Files that are being sent, wait or are worked on at the same moment; each takes up to 8 MB until its turn has come. */
const MOST_FILES = 8;
/** Files of one user among these, and lists that one user exports. One of them is worked on at a time. */
const MOST_OF_ONE = 2;
/** Calls that the web client puts into one request; more are refused. */
const LARGEST_BATCH = 20;

/** Adds the procedures at `/trpc`: calls and batches of calls, live streams, and long calls by their threads. */
export async function addTrpcRoute(
  app: FastifyInstance,
  parts: ServerParts,
  longCalls: LongCalls,
): Promise<void> {
  const streams = new Streams();
  const createContext = async ({ req, res, info }: CreateFastifyContextOptions): Promise<Context> => {
    await parts.assertSchema();
    if (info.calls.length > LARGEST_BATCH) {
      throw new Refusal(`A request carries ${LARGEST_BATCH} calls at most.`, { code: 'input' });
    }
    const headers = headersOf(req);
    // A page opens its stream by itself, and again every half hour: that is no use of the session.
    if (info.type === 'subscription') headers.set(UNATTENDED_HEADER, '1');
    const whoNow = () => parts.auth.userOf(headers);
    const user = await whoNow();
    if (user) parts.userIds.set(req, user.id);
    // Who isn't signed in is refused right after, and their stream is over.
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
      backend: { db: parts.database.db, changes: parts.changes },
    };
  };
  const files = new Places({ mostOfOne: MOST_OF_ONE, most: MOST_FILES });
  const exports = new Places({ mostOfOne: MOST_OF_ONE, most: Number.POSITIVE_INFINITY });
  /** Who sends the file of a request that is let through. */
  const senders = new WeakMap<FastifyRequest, SessionUser>();
  const signedIn = async (request: FastifyRequest): Promise<SessionUser> => {
    const user = await parts.auth.userOf(headersOf(request));
    if (!user) throw new Refusal('You are signed out. Sign in and try again.', { code: 'signed_out' });
    parts.userIds.set(request, user.id);
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
    await parts.assertSchema();
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
}

/** The first long call that a request names, and whether it names nothing else. */
function longCallsOf(request: FastifyRequest): { named: string | undefined; alone: boolean } {
  const { path } = request.params as { path: string };
  return {
    named: path.split(',').find((name) => LONG_CALLS.includes(name)),
    alone: LONG_CALLS.includes(path),
  };
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
