import { createLogger, runApp } from '@scheduler/runtime';
import { offerSetUp } from './access/offer-set-up.ts';
import { watchAlerts } from './alerts/tell-alerts.ts';
import { readSettings } from './env.ts';
import { buildServer } from './http/app.ts';

await runApp('server', async () => {
  const env = readSettings();
  const log = createLogger('server', env.LOG_LEVEL);
  const app = await buildServer({
    databaseUrl: env.DATABASE_URL,
    directUrl: env.DATABASE_DIRECT_URL,
    authSecret: env.AUTH_SECRET,
    origins: env.WEB_ORIGIN,
    sessions: { idleHours: env.SESSION_IDLE_HOURS, maxHours: env.SESSION_MAX_HOURS },
    trustedProxies: env.TRUSTED_PROXIES,
    log,
  });
  await app.listen({ port: env.SERVER_PORT, host: env.HOST });
  const origin = env.WEB_ORIGIN[0] ?? '';
  const stopping = new AbortController();
  const { signal } = stopping;
  // One after the other over the same place of the connection limit. Alerts need the migrated schema too.
  const besides = (async () => {
    await offerSetUp(env.DATABASE_URL, { origin, log, signal });
    const { alertWays: ways, ALERT_QUIET_MINUTES: quietMinutes, ADMIN_ORIGIN: adminOrigin } = env;
    if (ways) await watchAlerts(env.DATABASE_URL, { ways, origin, adminOrigin, quietMinutes, log, signal });
  })();
  return async () => {
    stopping.abort();
    await Promise.all([app.close(), besides]);
  };
});
