import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, gzip } from 'node:zlib';
import { readEnv, settings } from '@scheduler/runtime';
import { preloadFont } from '@scheduler/ui/preload-font';
import tailwindcss from '@tailwindcss/vite';
import react from '@vitejs/plugin-react';
import { defineConfig, type Plugin } from 'vite';
import { z } from 'zod';
import { pageReadiness } from './server/ready.ts';

/**
 * Icons of several pages. With a file for each there were ten requests before the board, and a slow
 * processor takes longer to request a file than to run it.
 */
const ICONS = { name: 'icons', test: /lucide-react/, minShareCount: 3 };

/**
 * What the board and every other page need at first. One file is smaller than thirty, each of which
 * begins its compression anew.
 */
const FIRST = {
  name: 'first',
  test: /(apps\/web\/src\/(lib|search-params|(activity|audit|board|events)\/\w+-search\.|notes\/note(-mark|s-in-view)|planning\/(dialogs|edits|is-history|selection)\.|review\/shown|shell\/(store-name|use-(session|store|title))|ui\/(badges|button|draft|layers|search-box|shortcuts|states|toast|truncated-text|use-media))|packages\/(ui|runtime)\/src|packages\/scheduling\/src\/(availability|calendar-day|event-type|hours|normal-form|placement|rules|time|vocabulary|worked-minutes)|react-dom\/(index\.|cjs\/react-dom\.production)|vite\/preload-helper)/,
};

/** The frame of all pages, and the board without its dialogs: one file each. */
const SHELL = { name: 'shell', test: /apps\/web\/src\/shell\/shell\.tsx/ };
const BOARD = { name: 'board', test: /apps\/web\/src\/board\/board-page\.tsx/ };

/** The names of the files that every visit of the board needs at first. */
const COMPILED_EARLY = ['index', 'icons', 'first', 'shell', 'board'];

export default defineConfig(({ command }) => {
  const env = readEnv({
    HOST: settings.HOST,
    WEB_PORT: settings.port(5173),
    SERVER_URL: z.url().default('http://127.0.0.1:4000').describe('where apps/server listens'),
  });
  return {
    plugins: [
      react(),
      tailwindcss(),
      preloadFont(),
      preloadBoard(),
      compiledEarly(),
      compressed(),
      health(env.SERVER_URL),
    ],
    // The manifest says which files a page loads first: e2e/budget.ts adds them up.
    build: {
      outDir: 'dist/page',
      emptyOutDir: true,
      target: 'es2022',
      manifest: true,
      rolldownOptions: { output: { codeSplitting: { groups: [ICONS, FIRST, SHELL, BOARD] } } },
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

/**
 * Has the browser compile the first files whole while they load, beside the page's own thread. Without
 * this it compiles each function when it is first called, while nothing else can happen.
 * Browsers that do not know the comment ignore it. See https://v8.dev/blog/explicit-compile-hints
 */
function compiledEarly(): Plugin {
  return {
    name: 'compiled-early',
    apply: 'build',
    generateBundle: {
      order: 'post',
      handler: (_options, bundle) => {
        for (const file of Object.values(bundle)) {
          if (file.type === 'chunk' && COMPILED_EARLY.includes(file.name))
            file.code = `//# allFunctionsCalledOnLoad\n${file.code}`;
        }
      },
    },
  };
}

/** Tells public/early.js the files of the board, so that they load at once with the page's own. */
function preloadBoard(): Plugin {
  return {
    name: 'preload-board',
    apply: 'build',
    transformIndexHtml: {
      order: 'post',
      handler: (html, { bundle = {} }) => {
        const chunks = Object.values(bundle).filter((file) => file.type === 'chunk');
        const page = chunks.find(({ facadeModuleId }) => facadeModuleId?.endsWith('/board/board-page.tsx'));
        if (!page) throw new Error('The build has no file for the board: see routes.tsx.');
        const files = [page.fileName, ...page.imports].filter((file) => !html.includes(file));
        const script = '<script src="/early.js"';
        if (!html.includes(script)) throw new Error('index.html does not load early.js.');
        return html.replace(script, `${script} data-files="${files.map((file) => `/${file}`).join(' ')}"`);
      },
    },
  };
}

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
      const names = [...Object.keys(files), 'icon.svg', 'theme.js', 'early.js'].filter((name) =>
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
