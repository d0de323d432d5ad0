/**
 * Migrates the database to this version and exits. Run it once before the processes of the new
 * version start.
 */
import { MigrateError, migrate } from '@scheduler/db';
import { createLogger, readEnv, SettingsError, settings } from '@scheduler/runtime';

const log = createLogger('migrate', 'info');
try {
  const { DATABASE_URL, DATABASE_DIRECT_URL } = settings;
  const env = readEnv({ DATABASE_URL, DATABASE_DIRECT_URL });
  await migrate(env.DATABASE_DIRECT_URL ?? env.DATABASE_URL);
  log.info('the database is at this version');
} catch (error) {
  if (error instanceof SettingsError || error instanceof MigrateError)
    process.stderr.write(`migrate: ${error.message}\n`);
  else log.fatal({ err: error }, 'the database could not be migrated');
  process.exitCode = 1;
}
