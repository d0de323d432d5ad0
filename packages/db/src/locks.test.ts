import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { LOCKS } from './locks.ts';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));

test('no two advisory locks are the same', () => {
  const keys = Object.values(LOCKS);
  expect(new Set(keys).size).toBe(keys.length);
});

test('nothing takes an advisory lock that isn’t in the list of all locks', () => {
  const lines = execFileSync(
    'git',
    ['grep', '-nI', '--untracked', 'pg_[a-z_]*advisory', '--', '*.ts', '*.sql'],
    {
      cwd: ROOT,
      encoding: 'utf8',
    },
  )
    .trim()
    .split('\n')
    // A test may hold up what it tests by a lock of its own.
    .filter((line) => !/^[^:]+\.test\.ts:/.test(line));
  expect(lines.length).toBeGreaterThan(1);
  expect(lines.filter((line) => !/pg_advisory\w*lock\(\$\{LOCKS[.[]/.test(line))).toEqual([]);
});

test('no other file names a lock’s number', () => {
  const files = execFileSync('git', ['ls-files', '-co', '--exclude-standard', '--', '*.ts', '*.tsx'], {
    cwd: ROOT,
    encoding: 'utf8',
  });
  const named = files
    .trim()
    .split('\n')
    .filter((file) => file !== 'packages/db/src/locks.ts')
    .filter((file) => {
      const text = readFileSync(join(ROOT, file), 'utf8').replaceAll('_', '');
      return Object.values(LOCKS).some((key) => text.includes(String(key)));
    });
  expect(named).toEqual([]);
});
