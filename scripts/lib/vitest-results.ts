import { readFileSync } from 'node:fs';
import { relative } from 'node:path';
import { ROOT } from './process.ts';

/** What a run of vitest came to. */
export interface VitestResults {
  passed: number;
  failed: number;
  /** What failed: each test with its file, and each file that could not even be loaded. */
  failures: string[];
}

/** Reads what vitest's reporter `json` wrote. Throws where it wrote nothing. */
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
