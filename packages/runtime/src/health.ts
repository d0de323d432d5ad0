import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { securityHeaders } from './headers.ts';
import type { Logger } from './logger.ts';

/** Why an app can't do its job right now, each a sentence; empty where it can. */
export type Readiness = () => Promise<string[]>;

/** What `/readyz` answers. */
export async function readiness(
  reasons: Readiness,
): Promise<{ status: 200 | 503; body: { ok: boolean; reasons: string[] } }> {
  const found = await reasons();
  const ok = found.length === 0;
  return { status: ok ? 200 : 503, body: { ok, reasons: found } };
}

/** Not for browsers, which may open it all the same. */
const HEADERS = securityHeaders({ https: false, policy: {} });

/** `/healthz` (the process answers) and `/readyz` (it can do its job, or why not) for an app that serves nothing else. */
export async function serveHealth(options: {
  host: string;
  port: number;
  ready: Readiness;
  log: Logger;
}): Promise<{ port: number; close(): Promise<void> }> {
  const server = createServer(async (request, response) => {
    const say = (status: number, body: object) =>
      response
        .writeHead(status, { ...HEADERS, 'content-type': 'application/json', 'cache-control': 'no-store' })
        .end(JSON.stringify(body));
    if (request.url === '/healthz') return say(200, { ok: true });
    if (request.url !== '/readyz') return say(404, { message: 'There is nothing here.' });
    const { status, body } = await readiness(options.ready).catch((error: unknown) => {
      options.log.error({ err: error }, 'readiness could not be told');
      return { status: 503, body: { ok: false, reasons: ['readiness could not be told, see the log'] } };
    });
    return say(status, body);
  });
  // What asks here sends a line or two.
  server.requestTimeout = 5_000;
  server.listen(options.port, options.host);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  options.log.info({ port }, 'health is told at /healthz and /readyz');
  return {
    port,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
