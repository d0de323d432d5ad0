import { createBullBoard } from '@bull-board/api';
import type { BaseAdapter } from '@bull-board/api/dist/queueAdapters/base.js';
import type { MetricsHistoryProvider } from '@bull-board/api/dist/types.js';
import { FastifyAdapter } from '@bull-board/fastify';
import { isRead } from '@scheduler/auth';
import { auditLog, type Db } from '@scheduler/db';
import { internalErrorMessage, MAX_BODY_BYTES, readJsonBodies, type Shares } from '@scheduler/runtime';
import { sql } from 'drizzle-orm';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { BOARD_LOOK, dressBoard } from './board-look.ts';
import { boardActor } from './board-queues.ts';
import { redact } from './redact.ts';
import type { Viewer } from './viewer.ts';

/** Where the queue pages are mounted. */
const QUEUES_PATH = '/queues';

declare module 'fastify' {
  interface FastifyRequest {
    viewer: Viewer | null;
    /** The id of the audit entry that is written before a change of queues. */
    auditId: number | null;
  }
}

/**
 * Mounts bull-board for users: admins operate queues, and other roles see them read-only. An audit
 * entry is written before each change, and its outcome afterwards. All answers are redacted.
 */
export async function mountQueues(
  app: FastifyInstance,
  options: {
    queues: readonly BaseAdapter[];
    historyProvider: MetricsHistoryProvider;
    /** Called after a change, so that the overview shows it. */
    changed: () => void;
    db: Db;
    /** Where the font of our own pages is served; undefined where they aren't built. */
    fontPath: string | undefined;
    viewerOf: (request: FastifyRequest) => Promise<Viewer | null>;
    shares: Shares;
  },
): Promise<void> {
  const adapter = new FastifyAdapter();
  adapter.setBasePath(QUEUES_PATH);
  createBullBoard({
    queues: [...options.queues],
    serverAdapter: adapter,
    options: {
      historyProvider: options.historyProvider,
      uiConfig: {
        ...BOARD_LOOK,
        pollingInterval: { showSetting: true },
      },
    },
  });
  const queueNamed = new Map(options.queues.map((queue) => [queue.getName(), queue]));

  await app.register(
    async (scope) => {
      scope.decorateRequest('viewer', null);
      scope.decorateRequest('auditId', null);

      readJsonBodies(scope, { maxBytes: () => MAX_BODY_BYTES.call, keep: 'value' });
      scope.addHook('onRequest', async (request, reply) => {
        const viewer = await options.viewerOf(request);
        if (!viewer) {
          const isPage = isRead(request.method) && (request.headers.accept ?? '').includes('text/html');
          if (isPage) return reply.redirect(`/?next=${encodeURIComponent(request.url)}`);
          return reply.code(401).send({ error: 'Sign in to see this.' });
        }
        request.viewer = viewer;
        if (!isRead(request.method) && viewer.role !== 'admin') {
          return reply.code(403).send({
            error: { key: 'ERRORS.FORBIDDEN' },
            message: `Your role (${viewer.role}) can see the queues and change nothing. Ask an admin.`,
          });
        }
        await options.shares.begin(viewer.id, reply.raw);
      });

      scope.addHook('preHandler', async (request) => {
        if (isRead(request.method) || !request.viewer) return;
        const { queueName, jobId, schedulerId } = paramsOf(request);
        const subject = jobId ?? schedulerId ?? queueName ?? 'all';
        const [row] = await options.db
          .insert(auditLog)
          .values({
            actorId: request.viewer.id,
            actorName: request.viewer.name,
            action: actionOf(request.routeOptions.url ?? ''),
            subjectType: subjectType({ isJob: Boolean(jobId), isScheduler: Boolean(schedulerId) }),
            subjectId: jobId && queueName ? `${queueName}/${jobId}` : subject,
            before: await describe(queueNamed, request),
            after: { asked: redact({ ...paramsOf(request), ...bodyOf(request) }) },
            requestId: request.id,
          })
          .returning({ id: auditLog.id });
        request.auditId = row?.id ?? null;
      });

      scope.addHook('preHandler', (request, _reply, done) =>
        boardActor.run(request.viewer?.name ?? 'Somebody', done),
      );

      scope.addHook('onResponse', async (request, reply) => {
        if (request.auditId === null) return;
        const outcome = { status: reply.statusCode, ...(await describe(queueNamed, request)) };
        options.changed();
        // The app may not change the entry.
        await options.db.execute(
          sql`select add_audit_outcome(${request.auditId}, ${JSON.stringify(outcome)}::text::jsonb)`,
        );
      });

      // bull-board sends an error's message to the page, and the message of a failed query contains
      // the query.
      scope.addHook('onError', async (request, _reply, error) => {
        if ((error.statusCode ?? 500) >= 500) request.log.error({ err: error }, 'a queue page failed');
      });
      scope.addHook('preSerialization', async (request, reply, payload) => {
        if (reply.statusCode >= 500) {
          return {
            error: { key: 'ERRORS.INTERNAL_SERVER_ERROR' },
            message: internalErrorMessage(request.id),
          };
        }
        const redacted = redact(payload);
        return request.viewer?.role === 'admin' ? redacted : asReadOnly(redacted);
      });

      scope.addHook('onSend', async (_request, reply, payload) => {
        const isPage = String(reply.getHeader('content-type')).startsWith('text/html');
        return typeof payload === 'string' && isPage ? dressBoard(payload, options.fontPath) : payload;
      });

      await scope.register(adapter.registerPlugin());
    },
    { prefix: QUEUES_PATH },
  );
}

const paramsOf = (request: FastifyRequest) =>
  (request.params ?? {}) as { queueName?: string; jobId?: string; schedulerId?: string };

const bodyOf = (request: FastifyRequest) =>
  request.body && typeof request.body === 'object' ? (request.body as Record<string, unknown>) : {};

/** The object of a request in the audit log. */
function subjectType({ isJob, isScheduler }: { isJob: boolean; isScheduler: boolean }) {
  if (isJob) return 'job';
  return isScheduler ? 'scheduler' : 'queue';
}

/** `/queues/api/queues/:queueName/:jobId/retry` is `job.retry`. */
function actionOf(route: string): string {
  const parts = route.slice(`${QUEUES_PATH}/api/`.length).split('/');
  const noun = subjectType({
    isJob: parts.includes(':jobId'),
    isScheduler: parts.includes(':schedulerId'),
  });
  const verb = parts.slice(1).filter((part) => part !== 'job-schedulers' && !part.startsWith(':'));
  return `${noun}.${verb.join('.') || 'update'}`;
}

/** The current state of a request's object, for the audit log. */
async function describe(
  queues: Map<string, BaseAdapter>,
  request: FastifyRequest,
): Promise<Record<string, unknown>> {
  const { queueName, jobId } = paramsOf(request);
  const queue = queueName === undefined ? undefined : queues.get(queueName);
  if (queueName !== undefined && !queue) return {};
  if (queue && jobId) {
    const job = await queue.getJob(jobId);
    if (!job) return { job: null };
    const { data, attemptsMade, failedReason, delay, priority } = job.toJSON();
    return {
      job: redact({ state: await job.getState(), data, attemptsMade, failedReason, delay, priority }),
    };
  }
  const states = await Promise.all(
    (queue ? [queue] : [...queues.values()]).map(async (each) => [
      each.getName(),
      { paused: await each.isPaused(), counts: await each.getJobCounts() },
    ]),
  );
  return { queues: Object.fromEntries(states) };
}

/** The answer for users who may not act: every queue is marked as read-only, and the board shows no buttons. */
function asReadOnly(payload: unknown): unknown {
  if (!payload || typeof payload !== 'object' || !('queues' in payload) || !Array.isArray(payload.queues)) {
    return payload;
  }
  return { ...payload, queues: payload.queues.map((queue: object) => ({ ...queue, readOnlyMode: true })) };
}
