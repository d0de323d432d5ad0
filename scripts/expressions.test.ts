import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseSync } from 'oxc-parser';
import { checkSync } from 'recheck';
import { expect, test } from 'vitest';
import { ROOT } from './lib/process.ts';

/** Limits of steps and none of time, so that the result is the same on every machine. */
const WITHOUT_LIMITS = {
  timeout: null,
  seedingTimeout: null,
  incubationTimeout: null,
  attackTimeout: null,
};

/** Every source file that runs in an app, because apps read texts from outside. */
const sources = globSync('{apps,packages}/**/*.{ts,tsx}', {
  cwd: ROOT,
  exclude: (name) => ['node_modules', 'dist', 'simulator'].includes(name),
}).filter((file) => !/\.test\.tsx?$|\/(testing|test-support|fixture)\.ts$/.test(file));

interface Expression {
  where: string;
  pattern: string;
  flags: string;
}

/** The parts of a syntax tree's node that this test reads. */
interface Node {
  type?: string;
  start?: number;
  regex?: { pattern: string; flags: string };
  callee?: { name?: string };
  [field: string]: unknown;
}

/** Returns the regular expressions of a file, and the places where it creates some from text. */
function expressionsOf(file: string): { written: Expression[]; made: string[] } {
  const text = readFileSync(join(ROOT, file), 'utf8');
  const written: Expression[] = [];
  const made: string[] = [];
  const visit = (value: unknown): void => {
    if (value === null || typeof value !== 'object') return;
    const { type, start = 0, regex, callee } = value as Node;
    const where = `${file}:${text.slice(0, start).split('\n').length}`;
    if (type === 'Literal' && regex) written.push({ where, ...regex });
    if ((type === 'NewExpression' || type === 'CallExpression') && callee?.name === 'RegExp')
      made.push(where);
    for (const inner of Object.values(value)) visit(inner);
  };
  visit(parseSync(file, text).program);
  return { written, made };
}

const expressions = sources.map(expressionsOf);

test('every regular expression of the product takes time that grows no faster than the text', () => {
  expect(sources.length).toBeGreaterThan(200);
  const written = expressions.flatMap((file) => file.written);
  expect(written.length).toBeGreaterThan(80);
  const slow = written.filter(
    ({ pattern, flags }) => checkSync(pattern, flags, WITHOUT_LIMITS).status !== 'safe',
  );
  expect(slow).toEqual([]);
}, 300_000);

test('no regular expression of the product is made of text', () => {
  expect(expressions.flatMap((file) => file.made)).toEqual([]);
});

test('an expression whose time grows faster than the text is told from others', () => {
  const status = (expression: RegExp) =>
    checkSync(expression.source, expression.flags, WITHOUT_LIMITS).status;
  expect(status(/\s*\(\d{6,}\)\s*-.*$/)).toBe('vulnerable');
  expect(status(/\b[a-z][a-z0-9+.-]*:\/\//)).toBe('vulnerable');
  expect(status(/^[a-z]+$/)).toBe('safe');
});
