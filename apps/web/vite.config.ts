import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, gzip } from 'node:zlib';
import { readEnv, settings } from '@scheduler/runtime';
import tailwindcss from '@tailwindcss/vite';
import react from '@vitejs/plugin-react';
import { defineConfig, type Plugin } from 'vite';
import { z } from 'zod';
import { pageReadiness } from './server/ready.ts';

/** An icon each in a file of its own was ten requests before the board: a slow processor takes longer to ask than to run. */
const ICONS = { name: 'icons', test: /lucide-react/, minShareCount: 3 };

export default defineConfig(({ command }) => {
  const env = readEnv({
    HOST: settings.HOST,
    WEB_PORT: settings.port(5173),
    SERVER_URL: z.url().default('http://127.0.0.1:4000').describe('where apps/server listens'),
  });
  return {
    plugins: [react(), tailwindcss(), compressed(), health(env.SERVER_URL)],
    // The manifest says which files a page loads first: e2e/budget.ts adds them up.
    build: {
      outDir: 'dist/page',
      emptyOutDir: true,
      target: 'es2022',
      manifest: true,
      rolldownOptions: { output: { codeSplitting: { groups: [ICONS] } } },
    },
    ...(command === 'serve' && {
      server: {
        host: env.HOST,
        port: env.WEB_PORT,
        strictPort: true,
        // `/trpc` carries the live subscription too: a stream, which the proxy hands on as it comes.
        proxy: { '/trpc': env.SERVER_URL, '/api': env.SERVER_URL },
      },
    }),
  };
});

/** In development, `/healthz` and `/readyz` as the page's server answers them; Vite would answer with the page. */
function health(serverUrl: string): Plugin {
  return {
    name: 'health',
    configureServer: ({ middlewares }) => {
      middlewares.use(async (request, response, next) => {
        const [path] = (request.url ?? '').split('?');
        if (path !== '/healthz' && path !== '/readyz') return next();
        const { status, body } =
          path === '/healthz' ? { status: 200, body: { ok: true } } : await pageReadiness(serverUrl);
        response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' });
        response.end(JSON.stringify(body));
      });
    },
  };
}

/** Writes a `.br` and a `.gz` beside each text file of a build: compressed once and best, not for each request. */
function compressed(): Plugin {
  return {
    name: 'compressed',
    apply: 'build',
    writeBundle: async ({ dir = '' }, files) => {
      const names = [...Object.keys(files), 'icon.svg', 'theme.js'].filter((name) =>
        /\.(js|css|html|svg)$/.test(name),
      );
      await Promise.all(
        [...new Set(names)].map(async (name) => {
          const path = join(dir, name);
          const content = await readFile(path);
          await writeFile(`${path}.br`, await promisify(brotliCompress)(content));
          await writeFile(`${path}.gz`, await promisify(gzip)(content, { level: 9 }));
        }),
      );
    },
  };
}
