import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { findRedis } from '@scheduler/metrics/redis';

/**
 * Whether a Redis server is installed for the tests. As root on Debian, installs it with apt first.
 */
export function haveRedis(): boolean {
  if (!findRedis() && process.getuid?.() === 0 && existsSync('/usr/bin/apt-get')) {
    console.log('Installing Redis for its tests (apt-get install redis-server)…');
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
    for (const args of [
      ['update', '-qq'],
      ['install', '-y', '-qq', '--no-install-recommends', 'redis-server'],
    ]) {
      spawnSync('apt-get', args, { stdio: ['ignore', 'ignore', 'inherit'], env });
    }
  }
  return findRedis() !== null;
}
