import { vi } from 'vitest';

/*
 * Before each test file: a wait for a condition goes on for a minute, not for a second, since a machine may be busy with
 * other work. A condition that comes true is noticed as soon as ever.
 */
const PATIENCE_MS = 60_000;

const { waitFor } = vi;
vi.waitFor = (check, options) => {
  const given = typeof options === 'number' ? { timeout: options } : options;
  return waitFor(check, { interval: 20, ...given, timeout: Math.max(PATIENCE_MS, given?.timeout ?? 0) });
};
