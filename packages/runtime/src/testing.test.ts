import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { commitUnderTest } from './testing.ts';

test('the figures of a proof name the commit that was checked out, and say whether files differed from it', () => {
  const folder = mkdtempSync(join(tmpdir(), 'commit-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const git = (...args: string[]) => execFileSync('git', args, { cwd: folder, encoding: 'utf8' }).trim();
  expect(commitUnderTest(folder)).toBe('no commit');
  git('init', '--quiet');
  const author = ['-c', 'user.name=Ada Example', '-c', 'user.email=ada@example.test'];
  git(...author, 'commit', '--quiet', '--allow-empty', '--message', 'A first version');
  const commit = git('rev-parse', '--short', 'HEAD');
  expect(commitUnderTest(folder)).toBe(commit);
  writeFileSync(join(folder, 'a file'), 'changed');
  expect(commitUnderTest(folder)).toBe(`${commit}+`);
});
