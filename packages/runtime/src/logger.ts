import { type Logger, pino, stdSerializers } from 'pino';

export type { Logger };

/** Keys whose values never reach a log, wherever in an object they stand (pino redacts by path, hence the depths). */
const SECRET_KEYS = [
  'password',
  'Password',
  'cookie',
  'set-cookie',
  'authorization',
  'secret',
  'token',
  'PHPSESSID',
];
const redact = SECRET_KEYS.flatMap((key) => [
  `["${key}"]`,
  `*["${key}"]`,
  `*.*["${key}"]`,
  `*.*.*["${key}"]`,
]);

/** A JSON logger for one app. Lines carry `app`; secrets are replaced by `[redacted]`. */
export function createLogger(app: string, level: string): Logger {
  return pino({
    level,
    base: { app },
    redact: { paths: redact, censor: '[redacted]' },
    serializers: { err: stdSerializers.err },
    timestamp: pino.stdTimeFunctions.isoTime,
  });
}
