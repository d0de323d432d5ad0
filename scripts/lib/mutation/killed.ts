import { existsSync, readFileSync } from 'node:fs';

/** The mode of a test run in which each test meets all of its mutants. */
export const MODE_OF_ALL = 'all-mutants';

/** The file of the sandbox with a line of {@link Killed} for each mutant that was killed there. */
export const KILLED_FILE = 'killed.jsonl';

/** A mutant, and the test that noticed it. */
export interface Killed {
  mutant: string;
  test: string;
  failure: string;
}

/** Reads the mutants that were killed in this sandbox so far. */
export function readKilled(): Killed[] {
  if (!existsSync(KILLED_FILE)) return [];
  const lines = readFileSync(KILLED_FILE, 'utf8').split('\n').filter(Boolean);
  return lines.map((line) => JSON.parse(line) as Killed);
}
