import { randomInt } from 'node:crypto';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import getPort from 'get-port';

/** From here on systems take ports for connections that go out. */
const FIRST_OUTGOING = 32_768;

/** Files that say which ports this process has claimed. */
const claims: string[] = [];

/**
 * A free port that no other run of ours on this machine gets until this process ends: runs side by side need theirs some
 * seconds before anything listens there, and would then talk to each other's apps.
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

/** False where somebody who is still running has it; what somebody left behind is taken away. */
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
    // Somebody else's process.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
