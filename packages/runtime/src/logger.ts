import { type DestinationStream, type Logger, type LoggerOptions, pino, stdSerializers } from 'pino';
import { withoutTellingFields, withoutValues } from './errors.ts';
import { currentScope } from './scope.ts';
import { currentTraceId } from './tracing.ts';

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
  // Of a failed query.
  'params',
];
const redact = SECRET_KEYS.flatMap((key) => [
  `["${key}"]`,
  `*["${key}"]`,
  `*.*["${key}"]`,
  `*.*.*["${key}"]`,
]);

/**
 * What a failed query was given, which Drizzle puts into its message and so into every message around it: the one that
 * looks up who is signed in is given the session's token. It ends with the text, or where a stack begins. This finds it in
 * messages that were put together by hand; an error itself is logged without it.
 */
const QUERY_VALUES = /\\n *params: (?:[^"\\]|\\(?!n +at )[\s\S])*/g;

/** An error as it is logged: without the values of rows and parameters that Postgres and Drizzle repeat in it. */
function loggedError(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const { message, stack, ...fields } = withoutTellingFields(stdSerializers.err(error));
  return { ...fields, message: withoutValues(message, error), stack: withoutValues(stack, error) };
}

/**
 * A JSON logger for one app. Lines carry `app` and the ids of the work under way ({@link currentScope}); secrets are
 * replaced by `[redacted]`.
 */
export function createLogger(app: string, level: string, destination?: DestinationStream): Logger {
  const options: LoggerOptions = {
    level,
    base: { app },
    redact: { paths: redact, censor: '[redacted]' },
    hooks: { streamWrite: (line) => line.replace(QUERY_VALUES, '\\nparams: [redacted]') },
    serializers: { err: loggedError },
    timestamp: pino.stdTimeFunctions.isoTime,
    mixin: () => {
      const traceId = currentTraceId();
      return { ...currentScope(), ...(traceId === undefined ? {} : { traceId }) };
    },
  };
  return destination ? pino(options, destination) : pino(options);
}
