import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { createLogger, readEnv, runApp, SettingsError } from '@scheduler/runtime';
import { buildPageServer } from './app.ts';
import { SETTINGS } from './env.ts';

await runApp('web', async () => {
  const env = readEnv(SETTINGS);
  // In a build this file is dist/main.js. From source it is server/main.ts and serves the latest
  // build.
  const pageDirectory = fileURLToPath(
    new URL(import.meta.url.endsWith('.ts') ? '../dist/page' : './page', import.meta.url),
  );
  if (!existsSync(pageDirectory)) {
    throw new SettingsError(`The page is not built: ${pageDirectory} is missing. Run vite build first.`);
  }
  const app = await buildPageServer({
    pageDirectory,
    serverUrl: env.SERVER_URL,
    https: env.WEB_ORIGIN?.startsWith('https:') ?? false,
    trustedProxies: env.TRUSTED_PROXIES,
    log: createLogger('web', env.LOG_LEVEL),
  });
  await app.listen({ host: env.HOST, port: env.WEB_PORT });
  return () => app.close();
});
