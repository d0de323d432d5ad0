import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ROOT } from './lib/process.ts';

/**
 * A list that is joined between braces, the form of an array in Postgres. A brace or quote in a
 * value would break it.
 */
const ARRAY_LITERAL = /`\{\$\{[^`]*\}\}`|\.join\([^)]*\)\}\}`/;

test('no statement takes a list as joined text: lists travel as JSON', () => {
  const sources = globSync('{apps,packages,scripts}/**/*.ts', {
    cwd: ROOT,
    exclude: (name) => name === 'node_modules' || name === 'dist',
  }).filter((file) => !file.endsWith('.test.ts'));
  expect(sources.length).toBeGreaterThan(200);
  const joined = sources.filter((file) => ARRAY_LITERAL.test(readFileSync(join(ROOT, file), 'utf8')));
  expect(joined).toEqual([]);
});
