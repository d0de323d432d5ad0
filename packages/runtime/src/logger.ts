import { type DestinationStream, type LogFn, type Logger, type LoggerOptions, pino } from 'pino';
import { isError, newBudget, toPlain } from './plain.ts';
import { currentScope } from './scope.ts';
import { currentTraceId } from './tracing.ts';

export type { Logger };

/**
 * Creates a JSON logger for one app. Each line has `app` and the ids of the current work ({@link
 * currentScope}). The arguments of a call are written as plain values without secrets, in one line
 * of limited length ({@link toPlain}). No call throws; a line that can't be written is lost.
 */
export function createLogger(app: string, level: string, destination?: DestinationStream): Logger {
  const options: LoggerOptions = {
    level,
    base: { app },
    hooks: {
      logMethod(values, write) {
        try {
          write.apply(this, plainArguments(values));
        } catch {
          try {
            write.call(this, 'A line could not be written.');
          } catch {
            // A broken logger has nowhere to report this.
          }
        }
      },
    },
    // Errors are already plain objects; pino's own serializer expects an Error.
    serializers: { err: (error: unknown) => error },
    timestamp: pino.stdTimeFunctions.isoTime,
    mixin: () => {
      const traceId = currentTraceId();
      return { ...currentScope(), ...(traceId === undefined ? {} : { traceId }) };
    },
  };
  const log = pino(options, destination ?? standardOutput());
  const createChild = log.child;
  log.child = function (this: Logger, bindings: object, ...more: []) {
    return createChild.call(this, plainObject(bindings), ...more);
  } as typeof log.child;
  return log;
}

/**
 * Standard output that ignores write errors. pino's own destination repeats a failed write without
 * end when it flushes, so a full disk would block the process.
 */
function standardOutput(): DestinationStream {
  if (!process.stdout.listeners('error').includes(ignore)) process.stdout.on('error', ignore);
  return { write: (line) => process.stdout.write(line) };
}

const ignore = () => {};

/**
 * The plain arguments of a log call: an object and a message with its values, or a message alone.
 */
function plainArguments([first, ...rest]: readonly unknown[]): Parameters<LogFn> {
  const budget = newBudget();
  const start =
    typeof first === 'object' && first !== null ? plainObject(first, budget) : toPlain(first, budget);
  return [start, ...rest.map((value) => toPlain(value, budget))] as Parameters<LogFn>;
}

function plainObject(value: object, budget = newBudget()): object {
  const copy = toPlain(value, budget);
  if (isError(value)) return { err: copy };
  return typeof copy === 'object' && copy !== null && !Array.isArray(copy) ? copy : { value: copy };
}
