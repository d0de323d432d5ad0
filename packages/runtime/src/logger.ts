import { type DestinationStream, type Logger, type LoggerOptions, pino } from 'pino';
import { loggedError, withoutPlaces } from './errors.ts';
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

const STATEMENT = 'Failed query:';
/** A line of a stack within a JSON text. */
const FRAME = /\\n +at (?:async |new |file:|node:|\/|[\w.<>[\] ]+ \()/y;

/**
 * A log line without failed statements. Drizzle puts a statement and its parameters into its message, and the message of the one that
 * looks up who is signed in holds the session's token. An error is logged without them; this removes them from messages
 * that code or a library put together. A statement reaches to the end of the JSON text or to where a stack begins.
 */
function lineWithoutStatements(line: string): string {
  let clean = '';
  let from = 0;
  for (let start = line.indexOf(STATEMENT); start >= 0; start = line.indexOf(STATEMENT, from)) {
    clean += `${line.slice(from, start)}A statement failed.`;
    from = endOfStatement(line, start);
  }
  return clean + line.slice(from);
}

function endOfStatement(line: string, start: number): number {
  const special = /["\\]/g;
  special.lastIndex = start;
  for (let found = special.exec(line); found; found = special.exec(line)) {
    FRAME.lastIndex = found.index;
    if (found[0] === '"' || FRAME.test(line)) return found.index;
    // An escape is two characters.
    special.lastIndex = found.index + 2;
  }
  return line.length;
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
    hooks: { streamWrite: (line) => withoutPlaces(lineWithoutStatements(line)) },
    serializers: { err: (error: unknown) => (error instanceof Error ? loggedError(error) : error) },
    timestamp: pino.stdTimeFunctions.isoTime,
    mixin: () => {
      const traceId = currentTraceId();
      return { ...currentScope(), ...(traceId === undefined ? {} : { traceId }) };
    },
  };
  return destination ? pino(options, destination) : pino(options);
}
