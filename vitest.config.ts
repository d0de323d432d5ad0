import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'node',
          include: ['packages/**/*.test.ts', 'apps/**/*.test.ts', 'scripts/*.test.ts'],
          exclude: ['**/node_modules/**', '**/dist/**'],
          globalSetup: './packages/db/src/global-setup.ts',
          setupFiles: './packages/runtime/src/fixed-seed.ts',
          testTimeout: 30_000,
          hookTimeout: 60_000,
          pool: 'forks',
          maxWorkers: 2,
        },
      },
      {
        test: {
          name: 'browser',
          include: ['e2e/**/*.test.ts'],
          globalSetup: './packages/db/src/global-setup.ts',
          testTimeout: 120_000,
          hookTimeout: 180_000,
          // A machine that is busy elsewhere may starve a browser beyond any patience; twice in a row it doesn't.
          retry: 1,
          pool: 'forks',
          maxWorkers: 1,
        },
      },
    ],
  },
});
