import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { readEnv, runApp, SettingsError, settings } from '@scheduler/runtime';
import { z } from 'zod';
import { buildPageServer } from './app.ts';

await runApp('web', async () => {
  const env = readEnv({
    HOST: settings.HOST,
    LOG_LEVEL: settings.LOG_LEVEL,
    TRUSTED_PROXIES: settings.TRUSTED_PROXIES,
    WEB_PORT: settings.port(5173),
    WEB_ORIGIN: z
      .string()
      .optional()
      .describe(
        'where people open the scheduler, as the server has it; by https, browsers are told to stay with it',
      ),
    SERVER_URL: z.url({ protocol: /^https?$/ }).describe('where apps/server listens, http://server:4000'),
  });
  // Bundled this file is dist/main.js; from source it is server/main.ts and shows what was built last.
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
    logLevel: env.LOG_LEVEL,
  });
  await app.listen({ host: env.HOST, port: env.WEB_PORT });
  return () => app.close();
});
