import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

const here = (file: string) => fileURLToPath(new URL(file, import.meta.url));
const runtime = (file: string) => here(`../../../packages/runtime/src/${file}`);

const tests = (process.env.MUTATION_TESTS ?? '').split(',');

/**
 * Runs test files in the order in which they are listed. Vitest would begin with the slowest, and a
 * mutant is done with the first test that fails.
 */
class AsListed extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const place = ({ moduleId }: TestSpecification) => tests.findIndex((test) => moduleId.endsWith(test));
    return files.toSorted((a, b) => place(a) - place(b));
  }
}

/** The tests that `pnpm mutate` runs: those of one package that need neither Postgres nor HTTP. */
export default defineConfig({
  test: {
    include: tests,
    sequence: { sequencer: AsListed },
    runner: here('each-mutant.ts'),
    setupFiles: [runtime('fixed-seed.ts'), runtime('patience.ts'), here('first-failure.ts')],
    testTimeout: 180_000,
    pool: 'threads',
    isolate: false,
  },
});
