import { readFileSync } from 'node:fs';

/** What a run of vitest came to. */
export interface VitestResults {
  passed: number;
  failed: number;
  /** Files that could not even be loaded: they have no tests to count. */
  broken: string[];
}

/** Reads what vitest's reporter `json` wrote. Throws where it wrote nothing. */
export function readVitestResults(report: string): VitestResults {
  const results = JSON.parse(readFileSync(report, 'utf8')) as {
    numPassedTests: number;
    numFailedTests: number;
    testResults: { status: string; name: string; assertionResults: unknown[] }[];
  };
  return {
    passed: results.numPassedTests,
    failed: results.numFailedTests,
    broken: results.testResults
      .filter((file) => file.status === 'failed' && file.assertionResults.length === 0)
      .map((file) => file.name),
  };
}
