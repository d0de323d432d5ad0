import { defineConfig } from 'vitest/config';

/** For what hangs, not for what is slow: a machine may be busy with other work. */
const LIMITS = { testTimeout: 180_000, hookTimeout: 300_000, expect: { poll: { timeout: 60_000 } } };

/** Three files at a time also on two cores, because tests often wait: for apps, backoffs, pages. */
const AT_A_TIME = 3;

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'node',
          include: ['packages/**/*.test.ts', 'apps/**/*.test.ts', 'scripts/*.test.ts'],
          exclude: ['**/node_modules/**', '**/dist/**'],
          globalSetup: './packages/db/src/global-setup.ts',
          setupFiles: ['./packages/runtime/src/fixed-seed.ts', './packages/runtime/src/patience.ts'],
          ...LIMITS,
          pool: 'forks',
          maxWorkers: AT_A_TIME,
        },
      },
      {
        test: {
          name: 'browser',
          include: ['e2e/**/*.test.ts'],
          globalSetup: './e2e/global-setup.ts',
          setupFiles: './packages/runtime/src/patience.ts',
          ...LIMITS,
          pool: 'forks',
          maxWorkers: AT_A_TIME,
        },
      },
    ],
  },
});
