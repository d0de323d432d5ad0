import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { expect, test } from 'vitest';
import { LAYERS, packageGraphPage, readWorkspacePackages } from './lib/package-graph.ts';
import { ROOT } from './lib/process.ts';

const layerOf = new Map(LAYERS.flatMap(({ packages }, layer) => packages.map((folder) => [folder, layer])));
const packages = readWorkspacePackages();

/** Every import of every source file, with the importing file. */
const imports = execFileSync('git', ['ls-files', '-co', '--exclude-standard', '--', '*.ts', '*.tsx'], {
  cwd: ROOT,
  encoding: 'utf8',
})
  .split('\n')
  .filter(Boolean)
  .flatMap((file) => {
    const text = readFileSync(join(ROOT, file), 'utf8');
    return [...text.matchAll(/(?:\bfrom|\bimport\(?)\s*'([^']+)'/g)].map(([, target = '']) => ({
      file,
      target,
    }));
  });

/** Returns the folder of the package that contains a file. */
const packageOf = (file: string) => packages.find(({ folder }) => file.startsWith(`${folder}/`))?.folder;

test('every package stands in a layer, and names only packages of layers below it', () => {
  const wrong = packages.flatMap(({ folder, dependencies }) => {
    const layer = layerOf.get(folder);
    if (layer === undefined) return [`${folder} is in no layer`];
    return dependencies
      .filter((dependency) => (layerOf.get(dependency) ?? Number.POSITIVE_INFINITY) >= layer)
      .map((dependency) => `${folder} imports ${dependency}`);
  });
  expect(wrong).toEqual([]);
});

test('no file of a package or an app reaches into another one past its package.json', () => {
  const wrong = imports.filter(({ file, target }) => {
    const own = packageOf(file);
    if (!target.startsWith('.') || !own || own === 'scripts' || own === 'e2e') return false;
    return packageOf(posix.join(posix.dirname(file), target)) !== own;
  });
  expect(wrong).toEqual([]);
  expect(imports.length).toBeGreaterThan(1_000);
});

/** Folders with the only other folders of the same app that their files may import. */
const ROOMS: Record<string, readonly string[]> = {
  'apps/server/src/core': ['apps/server/src/trpc'],
  'apps/server/src/trpc': ['apps/server/src/core'],
  'packages/sync/src/attempts': ['packages/sync/src/breaker', 'packages/sync/src/queue'],
  'packages/sync/src/breaker': ['packages/sync/src/queue'],
};

test.each(Object.entries(ROOMS))('%s knows nothing of what is built on it', (room, allowed) => {
  const app = posix.dirname(room);
  const inRoom = imports.filter(({ file }) => file.startsWith(`${room}/`) && !file.includes('.test.'));
  expect(inRoom.length).toBeGreaterThan(0);
  const wrong = inRoom.filter(({ file, target }) => {
    const path = posix.join(posix.dirname(file), target);
    if (!target.startsWith('.') || posix.dirname(path) === app) return false;
    return ![room, ...allowed].some((folder) => path.startsWith(`${folder}/`));
  });
  expect(wrong).toEqual([]);
});

test('docs/package-graph.md shows the packages as they are (after a change: pnpm docs:generate)', () => {
  expect(readFileSync(join(ROOT, 'docs/package-graph.md'), 'utf8')).toBe(packageGraphPage());
});
