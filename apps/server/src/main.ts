import { connect } from '@scheduler/db';
import { createLogger, runApp } from '@scheduler/runtime';
import { buildServer } from './app.ts';
import { readSettings } from './env.ts';

await runApp('server', async () => {
  const env = readSettings();
  const log = createLogger('server', env.LOG_LEVEL);
  const database = connect(env.DATABASE_URL, { applicationName: 'scheduler-server' });
  const app = await buildServer({ database, authSecret: env.AUTH_SECRET, origins: env.WEB_ORIGIN, log });
  await app.listen({ port: env.SERVER_PORT, host: env.HOST });
  return async () => {
    await app.close();
    await database.close();
  };
});
