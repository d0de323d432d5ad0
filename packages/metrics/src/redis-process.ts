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

/** A Redis server of our own on loopback, for development and tests. Keeps nothing on disk. */
export interface RedisProcess {
  url: string;
  port: number;
  /** Ends the server; what it held is gone. */
  stop(): Promise<void>;
  /** Starts it again, empty, on the same port. */
  start(): Promise<void>;
}

const PROGRAMS = ['redis-server', 'valkey-server'];
const START_WITHIN_MS = 10_000;
const STOP_WITHIN_MS = 5_000;

/** Path of the first `redis-server` or `valkey-server` on PATH, or null. */
export function findRedis(): string | null {
  for (const program of PROGRAMS) {
    for (const folder of (process.env.PATH ?? '').split(delimiter)) {
      const path = join(folder, program);
      try {
        accessSync(path, constants.X_OK);
        return path;
      } catch {
        // Not in this folder.
      }
    }
  }
  return null;
}

/**
 * Starts a Redis server that dies with `stop`, on `port` or a free one.
 * @throws {RedisProcessError} there is no server program on PATH, the port is taken, or it doesn't come up
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
      // Figures that expire soonest go first, should they ever not fit.
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
  const killWithUs = () => server.kill('SIGKILL');
  process.once('exit', killWithUs);
  const stop = async () => {
    process.off('exit', killWithUs);
    server.kill('SIGTERM');
    const force = setTimeout(() => server.kill('SIGKILL'), STOP_WITHIN_MS);
    await ended;
    clearTimeout(force);
  };

  const probe = new Redis(port, '127.0.0.1', {
    maxRetriesPerRequest: null,
    retryStrategy: () => 50,
  });
  probe.on('error', () => {});
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new RedisProcessError(`no answer on port ${port}`)), START_WITHIN_MS);
  });
  const failed = ended.then(() => {
    throw new RedisProcessError(`it ended at once`);
  });
  try {
    // Whoever answers must be this process: another server may hold the port.
    const info = await Promise.race([probe.info('server'), failed, late]);
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
