import { errorText, type Logger, redactErrorText } from '@scheduler/runtime';
import { Logger as GraphileLogger } from 'graphile-worker';

/** What graphile-worker tells of a line, as far as it is looked at here. */
interface Told {
  error?: unknown;
  fatalError?: unknown;
  job?: { id: string };
  jobs?: readonly { id: string }[];
  specs?: readonly { job: { id: string } }[];
}

/**
 * graphile-worker's own lines go to our log; what it says of each job, our tasks say better. Which
 * jobs' ends it could not write, it says here and nowhere else. Its lines quote errors: failed
 * statements and addresses are left out.
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
