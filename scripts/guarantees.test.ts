import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ROOT } from './lib/process.ts';

const page = readFileSync(join(ROOT, 'docs/guarantees.md'), 'utf8');
const security = readFileSync(join(ROOT, 'docs/security.md'), 'utf8');
const named = [...`${page}${security}`.matchAll(/\[([^\]]+)\]\(\.\.\/([^)]+\.test\.ts)\)/g)].map(
  ([, title = '', file = '']) => ({
    title,
    file,
  }),
);

test('every test that docs/guarantees.md and docs/security.md name exists', () => {
  expect(named.length).toBeGreaterThan(46);
  const missing = named.filter(({ title, file }) => !readFileSync(join(ROOT, file), 'utf8').includes(title));
  expect(missing).toEqual([]);
});

test('docs/guarantees.md answers every defect that was found, each with a test', () => {
  const answered = [...page.matchAll(/^\| (\d+) \|.*\.test\.ts\)/gm)].map(([, number]) => Number(number));
  expect(answered.length).toBeGreaterThan(72);
  expect(answered).toEqual(answered.map((_, index) => index + 1));
});
