/**
 * `pnpm mutate [scheduling] [planner] [sync]`: changes each expression of the pure code, one at a
 * time (a mutant), and runs the tests that cover it. A mutant that no test notices is listed as
 * survived. Fails if a package has a lower share of killed mutants than docs/correctness.md
 * promises. The packages are tested one after the other on one processor; the first run takes tens
 * of minutes.
 *
 * A later run tests only the mutants whose code or tests changed since, and takes the results of
 * the others over. It can't see a change in another package or in a file that only helps tests:
 * `--fresh` tests all of them again. `--only src/day.ts` tests one file's, and takes the results of
 * the other files over.
 */
import { join } from 'node:path';
import { Stryker } from '@stryker-mutator/core';
import { readOptions } from './lib/options.ts';
import { ROOT } from './lib/process.ts';

const NAMES = ['scheduling', 'planner', 'sync'] as const;
type Name = (typeof NAMES)[number];

/**
 * The pure code of each package, and the tests that judge it, in the order in which a mutant meets
 * them: the quick ones first. `env` makes long tests shorter than they are otherwise.
 */
const PACKAGES: Record<Name, { mutate: string[]; tests: string[]; env?: Record<string, string> }> = {
  scheduling: { mutate: ['src/**/*.ts'], tests: ['src/**/*.test.ts'] },
  planner: {
    mutate: ['src/**/*.ts', '!src/testing.ts'],
    tests: [
      'src/costs.test.ts',
      'src/settings.test.ts',
      'src/explain.test.ts',
      'src/starts.test.ts',
      'src/passes.test.ts',
      'src/highs.test.ts',
      'src/rank.test.ts',
      'src/review.test.ts',
      'src/plans.test.ts',
      'src/propose.test.ts',
      'src/cover.test.ts',
    ],
    env: { PLANNER_CLUBS: '5' },
  },
  sync: {
    mutate: [
      'src/reconcile/decide.ts',
      'src/reconcile/diff.ts',
      'src/reconcile/observe.ts',
      'src/attempts/retry-policy.ts',
    ],
    tests: [
      'src/reconcile/decide.test.ts',
      'src/reconcile/observe.test.ts',
      'src/reconcile/diff.test.ts',
      'src/attempts/retry-policy.test.ts',
      'test/model/model.test.ts',
    ],
    env: { MODEL_STORIES: '300' },
  },
};

const { positionals, values } = readOptions(
  `Usage: pnpm mutate [${NAMES.join('] [')}] [--only FILE]... [--fresh]`,
  {
    allowPositionals: true,
    options: { only: { type: 'string', multiple: true }, fresh: { type: 'boolean' } },
  },
);
const unknown = positionals.find((name) => !NAMES.includes(name as Name));
if (unknown !== undefined) {
  console.error(`${unknown} has no mutation test; choose of ${NAMES.join(', ')}`);
  process.exit(2);
}

/** The least share of mutants, in percent, that tests must kill. */
const LEAST_PERCENT = 90;

for (const name of positionals.length > 0 ? (positionals as Name[]) : NAMES) {
  const { mutate, tests, env } = PACKAGES[name];
  process.chdir(join(ROOT, 'packages', name));
  Object.assign(process.env, { MUTATION_TESTS: tests.join(','), ...env });
  await new Stryker({
    testRunner: 'each-mutant',
    plugins: [
      import.meta.resolve('@stryker-mutator/vitest-runner'),
      import.meta.resolve('./lib/mutation/runner.ts'),
    ],
    dryRunTimeoutMinutes: 60,
    vitest: { configFile: join(ROOT, 'scripts/lib/mutation/vitest.config.ts'), related: false },
    mutate: [...(values.only ?? mutate), '!src/**/*.test.ts'],
    concurrency: 1,
    coverageAnalysis: 'perTest',
    ignoreStatic: true,
    incremental: true,
    incrementalFile: join(ROOT, '.data/mutation', `${name}.incremental.json`),
    force: values.fresh ?? false,
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
