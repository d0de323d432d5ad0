import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { findRedis } from '@scheduler/metrics/redis';

/** The servers that some tests run, by the name of Debian's package. */
const SERVERS = { 'redis-server': findRedis, pgbouncer: findPgbouncer };

/** Returns the path of PgBouncer, or null. Debian puts it where only root's PATH leads. */
export function findPgbouncer(): string | null {
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin'];
  return folders.map((folder) => join(folder, 'pgbouncer')).find((path) => existsSync(path)) ?? null;
}

/**
 * Returns the names of the servers that are not installed, whose tests are skipped. As root on
 * Debian, installs them with apt first.
 */
export function listMissingServers(): string[] {
  const listMissing = () =>
    Object.entries(SERVERS).flatMap(([name, find]) => (find() === null ? [name] : []));
  const missing = listMissing();
  if (missing.length === 0 || process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get')) return missing;
  console.log(`Installing servers for their tests (apt-get install ${missing.join(' ')})…`);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  for (const args of [
    ['update', '-qq'],
    ['install', '-y', '-qq', '--no-install-recommends', ...missing],
  ]) {
    spawnSync('apt-get', args, { stdio: ['ignore', 'ignore', 'inherit'], env });
  }
  return listMissing();
}
