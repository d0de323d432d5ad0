/**
 * `pnpm mutate [scheduling] [planner] [sync]`: changes each expression of the pure code, one at a
 * time (a mutant), and runs the tests that cover it. A mutant that no test notices is listed as
 * survived. Fails if a package has a lower share of killed mutants than docs/correctness.md
 * promises. The packages are tested one after the other on one processor; the whole takes tens of
 * minutes.
 */
import { join } from 'node:path';
import { Stryker } from '@stryker-mutator/core';
import { readOptions } from './lib/options.ts';
import { ROOT } from './lib/process.ts';

/** The pure code of each package, and the tests that judge it. */
const PACKAGES = {
  scheduling: { mutate: ['src/**/*.ts'], tests: ['src/**/*.test.ts'] },
  planner: { mutate: ['src/**/*.ts', '!src/testing.ts'], tests: ['src/**/*.test.ts'] },
  sync: {
    mutate: [
      'src/reconcile/decide.ts',
      'src/reconcile/diff.ts',
      'src/reconcile/observe.ts',
      'src/attempts/retry-policy.ts',
    ],
    tests: [
      'src/reconcile/decide.test.ts',
      'src/reconcile/diff.test.ts',
      'src/attempts/retry-policy.test.ts',
      'test/model/model.test.ts',
    ],
  },
};
type Name = keyof typeof PACKAGES;
const NAMES = Object.keys(PACKAGES) as Name[];

const { positionals } = readOptions(`Usage: pnpm mutate [${NAMES.join('] [')}]`, {
  allowPositionals: true,
});
const unknown = positionals.find((name) => !NAMES.includes(name as Name));
if (unknown !== undefined) {
  console.error(`${unknown} has no mutation test; choose of ${NAMES.join(', ')}`);
  process.exit(2);
}

/** The least share of mutants, in percent, that tests must kill. */
const LEAST_PERCENT = 90;

for (const name of positionals.length > 0 ? (positionals as Name[]) : NAMES) {
  const { mutate, tests } = PACKAGES[name];
  process.chdir(join(ROOT, 'packages', name));
  process.env.MUTATION_TESTS = tests.join(',');
  await new Stryker({
    testRunner: 'vitest',
    plugins: [import.meta.resolve('@stryker-mutator/vitest-runner')],
    vitest: { configFile: join(ROOT, 'scripts/lib/mutation/vitest.config.ts'), related: false },
    mutate: [...mutate, '!src/**/*.test.ts'],
    concurrency: 1,
    coverageAnalysis: 'perTest',
    reporters: ['clear-text', 'progress-append-only', 'json'],
    jsonReporter: { fileName: join(ROOT, '.data/mutation', `${name}.json`) },
    clearTextReporter: { allowColor: false, logTests: false, reportTests: false },
    thresholds: { high: 100, low: LEAST_PERCENT, break: LEAST_PERCENT },
    tempDirName: '.data/mutation',
    // Stryker would rewrite the file by functions that TypeScript 7 doesn't have; nothing here needs it.
    tsconfigFile: 'none',
    ignorePatterns: ['tsconfig.json'],
    allowEmpty: false,
  }).runMutationTest();
}
