import { errorText } from './errors.ts';
import type { Logger } from './logger.ts';
import { isError, newBounds, plain } from './plain.ts';

const LEVELS = {
  debug: 'debug',
  log: 'info',
  info: 'info',
  warn: 'warn',
  error: 'error',
  trace: 'error',
} as const;

/**
 * Sends to the log what libraries print by themselves: an error that they print as it is would tell statements, with the session's
 * token among what they were given, and addresses. Returns a function that gives the console back.
 */
export function consoleToLog(log: Logger): () => void {
  const before = { ...console };
  for (const [name, level] of Object.entries(LEVELS)) {
    console[name as keyof typeof LEVELS] = (...words: unknown[]) => {
      const bounds = newBounds();
      const said = words.map((word) => {
        const shown = isError(word) ? errorText(word) : plain(word, bounds);
        return typeof shown === 'string' ? shown : JSON.stringify(shown);
      });
      log[level]({ from: 'console' }, said.join(' '));
    };
  }
  return () => Object.assign(console, before);
}
