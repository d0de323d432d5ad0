import { createLogger, runApp } from '@scheduler/runtime';
import { buildServer } from './app.ts';
import { readSettings } from './env.ts';

await runApp('server', async () => {
  const env = readSettings();
  const log = createLogger('server', env.LOG_LEVEL);
  const app = await buildServer({
    databaseUrl: env.DATABASE_URL,
    authSecret: env.AUTH_SECRET,
    origins: env.WEB_ORIGIN,
    sessions: { idleHours: env.SESSION_IDLE_HOURS, maxHours: env.SESSION_MAX_HOURS },
    log,
  });
  await app.listen({ port: env.SERVER_PORT, host: env.HOST });
  return () => app.close();
});
