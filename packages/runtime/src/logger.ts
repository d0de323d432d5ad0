import { type DestinationStream, type LogFn, type Logger, type LoggerOptions, pino } from 'pino';
import { isError, newBounds, plain } from './plain.ts';
import { currentScope } from './scope.ts';
import { currentTraceId } from './tracing.ts';

export type { Logger };

/**
 * A JSON logger for one app. Lines carry `app` and the ids of the work under way ({@link currentScope}). Whatever a call is
 * given, it is written as plain values without secrets, in one line of bounded length ({@link plain}); no call throws, and
 * a line that can't be written is lost without further ado.
 */
export function createLogger(app: string, level: string, destination?: DestinationStream): Logger {
  const options: LoggerOptions = {
    level,
    base: { app },
    hooks: {
      logMethod(given, write) {
        try {
          write.apply(this, plainArguments(given));
        } catch {
          try {
            write.call(this, 'A line could not be written.');
          } catch {
            // There is nowhere to say so.
          }
        }
      },
    },
    // Errors are plain by then; pino's own way would look for one.
    serializers: { err: (error: unknown) => error },
    timestamp: pino.stdTimeFunctions.isoTime,
    mixin: () => {
      const traceId = currentTraceId();
      return { ...currentScope(), ...(traceId === undefined ? {} : { traceId }) };
    },
  };
  const log = pino(options, destination ?? standardOutput());
  const childOf = log.child;
  log.child = function (this: Logger, bindings: object, ...more: []) {
    return childOf.call(this, plainObject(bindings), ...more);
  } as typeof log.child;
  return log;
}

/**
 * Standard output, where a failure to write is no error of the process. pino's own way there tries a write that failed again
 * and again, without end, when it is to flush: on a full disk nothing else would happen any more.
 */
function standardOutput(): DestinationStream {
  if (!process.stdout.listeners('error').includes(ignore)) process.stdout.on('error', ignore);
  return { write: (line) => process.stdout.write(line) };
}

const ignore = () => {};

/** What a call is given: an object and a text with what it is filled with, or a text alone. */
function plainArguments([first, ...rest]: readonly unknown[]): Parameters<LogFn> {
  const bounds = newBounds();
  const start =
    typeof first === 'object' && first !== null ? plainObject(first, bounds) : plain(first, bounds);
  return [start, ...rest.map((value) => plain(value, bounds))] as Parameters<LogFn>;
}

function plainObject(value: object, bounds = newBounds()): object {
  const copy = plain(value, bounds);
  if (isError(value)) return { err: copy };
  return typeof copy === 'object' && copy !== null && !Array.isArray(copy) ? copy : { value: copy };
}
