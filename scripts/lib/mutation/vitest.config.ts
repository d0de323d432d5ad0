import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const runtime = (file: string) =>
  fileURLToPath(new URL(`../../../packages/runtime/src/${file}`, import.meta.url));

/** The tests that `pnpm mutate` runs: those of one package that need neither Postgres nor HTTP. */
export default defineConfig({
  test: {
    include: (process.env.MUTATION_TESTS ?? '').split(','),
    setupFiles: [runtime('fixed-seed.ts'), runtime('patience.ts')],
    testTimeout: 180_000,
    pool: 'threads',
  },
});
