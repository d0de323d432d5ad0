import { createServer } from 'node:http';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync } from 'node:zlib';
import type { WeekBoard } from '@scheduler/server/router';
import { build, type Rolldown } from 'vite';

const FOLDER = fileURLToPath(new URL('.', import.meta.url));
const TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
};

/**
 * Builds the bare page for production with a week's data inlined, and serves it on loopback,
 * compressed as the scheduler's page is. Returns its address and how to stop.
 */
export async function serveBarePage(week: WeekBoard): Promise<{ url: string; stop: () => Promise<void> }> {
  const { output } = (await build({
    root: FOLDER,
    configFile: false,
    logLevel: 'error',
    build: { write: false, target: 'es2022' },
  })) as Rolldown.RolldownOutput;
  // In a script element only `<` could end it.
  const data = JSON.stringify(week).replaceAll('<', '\\u003c');
  const files = new Map(
    output.map((file) => {
      const text = file.type === 'chunk' ? file.code : String(file.source);
      const whole = text.replace(/(<script id="week"[^>]*>)/, (tag) => tag + data);
      return [`/${file.fileName}`, brotliCompressSync(whole)];
    }),
  );
  const server = createServer(({ url = '/' }, answer) => {
    const path = url === '/' ? '/index.html' : url;
    const body = files.get(path);
    if (!body) return answer.writeHead(404).end();
    answer
      .writeHead(200, {
        'content-type': TYPES[extname(path)] ?? 'application/octet-stream',
        'content-encoding': 'br',
      })
      .end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (!address || typeof address === 'string') throw new Error('The bare page is not served.');
  return {
    url: `http://127.0.0.1:${address.port}/`,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
