import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

/** No browser to test with; the message says how to get one. */
export class ChromiumMissingError extends Error {
  override readonly name = 'ChromiumMissingError';
}

/**
 * Path of a Chromium for browser tests: CHROMIUM_PATH, else one on PATH, else Debian's, installed with apt where we are
 * root. Throws {@link ChromiumMissingError}.
 */
export function chromiumPath(options: { install?: boolean } = {}): string {
  const found = find();
  if (found) return found;
  if (options.install && process.getuid?.() === 0 && existsSync('/usr/bin/apt-get')) {
    console.log('Installing Chromium for the browser tests (apt-get install chromium)…');
    const apt = (...args: string[]) =>
      spawnSync('apt-get', args, {
        stdio: ['ignore', 'ignore', 'inherit'],
        env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
      });
    apt('update', '-qq');
    apt('install', '-y', '-qq', '--no-install-recommends', 'chromium', 'fonts-liberation');
    const installed = find();
    if (installed) return installed;
  }
  throw new ChromiumMissingError(
    'No Chromium for the browser tests: install it (apt-get install chromium), or set CHROMIUM_PATH to a Chromium or Chrome.',
  );
}

function find(): string | undefined {
  if (process.env.CHROMIUM_PATH) return process.env.CHROMIUM_PATH;
  for (const name of ['chromium', 'chromium-browser', 'google-chrome']) {
    try {
      return execFileSync('which', [name], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
    } catch {
      // Not this one.
    }
  }
  return undefined;
}

/** Switches for a headless Chromium that may run as root and asks nobody outside this machine for anything. */
export const CHROMIUM_SWITCHES = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];
