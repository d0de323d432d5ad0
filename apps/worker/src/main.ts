import { createCrossmarkClient } from '@scheduler/crossmark';
import { createMetricsWriter } from '@scheduler/metrics';
import { createLogger, runApp } from '@scheduler/runtime';
import { readSettings } from './env.ts';
import { startWorker } from './worker.ts';

await runApp('worker', async () => {
  const env = readSettings();
  const log = createLogger('worker', env.LOG_LEVEL);
  const metrics = createMetricsWriter(env.REDIS_URL, log);
  const crossmark = createCrossmarkClient({
    baseUrl: env.CROSSMARK_BASE_URL,
    userId: env.CROSSMARK_USER_ID,
    password: env.CROSSMARK_PASSWORD,
    log,
    timeouts: { callMs: env.CROSSMARK_CALL_SECONDS * 1_000 },
    onCall: metrics.call,
  });
  const worker = startWorker({
    databaseUrl: env.DATABASE_URL,
    crossmark,
    log,
    metrics,
    retry: env.retry,
    concurrency: env.WORKER_CONCURRENCY,
    leaseMs: env.SYNC_LEASE_SECONDS * 1_000,
    silentAfterSeconds: env.WORKER_SILENT_SECONDS,
  });
  return async () => {
    await worker.stop();
    await Promise.all([crossmark.close(), metrics.close()]);
  };
});
