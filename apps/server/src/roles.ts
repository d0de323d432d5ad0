/**
 * Creates the database's two roles, hands its contents over to them and exits. Run it once with
 * an account that may do this, before the first migration; it can run again at any time, for
 * example to set new passwords.
 */
import { makeRoles, RolesError } from '@scheduler/db';
import { createLogger, readEnv, redirectConsole, SettingsError, settings } from '@scheduler/runtime';
import { ROLE_SETTINGS } from './env.ts';

const log = createLogger('roles', 'info');
redirectConsole(log);
try {
  const { DATABASE_URL, DATABASE_DIRECT_URL } = settings;
  const env = readEnv({ DATABASE_URL, DATABASE_DIRECT_URL, ...ROLE_SETTINGS });
  await makeRoles(env.DATABASE_DIRECT_URL ?? env.DATABASE_URL, {
    migrator: env.POSTGRES_MIGRATOR_PASSWORD,
    app: env.POSTGRES_APP_PASSWORD,
  });
  log.info('the database has its roles');
} catch (error) {
  if (error instanceof SettingsError || error instanceof RolesError)
    process.stderr.write(`roles: ${error.message}\n`);
  else log.fatal({ err: error }, 'the roles could not be made');
  process.exitCode = 1;
}
