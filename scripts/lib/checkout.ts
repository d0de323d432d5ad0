import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { ROOT, temporaryDirectory } from './process.ts';

/** Runs git in this checkout and returns what it prints. */
export const git = (...args: string[]): string =>
  execFileSync('git', args, { cwd: ROOT, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }).trim();

/** Another commit, checked out in a temporary folder. Nothing is installed there. */
export interface Checkout {
  path: string;
  remove(): void;
}

/**
 * Returns the id of a commit.
 * @param name such as `HEAD~3`
 * @throws a sentence if there is none
 */
export function commitOf(name: string): string {
  try {
    return git('rev-parse', '--verify', '--quiet', '--end-of-options', `${name}^{commit}`);
  } catch {
    throw new Error(`There is no commit ${name} here. Name one, such as HEAD~3 or a branch.`);
  }
}

/** Checks a commit out beside this version. It is removed at the latest when this process exits. */
export function checkOut(commit: string): Checkout {
  const folder = temporaryDirectory();
  const path = join(folder.path, 'checkout');
  const remove = () => {
    process.off('exit', remove);
    git('worktree', 'remove', '--force', path);
    folder.remove();
  };
  git('worktree', 'add', '--quiet', '--detach', path, commit);
  process.once('exit', remove);
  return { path, remove };
}
