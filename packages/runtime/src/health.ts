import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { securityHeaders } from './headers.ts';
import type { Logger } from './logger.ts';

/** Returns the reasons why an app is not ready, each a sentence; empty if it is ready. */
export type Readiness = () => Promise<string[]>;

/** The answer of `/readyz`. */
export async function readiness(
  reasons: Readiness,
): Promise<{ status: 200 | 503; body: { ok: boolean; reasons: string[] } }> {
  const current = await reasons();
  const ok = current.length === 0;
  return { status: ok ? 200 : 503, body: { ok, reasons: current } };
}

/** Browsers are not meant to open these addresses, but can. */
const HEADERS = securityHeaders({ https: false, policy: {} });

/**
 * Serves `/healthz` (the process runs) and `/readyz` (it is ready, or the reasons why not) for an
 * app without other routes.
 */
export async function serveHealth(options: {
  host: string;
  port: number;
  ready: Readiness;
  log: Logger;
}): Promise<{ port: number; close(): Promise<void> }> {
  const server = createServer(async (request, response) => {
    const answer = (status: number, body: object) =>
      response
        .writeHead(status, { ...HEADERS, 'content-type': 'application/json', 'cache-control': 'no-store' })
        .end(JSON.stringify(body));
    if (request.url === '/healthz') return answer(200, { ok: true });
    if (request.url !== '/readyz') return answer(404, { message: 'There is nothing here.' });
    const { status, body } = await readiness(options.ready).catch((error: unknown) => {
      options.log.error({ err: error }, 'readiness could not be checked');
      return { status: 503, body: { ok: false, reasons: ['readiness could not be checked, see the log'] } };
    });
    return answer(status, body);
  });
  // Valid requests have only a few lines.
  server.requestTimeout = 5_000;
  server.listen(options.port, options.host);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  options.log.info({ port }, 'health is served at /healthz and /readyz');
  return {
    port,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
