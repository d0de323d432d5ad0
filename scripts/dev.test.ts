import { existsSync, readFileSync } from 'node:fs';
import { join, normalize } from 'node:path';
import { expect, test } from 'vitest';
import { ROOT } from './lib/process.ts';

interface Manifest {
  name: string;
  scripts?: Record<string, string>;
  dependencies?: Record<string, string>;
  devDependencies?: Record<string, string>;
}
const manifest = (folder: string): Manifest =>
  JSON.parse(readFileSync(join(ROOT, folder, 'package.json'), 'utf8'));

/** The folders of this repository's packages that one of them uses, and that those use. */
function used(folder: string, packages = new Set<string>()): Set<string> {
  const { dependencies, devDependencies } = manifest(folder);
  for (const [name, version] of Object.entries({ ...dependencies, ...devDependencies })) {
    const uses = `packages/${name.replace('@scheduler/', '')}`;
    if (!version.startsWith('workspace:') || packages.has(uses)) continue;
    packages.add(uses);
    used(uses, packages);
  }
  return packages;
}

test.each(['server', 'worker', 'admin'])(
  'pnpm dev starts the %s again when its own sources or those of a package it uses change, and for no file of a dependency',
  (app) => {
    const words = String(manifest(`apps/${app}`).scripts?.dev).split(' ');
    const watched = words
      .filter((word) => word.startsWith('--watch-path='))
      .map((word) => normalize(join('apps', app, word.slice('--watch-path='.length))));
    expect(watched.sort()).toEqual(
      [`apps/${app}/src`, ...[...used(`apps/${app}`)].map((folder) => `${folder}/src`)].sort(),
    );
    // Plain `--watch` follows imports into the package store, whose files other checkouts touch.
    expect(words).not.toContain('--watch');
    for (const folder of watched) expect(existsSync(join(ROOT, folder, 'node_modules'))).toBe(false);
  },
);
