import { readFileSync } from 'node:fs';
import { relative } from 'node:path';
import { ROOT } from './process.ts';

/** The results of a run of vitest. */
export interface VitestResults {
  passed: number;
  failed: number;
  /** The failed tests with their files, and the files that could not be loaded. */
  failures: string[];
}

/** Reads the file of vitest's reporter `json`. Throws if there is none. */
export function readVitestResults(report: string): VitestResults {
  const results = JSON.parse(readFileSync(report, 'utf8')) as {
    numPassedTests: number;
    testResults: {
      status: string;
      name: string;
      assertionResults: { status: string; fullName: string }[];
    }[];
  };
  const failures = results.testResults.flatMap(({ status, name, assertionResults }) => {
    const file = relative(ROOT, name);
    const failed = assertionResults.filter((test) => test.status === 'failed');
    if (status === 'failed' && failed.length === 0) return [file];
    return failed.map(({ fullName }) => `${file}: ${fullName}`);
  });
  return { passed: results.numPassedTests, failed: failures.length, failures };
}
