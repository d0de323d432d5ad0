import { setTimeout as wait } from 'node:timers/promises';
import { connect, schemaIsBehind } from '@scheduler/db';
import { errorText, type Logger } from '@scheduler/runtime';
import { makeSetUpLink } from './access-links.ts';

const AGAIN_MS = 2_000;

/**
 * Prints a link with which the first admin signs up, if there is no user. A server may start before the first
 * migration and before Postgres, so this looks again until it knows whether there is a user, or until it is
 * stopped. The link goes to standard output and not to the log.
 */
export async function offerSetUp(
  databaseUrl: string,
  { origin, log, signal }: { origin: string; log: Logger; signal: AbortSignal },
): Promise<void> {
  const { db, close } = connect(databaseUrl, { max: 1, applicationName: 'scheduler-server' });
  let said = '';
  while (!signal.aborted) {
    try {
      if (!(await schemaIsBehind(db))) {
        const link = await makeSetUpLink(db);
        if (link)
          process.stdout.write(
            `\nNobody can sign in yet. Open this link within 24 hours to make the first admin and store; it works once:\n\n  ${origin}/set-up#${link.token}\n\n`,
          );
        break;
      }
    } catch (error) {
      const reason = errorText(error);
      // An outage may last for hours: each reason is logged once.
      if (reason !== said) log.warn({ reason }, 'could not look whether there is a user; looks again');
      said = reason;
    }
    await wait(AGAIN_MS, undefined, { signal }).catch(() => {});
  }
  await close();
}
