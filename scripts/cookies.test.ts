import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ROOT } from './lib/process.ts';

/** A cookie's name or a prefix of one. */
const NAMED = /session_token['"`]|__(?:Host|Secure)-|XSRF-TOKEN|x-xsrf-token/i;

test('cookies and the header of the token are named in one place', () => {
  const sources = globSync('apps/**/*.{ts,tsx}', {
    cwd: ROOT,
    exclude: (name) => name === 'node_modules' || name === 'dist',
  }).concat(globSync('packages/*/src/**/*.ts', { cwd: ROOT }));
  expect(sources.length).toBeGreaterThan(200);
  const naming = sources.filter(
    (file) => !file.endsWith('.test.ts') && NAMED.test(readFileSync(join(ROOT, file), 'utf8')),
  );
  expect(naming).toEqual(['packages/auth/src/cookies.ts']);
});
