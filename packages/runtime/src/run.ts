import { consoleToLog } from './console.ts';
import { readEnv, SettingsError, settings } from './env.ts';
import { createLogger, type Logger } from './logger.ts';
import { startTracing } from './tracing.ts';

/** What every app reads besides its own settings. */
export const RUN_SETTINGS = { OTEL_EXPORTER_OTLP_ENDPOINT: settings.OTEL_EXPORTER_OTLP_ENDPOINT };

/** Longest a process takes to stop by itself before it is cut short. */
const STOP_WITHIN_MS = 25_000;

/**
 * Runs an app's main function as a process: settings errors end it with one readable message and status 1,
 * SIGTERM and SIGINT call what `start` returned (once) and then exit with 0. Traces are sent where the environment names
 * a collector.
 */
export async function runApp(app: string, start: () => Promise<() => Promise<void>>): Promise<void> {
  const log: Logger = createLogger(app, 'info');
  consoleToLog(log);
  // Node itself would print the error with all of its fields, what a statement was given among them.
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
    setTimeout(() => process.exit(1), STOP_WITHIN_MS).unref();
    // One that comes while the app starts stops it once it has.
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
