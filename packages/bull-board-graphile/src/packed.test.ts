import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createTestDatabase } from '@scheduler/db/testing';
import { Logger, makeWorkerUtils } from 'graphile-worker';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';

const PACKAGE = fileURLToPath(new URL('..', import.meta.url));
const README = readFileSync(join(PACKAGE, 'README.md'), 'utf8');

interface PackedManifest {
  exports: unknown;
  peerDependencies: Record<string, string>;
  devDependencies: Record<string, string>;
}

const folder = mkdtempSync(join(tmpdir(), 'bull-board-graphile-'));
/** The file that would be published, and its package.json. */
let archive: string;
let manifest: PackedManifest;
let files: string[];
beforeAll(() => {
  execFileSync('pnpm', ['pack', '--pack-destination', folder], { cwd: PACKAGE, stdio: 'pipe' });
  archive = join(folder, readdirSync(folder).find((file) => file.endsWith('.tgz')) ?? '');
  const tar = (...args: string[]) => execFileSync('tar', [...args, '--file', archive], { encoding: 'utf8' });
  files = tar('--list').trim().split('\n');
  manifest = JSON.parse(
    execFileSync('tar', ['--extract', '--to-stdout', '--file', archive, 'package/package.json'], {
      encoding: 'utf8',
    }),
  );
});
afterAll(() => rmSync(folder, { recursive: true }));

test('holds what the README promises, built, and no source, test or range of the workspace', () => {
  for (const file of ['README.md', 'CHANGELOG.md', 'LICENSE', 'dist/index.js', 'dist/index.d.ts'])
    expect(files).toContain(`package/${file}`);
  for (const [, picture] of README.matchAll(/\]\((screenshots\/[\w.-]+)\)/g))
    expect(files).toContain(`package/${picture}`);
  expect(files.filter((file) => file.includes('/src/') || file.includes('.test.'))).toEqual([]);
  expect(manifest.exports).toEqual({ '.': { types: './dist/index.d.ts', default: './dist/index.js' } });
  expect(JSON.stringify(manifest.peerDependencies)).not.toMatch(/workspace:|catalog:/);
});

/** The first example of the README that imports a package. */
function exampleWith(imported: string): string {
  const examples = [...README.matchAll(/```ts\n([\s\S]*?)```/g)].map(([, code = '']) => code);
  const example = examples.find((code) => code.includes(`from '${imported}'`));
  if (!example) throw new Error(`The README has no example with ${imported}.`);
  return example;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address ? address.port : 0;
}

describe.each([
  { server: 'express', packages: ['express', '@bull-board/express', '@types/express'] },
  { server: 'fastify', packages: ['fastify', '@bull-board/fastify'] },
])('in a bare project with $server', ({ server, packages }) => {
  test('installs, its types are right, and the README’s example shows a job', async () => {
    const project = join(folder, server);
    mkdirSync(project);
    const wanted = [...packages, '@bull-board/api', '@bull-board/ui', 'graphile-worker', 'pg'];
    const types = ['@types/node', '@types/pg', 'typescript'];
    const version = (name: string) => {
      const exact = manifest.devDependencies[name];
      if (!exact) throw new Error(`The package does not name a version of ${name} for its own tests.`);
      return exact;
    };
    const dependencies = Object.fromEntries([...wanted, ...types].map((name) => [name, version(name)]));
    const overrides = { '@bull-board/api': '$@bull-board/api', '@bull-board/ui': '$@bull-board/ui' };
    writeFileSync(
      join(project, 'package.json'),
      JSON.stringify({
        name: 'bare',
        private: true,
        type: 'module',
        dependencies: { ...dependencies, 'bull-board-graphile': `file:${archive}` },
        overrides,
      }),
    );
    const installed = spawnSync('npm', ['install', '--prefer-offline', '--no-audit', '--no-fund'], {
      cwd: project,
      encoding: 'utf8',
      // What a pnpm run tells npm of its own settings would only make it warn.
      env: Object.fromEntries(Object.entries(process.env).filter(([key]) => !/^(npm|pnpm)_/i.test(key))),
    });
    expect(installed.status, installed.stdout + installed.stderr).toBe(0);

    writeFileSync(join(project, 'board.ts'), exampleWith(server));
    const options = ['--noEmit', '--strict', '--skipLibCheck', '--module', 'nodenext', '--target', 'esnext'];
    const checked = spawnSync(
      process.execPath,
      ['node_modules/typescript/bin/tsc', ...options, '--types', 'node', 'board.ts'],
      { cwd: project, encoding: 'utf8' },
    );
    expect(checked.status, checked.stdout + checked.stderr).toBe(0);

    const database = await createTestDatabase();
    onTestFinished(database.close);
    const utils = await makeWorkerUtils({
      connectionString: database.url,
      logger: new Logger(() => () => {}),
    });
    await utils.addJob('send_email', { to: 'ada@example.test' });
    await utils.release();
    const port = await freePort();
    const board = spawn(process.execPath, ['board.ts'], {
      cwd: project,
      env: { PATH: process.env.PATH, DATABASE_URL: database.url, PORT: String(port) },
      stdio: ['ignore', 'inherit', 'inherit'],
    });
    onTestFinished(async () => {
      board.kill();
      if (board.exitCode === null && board.signalCode === null) await once(board, 'exit');
    });
    const url = `http://localhost:${port}/queues`;
    await expect
      .poll(() =>
        fetch(`${url}/`).then(
          ({ status }) => status,
          () => 0,
        ),
      )
      .toBe(200);
    expect(await (await fetch(`${url}/`)).text()).toContain('<title>');
    const answer = await fetch(`${url}/api/queues?activeQueue=send_email`);
    const { queues } = (await answer.json()) as {
      queues: { name: string; counts: Record<string, number>; jobs: { data: unknown }[] }[];
    };
    expect(queues.map(({ name }) => name)).toEqual(['send_email', 'nightly_report']);
    expect(queues[0]?.counts.waiting).toBe(1);
    expect(queues[0]?.jobs).toMatchObject([{ data: { to: 'ada@example.test' } }]);
  });
});
