import { errorText, type Logger, redactErrorText } from '@scheduler/runtime';
import { Logger as GraphileLogger } from 'graphile-worker';

/** The parts of graphile-worker's log data that are used here. */
interface Told {
  error?: unknown;
  fatalError?: unknown;
  job?: { id: string };
  jobs?: readonly { id: string }[];
  specs?: readonly { job: { id: string } }[];
}

/**
 * Writes graphile-worker's log lines to our log, except those about single jobs, which our tasks
 * log in more detail. Records jobs whose end it could not write, because it reports them only in
 * the log. Failed statements and addresses are removed from errors in its lines.
 */
export function graphileLogger(log: Logger, unwritten: Map<string, string>): GraphileLogger {
  return new GraphileLogger(() => (level, message, meta) => {
    const { error, fatalError, job, jobs = [], specs = [] } = (meta ?? {}) as Told;
    if (fatalError) {
      const ended = [...(job ? [job] : []), ...jobs, ...specs.map((spec) => spec.job)];
      for (const { id } of ended) unwritten.set(String(id), errorText(fatalError));
    }
    const about = fatalError ?? error;
    const said = about instanceof Error ? redactErrorText(message, about) : message;
    if (level === 'error') log.error({ from: 'graphile-worker' }, said);
    else if (level === 'warning') log.warn({ from: 'graphile-worker' }, said);
    else log.debug({ from: 'graphile-worker' }, said);
  });
}
