import { connect } from '@scheduler/db';
import { createLogger, type Logger, runApp } from '@scheduler/runtime';
import { makeSetUpLink } from './access/access-links.ts';
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
  await offerSetUp(env.DATABASE_URL, origin, log);
  const { alertWays: ways } = env;
  const watch = ways
    ? watchAlerts(env.DATABASE_URL, { ways, origin, quietMinutes: env.ALERT_QUIET_MINUTES, log })
    : undefined;
  return async () => {
    await Promise.all([app.close(), watch?.stop()]);
  };
});

/**
 * While there is no user, prints a link with which the first admin signs up. It goes to standard
 * output and not to the log.
 */
async function offerSetUp(databaseUrl: string, origin: string, log: Logger): Promise<void> {
  const database = connect(databaseUrl, { max: 1, applicationName: 'scheduler-server' });
  try {
    const link = await makeSetUpLink(database.db);
    if (!link) return;
    process.stdout.write(
      `\nNobody can sign in yet. Open this link within 24 hours to make the first admin and store; it works once:\n\n  ${origin}/set-up#${link.token}\n\n`,
    );
  } catch (error) {
    log.error({ err: error }, 'could not look whether there is a user');
  } finally {
    await database.close();
  }
}
