import { expect, it } from 'vitest';
import { initialScripts, JS_BUDGET_BYTES } from './budget.ts';

it('the board’s first JavaScript keeps within its budget, gzipped', () => {
  const scripts = initialScripts('src/board/board-page.tsx');
  expect(scripts.length).toBeGreaterThan(2);
  expect(scripts.reduce((sum, { gzipBytes }) => sum + gzipBytes, 0)).toBeLessThanOrEqual(JS_BUDGET_BYTES);
});
