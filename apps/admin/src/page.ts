import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import fastifyMiddie from '@fastify/middie';
import fastifyStatic from '@fastify/static';
import { SettingsError } from '@scheduler/runtime';
import type { FastifyInstance } from 'fastify';

// Both src/ and dist/ are one level below the app's folder.
const BUILT_PAGE = fileURLToPath(new URL('../dist/page/', import.meta.url));

/** Where the font of the built page is served; undefined where the page isn't built. */
export function builtFontPath(): string | undefined {
  const page = `${BUILT_PAGE}index.html`;
  if (!existsSync(page)) return undefined;
  return /href="(\/assets\/[\w.-]+\.woff2)"/.exec(readFileSync(page, 'utf8'))?.[1];
}

/** Serves the built page. Throws a SettingsError if it was not built. */
export async function serveBuiltPage(app: FastifyInstance): Promise<void> {
  if (!existsSync(BUILT_PAGE)) {
    throw new SettingsError(`The page is not built: ${BUILT_PAGE} is missing. Run pnpm build first.`);
  }
  await app.register(fastifyStatic, {
    root: BUILT_PAGE,
    cacheControl: false,
    dotfiles: 'ignore',
    setHeaders: (reply, path) => {
      // File names in assets/ carry a hash of their content.
      const immutable = path.includes('/assets/');
      reply.header('cache-control', immutable ? 'public, max-age=31536000, immutable' : 'no-cache');
    },
  });
}

/** Serves the page from its source, with hot reload, on this same port. */
export async function servePageFromSource(app: FastifyInstance): Promise<void> {
  const { createServer } = await import('vite');
  const root = fileURLToPath(new URL('../page/', import.meta.url));
  const vite = await createServer({
    configFile: fileURLToPath(new URL('../vite.config.ts', import.meta.url)),
    // Bundling the config would write and remove a file, and `node --watch` would restart the
    // program.
    configLoader: 'native',
    // Fastify serves the queue pages and the API, so vite must not answer them with the page.
    appType: 'custom',
    server: { middlewareMode: true, hmr: { server: app.server } },
  });
  app.addHook('onClose', () => vite.close());
  await app.register(fastifyMiddie);
  app.use(vite.middlewares);
  app.get('/', async (request, reply) => {
    const html = await vite.transformIndexHtml(request.url, readFileSync(`${root}index.html`, 'utf8'));
    return reply.type('text/html').send(html);
  });
}
