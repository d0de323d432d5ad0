import { createCrossmarkClient } from '@scheduler/crossmark';
import { connect } from '@scheduler/db';
import { createMetricsWriter } from '@scheduler/metrics';
import { createLogger, runApp, serveHealth, traceCall } from '@scheduler/runtime';
import { createBreaker, createDownloads, postgresSession } from '@scheduler/sync';
import { readSettings } from './env.ts';
import { startWorker } from './worker.ts';

await runApp('worker', async () => {
  const env = readSettings();
  const log = createLogger('worker', env.LOG_LEVEL);
  const metrics = createMetricsWriter(env.REDIS_URL, log);
  // A separate pool, so that calls to Crossmark never wait for jobs that wait for calls.
  const database = connect(env.DATABASE_URL, { max: 4, applicationName: 'scheduler-worker-crossmark' });
  const host = { db: database.db, baseUrl: env.CROSSMARK_BASE_URL };
  const userId = env.CROSSMARK_USER_ID;
  const breaker = createBreaker({ ...host, log, policy: env.breaker });
  const crossmark = createCrossmarkClient({
    baseUrl: env.CROSSMARK_BASE_URL,
    userId,
    password: env.CROSSMARK_PASSWORD,
    userAgent: env.CROSSMARK_USER_AGENT,
    log,
    session: postgresSession({
      ...host,
      userId,
      keys: env.CROSSMARK_SESSION_KEY,
      leaseMs: env.signInLeaseMs,
    }),
    guard: breaker,
    limits: { concurrency: env.SYNC_OUTBOUND_CONCURRENCY, perSecond: env.SYNC_OUTBOUND_PER_SECOND },
    timeouts: { callMs: env.CROSSMARK_CALL_SECONDS * 1_000 },
    onCall: (call) => {
      metrics.call(call);
      traceCall({ name: `crossmark ${call.call}`, durationMs: call.durationMs, failure: call.failureKind });
    },
  });
  const downloads = createDownloads(crossmark, {
    allowedHosts: env.INSTRUCTION_HOSTS,
    userAgent: env.CROSSMARK_USER_AGENT,
  });
  const ready = () => worker.reasons();
  const health = await serveHealth({ host: env.HOST, port: env.WORKER_PORT, ready, log });
  const worker = startWorker({
    databaseUrl: env.DATABASE_URL,
    directUrl: env.DATABASE_DIRECT_URL,
    crossmark,
    downloads,
    breaker,
    log,
    metrics,
    retry: env.retry,
    concurrency: env.WORKER_CONCURRENCY,
    leaseMs: env.SYNC_LEASE_SECONDS * 1_000,
    confirmAfterMs: env.SYNC_CONFIRM_SECONDS * 1_000,
    retention: env.retention,
    digests: env.digests,
    silentAfterSeconds: env.WORKER_SILENT_SECONDS,
    alongside: [database],
  });
  return async () => {
    await worker.stop();
    await health.close();
    await Promise.all([downloads.close(), crossmark.close(), metrics.close(), database.close()]);
  };
});
