import { connect } from '@scheduler/db';
import { createMetricsReader } from '@scheduler/metrics';
import { createLogger, runApp } from '@scheduler/runtime';
import { buildAdmin } from './app.ts';
import { adminEnv } from './env.ts';

/** Database connections: more than the share of one person, see `Shares`. */
const CONNECTIONS = 16;

await runApp('admin', async () => {
  const env = adminEnv();
  const database = connect(env.DATABASE_URL, { applicationName: 'crossmark-admin', max: CONNECTIONS });
  const metrics = createMetricsReader(env.REDIS_URL);
  const app = await buildAdmin({
    database,
    metrics,
    authSecret: env.AUTH_SECRET,
    metricsToken: env.ADMIN_METRICS_TOKEN,
    origin: env.ADMIN_ORIGIN ?? `http://localhost:${env.ADMIN_PORT}`,
    sessions: { idleHours: env.SESSION_IDLE_HOURS, maxHours: env.SESSION_MAX_HOURS },
    trustedProxies: env.TRUSTED_PROXIES,
    log: createLogger('admin', env.LOG_LEVEL),
    page: env.NODE_ENV === 'development' ? 'source' : 'built',
  });
  await app.listen({ host: env.HOST, port: env.ADMIN_PORT });
  return async () => {
    await app.close();
    metrics.close();
    await database.close();
  };
});
