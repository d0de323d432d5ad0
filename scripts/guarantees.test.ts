import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { missingTests, namedTests, page } from './lib/named-tests.ts';
import { ROOT } from './lib/process.ts';

const pages = readdirSync(join(ROOT, 'docs')).filter(
  (name) => name.endsWith('.md') && namedTests(page(name)).length > 0,
);

test('pages that name tests are looked through', () => {
  expect(pages).toEqual(expect.arrayContaining(['asvs.md', 'guarantees.md', 'threat-model.md']));
});

test.each(pages)('every test that docs/%s names exists', (name) => {
  expect(missingTests(namedTests(page(name)))).toEqual([]);
});

test('docs/guarantees.md answers every defect that was found, each with a test', () => {
  const rows = page('guarantees.md').matchAll(/^\| (\d+) \|.*\.test\.ts\)/gm);
  const answered = [...rows].map(([, number]) => Number(number));
  expect(answered.length).toBeGreaterThan(72);
  expect(answered).toEqual(answered.map((_, index) => index + 1));
});
