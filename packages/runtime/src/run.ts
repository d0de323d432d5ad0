import { redirectConsole } from './console.ts';
import { readEnv, SettingsError, settings } from './env.ts';
import { createLogger, type Logger } from './logger.ts';
import { startTracing } from './tracing.ts';

/** Settings that every app reads besides its own. */
export const RUN_SETTINGS = { OTEL_EXPORTER_OTLP_ENDPOINT: settings.OTEL_EXPORTER_OTLP_ENDPOINT };

/** Longest time for a process to stop before it is ended. */
const MAX_STOP_MS = 25_000;

/**
 * Runs an app as a process. A {@link SettingsError} ends it with its message and status 1. SIGTERM
 * and SIGINT call the function that `start` returned, once, and then exit with 0. Traces are sent
 * if the environment names a collector.
 */
export async function runApp(app: string, start: () => Promise<() => Promise<void>>): Promise<void> {
  const log: Logger = createLogger(app, 'info');
  redirectConsole(log);
  // Node itself would print the error with all fields, including the parameters of a statement.
  process.on('uncaughtException', (error) => {
    log.fatal({ err: error }, 'an error that nothing caught');
    process.exit(1);
  });
  const begin = async (): Promise<() => Promise<void>> => {
    const stopTracing = await startTracing(app, readEnv(RUN_SETTINGS).OTEL_EXPORTER_OTLP_ENDPOINT);
    const stopApp = await start();
    return () => stopApp().finally(stopTracing);
  };
  let stopping = false;
  const onSignal = (signal: NodeJS.Signals) => {
    if (stopping) return;
    stopping = true;
    setTimeout(() => process.exit(1), MAX_STOP_MS).unref();
    // A signal during the start stops the app as soon as it has started.
    started
      .then((stop) => stop())
      .then(
        () => process.exit(0),
        (error: unknown) => {
          log.error({ err: error, signal }, 'stopped with an error');
          process.exit(1);
        },
      );
  };
  process.on('SIGTERM', onSignal);
  process.on('SIGINT', onSignal);
  const started = begin();
  await started.catch((error: unknown) => {
    if (error instanceof SettingsError) process.stderr.write(`${app}: ${error.message}\n`);
    else log.fatal({ err: error }, 'could not start');
    process.exit(1);
  });
}
