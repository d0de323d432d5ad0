import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ROOT } from './lib/process.ts';

const CLAIMS = 400;

test('runs side by side claim no port twice, and give theirs back when they end', async () => {
  const program = `
    import { claimPort } from './scripts/lib/ports.ts';
    const ports = await Promise.all(Array.from({ length: ${CLAIMS} }, claimPort));
    process.stdin.on('end', () => process.exit(0)).resume();
    console.log(ports.join(' '));
  `;
  const runs = [0, 1, 2].map(() =>
    spawn(process.execPath, ['--input-type=module', '--eval', program], {
      cwd: ROOT,
      stdio: ['pipe', 'pipe', 'inherit'],
    }),
  );
  const claimed = await Promise.all(
    runs.map(async ({ stdout }) => {
      const [line] = await once(stdout.setEncoding('utf8'), 'data');
      return String(line).trim().split(' ').map(Number);
    }),
  );
  const ports = claimed.flat();
  expect(ports).toHaveLength(3 * CLAIMS);
  expect(new Set(ports).size).toBe(ports.length);
  const files = ports.map((port) => join(tmpdir(), `crossmark-port-${port}`));
  expect(files.every((file) => existsSync(file))).toBe(true);

  const ended = runs.map((run) => once(run, 'exit'));
  for (const { stdin } of runs) stdin.end();
  await Promise.all(ended);
  expect(files.filter((file) => existsSync(file))).toEqual([]);
});
