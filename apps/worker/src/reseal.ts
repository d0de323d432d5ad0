/**
 * Encrypts the stored Crossmark session with the first key of CROSSMARK_SESSION_KEY, and ends.
 * After that the second key is no longer used and may be deleted.
 */
import { connect } from '@scheduler/db';
import { createLogger, SettingsError } from '@scheduler/runtime';
import { resealSessions } from '@scheduler/sync';
import { readResealSettings } from './env.ts';

const log = createLogger('reseal', 'info');
try {
  const env = readResealSettings();
  const database = connect(env.DATABASE_URL, { max: 1, applicationName: 'scheduler-reseal' });
  try {
    log.info(
      await resealSessions(database.db, env.CROSSMARK_SESSION_KEY),
      'sessions are sealed with the first key',
    );
  } finally {
    await database.close();
  }
} catch (error) {
  if (error instanceof SettingsError) process.stderr.write(`reseal: ${error.message}\n`);
  else log.fatal({ err: error }, 'the sessions could not be sealed anew');
  process.exitCode = 1;
}
