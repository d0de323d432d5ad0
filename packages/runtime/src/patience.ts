import { vi } from 'vitest';

/*
 * Runs before each test file. `vi.waitFor` waits for a minute instead of a second, because the
 * machine may be busy. It checks every 20 ms, so a condition that becomes true is noticed quickly.
 */
const WAIT_FOR_MS = 60_000;

const { waitFor } = vi;
vi.waitFor = (check, options) => {
  const settings = typeof options === 'number' ? { timeout: options } : options;
  return waitFor(check, {
    interval: 20,
    ...settings,
    timeout: Math.max(WAIT_FOR_MS, settings?.timeout ?? 0),
  });
};
