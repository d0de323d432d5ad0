import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './process.ts';

/** A test that a page of docs/ names, as `[its title](../the/file.test.ts)`. */
export interface NamedTest {
  title: string;
  file: string;
}

/** Reads a page of docs/. */
export const page = (name: string): string => readFileSync(join(ROOT, 'docs', name), 'utf8');

/** Returns the tests that a text of docs/ names. */
export const namedTests = (text: string): NamedTest[] =>
  [...text.matchAll(/\[([^\]]+)\]\(\.\.\/([^)]+\.test\.ts)\)/g)].map(([, title = '', file = '']) => ({
    title,
    file,
  }));

/** Returns the tests that don't exist: the file is missing, or no test in it has this title. */
export const missingTests = (named: readonly NamedTest[]): NamedTest[] =>
  named.filter(({ title, file }) => {
    const path = join(ROOT, file);
    return !existsSync(path) || !readFileSync(path, 'utf8').includes(title);
  });
