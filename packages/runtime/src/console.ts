import { errorText } from './errors.ts';
import type { Logger } from './logger.ts';
import { isError, newBudget, toPlain } from './plain.ts';

const LEVELS = {
  debug: 'debug',
  log: 'info',
  info: 'info',
  warn: 'warn',
  error: 'error',
  trace: 'error',
} as const;

/**
 * Redirects the console to the log, because libraries print errors that contain SQL statements,
 * their parameters (such as session tokens) and addresses. Returns a function that restores the
 * console.
 */
export function redirectConsole(log: Logger): () => void {
  const original = { ...console };
  for (const [name, level] of Object.entries(LEVELS)) {
    console[name as keyof typeof LEVELS] = (...values: unknown[]) => {
      const budget = newBudget();
      const texts = values.map((value) => {
        const loggable = isError(value) ? errorText(value) : toPlain(value, budget);
        return typeof loggable === 'string' ? loggable : JSON.stringify(loggable);
      });
      log[level]({ from: 'console' }, texts.join(' '));
    };
  }
  return () => Object.assign(console, original);
}
