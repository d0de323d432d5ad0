import { randomInt } from 'node:crypto';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import getPort from 'get-port';

/** From this port on, systems assign ports to outgoing connections. */
const FIRST_OUTGOING = 32_768;

/** The files that record the ports of this process. */
const claims: string[] = [];

/**
 * Returns a free port that no other run on this machine gets until this process ends. A run chooses
 * its ports some seconds before its apps listen there. Without a claim, concurrent runs could
 * choose the same port and call each other's apps.
 */
export async function claimPort(): Promise<number> {
  for (;;) {
    const port = randomInt(20_000, FIRST_OUTGOING);
    if ((await getPort({ port })) !== port) continue;
    const claim = join(tmpdir(), `crossmark-port-${port}`);
    if (!writeClaim(claim)) continue;
    if (claims.length === 0) process.once('exit', giveBack);
    claims.push(claim);
    return port;
  }
}

function giveBack(): void {
  for (const file of claims) rmSync(file, { force: true });
}

/**
 * Claims a port by a file. Returns false if a running process has claimed it. Deletes the claim of
 * a process that has ended.
 */
function writeClaim(file: string): boolean {
  try {
    writeFileSync(file, String(process.pid), { flag: 'wx' });
    return true;
  } catch {
    if (!isRunning(file)) rmSync(file, { force: true });
    return false;
  }
}

function isRunning(file: string): boolean {
  try {
    process.kill(Number(readFileSync(file, 'utf8')), 0);
    return true;
  } catch (error) {
    // The process runs as another user.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
