import { createServer, request, type Server } from 'node:http';
import { join } from 'node:path';
import { claimPort } from '../ports.ts';
import { answers, type Running, start, waitFor } from '../process.ts';

/** Two processes of an app behind a balancer, if it has an address for others. */
export interface Fleet {
  /**
   * Replaces one process by one of another checkout, as an upgrade does: no new request goes to it,
   * those that run end, it stops on SIGTERM with status 0, and the new one gets requests once it is
   * ready.
   */
  replace(at: number, checkout: string): Promise<void>;
  stop(): Promise<void>;
}

interface Member {
  port: number;
  process: Running;
  takesRequests: boolean;
  open: number;
}

/** Starts two built processes of an app of a checkout, and a balancer on `port`. */
export async function startFleet(
  app: string,
  checkout: string,
  options: { env: Record<string, string>; port: number | undefined },
): Promise<Fleet> {
  const startMember = async (of: string): Promise<Member> => {
    const port = await claimPort();
    const env = { ...options.env, [`${app.toUpperCase()}_PORT`]: String(port) };
    const running = start(app, process.execPath, ['dist/main.js'], { cwd: join(of, 'apps', app), env });
    await waitFor(`${app} ready`, answers(`http://127.0.0.1:${port}/readyz`), { process: running });
    return { port, process: running, takesRequests: true, open: 0 };
  };
  const members = [await startMember(checkout), await startMember(checkout)];
  const balancer = options.port === undefined ? undefined : await balance(options.port, members);
  return {
    async replace(at, of) {
      const member = members[at];
      if (!member) throw new Error(`There is no ${app} ${at}.`);
      member.takesRequests = false;
      await waitFor(`Requests to ${app} ended`, async () => member.open === 0);
      await member.process.stop();
      const { exitCode } = member.process.process;
      if (exitCode !== 0)
        throw new Error(`${app} stopped with ${exitCode}, not with 0:\n${member.process.output()}`);
      members[at] = await startMember(of);
    },
    async stop() {
      balancer?.closeAllConnections();
      balancer?.close();
      await Promise.all(members.map((member) => member.process.stop()));
    },
  };
}

/**
 * Passes each request on to the next member that takes requests. It never repeats a request: what
 * fails there fails here, with 502.
 */
async function balance(port: number, members: readonly Member[]): Promise<Server> {
  let turn = 0;
  const server = createServer((incoming, outgoing) => {
    const able = members.filter((member) => member.takesRequests);
    const member = able[turn++ % Math.max(able.length, 1)];
    if (!member) {
      outgoing.writeHead(502).end('no process takes requests');
      return;
    }
    member.open += 1;
    outgoing.once('close', () => {
      member.open -= 1;
    });
    const passed = request(
      {
        host: '127.0.0.1',
        port: member.port,
        method: incoming.method,
        path: incoming.url,
        headers: incoming.headers,
        agent: false,
      },
      (answer) => {
        outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(outgoing);
      },
    );
    passed.once('error', (error) => {
      if (outgoing.headersSent) outgoing.destroy();
      else outgoing.writeHead(502).end(error.message);
    });
    incoming.pipe(passed);
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  return server;
}
