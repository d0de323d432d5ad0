import { spawn } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import getPort from 'get-port';
import { Redis } from 'ioredis';

/** Redis could not be started; the message says why and what to do. */
export class RedisProcessError extends Error {
  override readonly name = 'RedisProcessError';
}

/** A Redis server on loopback for development and tests. Keeps nothing on disk. */
export interface RedisProcess {
  url: string;
  port: number;
  /** Stops the server and loses its data. */
  stop(): Promise<void>;
  /** Restarts the server, empty, on the same port. */
  start(): Promise<void>;
}

const PROGRAMS = ['redis-server', 'valkey-server'];
const START_TIMEOUT_MS = 10_000;
const STOP_TIMEOUT_MS = 5_000;

/** Returns the path of the first `redis-server` or `valkey-server` on PATH, or null. */
export function findRedis(): string | null {
  for (const program of PROGRAMS) {
    for (const folder of (process.env.PATH ?? '').split(delimiter)) {
      const path = join(folder, program);
      try {
        accessSync(path, constants.X_OK);
        return path;
      } catch {
        // This folder does not have the program.
      }
    }
  }
  return null;
}

/**
 * Starts a Redis server on `port`, or on a free port. It ends with `stop` or with this process.
 * @throws {RedisProcessError} if no server program is on PATH, the port is in use, or the start
 * fails
 */
export async function startRedis(options: { port?: number } = {}): Promise<RedisProcess> {
  const program = findRedis();
  if (!program) {
    throw new RedisProcessError(
      'No redis-server or valkey-server on PATH: install one (apt-get install redis-server, brew install valkey), or set REDIS_URL to use a server of your own.',
    );
  }
  const port = options.port ?? (await getPort());
  let stop = await launch(program, port);
  return {
    url: `redis://127.0.0.1:${port}`,
    port,
    stop: () => stop(),
    start: async () => {
      stop = await launch(program, port);
    },
  };
}

async function launch(program: string, port: number): Promise<() => Promise<void>> {
  const server = spawn(
    program,
    [
      ['--port', String(port), '--bind', '127.0.0.1'],
      ['--save', '', '--appendonly', 'no', '--dir', tmpdir()],
      // If memory runs out, the figures that expire soonest are evicted first.
      ['--maxmemory', '256mb', '--maxmemory-policy', 'volatile-ttl'],
    ].flat(),
    { stdio: ['ignore', 'pipe', 'pipe'] },
  );
  let output = '';
  for (const stream of [server.stdout, server.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      output = (output + chunk.toString()).slice(-2000);
    });
  }
  const ended = new Promise<void>((resolve) => {
    server.once('exit', () => resolve());
    server.once('error', () => resolve());
  });
  const killServer = () => server.kill('SIGKILL');
  process.once('exit', killServer);
  const stop = async () => {
    process.off('exit', killServer);
    server.kill('SIGTERM');
    const force = setTimeout(() => server.kill('SIGKILL'), STOP_TIMEOUT_MS);
    await ended;
    clearTimeout(force);
  };

  const probe = new Redis(port, '127.0.0.1', {
    maxRetriesPerRequest: null,
    retryStrategy: () => 50,
  });
  probe.on('error', () => {});
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new RedisProcessError(`no answer on port ${port}`)), START_TIMEOUT_MS);
  });
  const failed = ended.then(() => {
    throw new RedisProcessError(`it ended at once`);
  });
  try {
    // The answer must come from this process, because another server may hold the port.
    const info = await Promise.race([probe.info('server'), failed, timeout]);
    if (!info.split('\r\n').includes(`process_id:${server.pid}`)) {
      throw new RedisProcessError(`another server holds port ${port}`);
    }
  } catch (error) {
    await stop();
    const reason = error instanceof Error ? error.message : String(error);
    const lastLines = output.trim().split('\n').slice(-3).join('\n');
    throw new RedisProcessError(`${program} did not start (${reason}).\n${lastLines}`);
  } finally {
    clearTimeout(timer);
    probe.disconnect();
  }
  return stop;
}
