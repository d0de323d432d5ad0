import { readEnv, settings } from '@scheduler/runtime';
import { z } from 'zod';

/** Addresses at which browsers open the scheduler, the main one first. */
const origins = z
  .string()
  .transform((text) => text.split(',').map((part) => part.trim()))
  .pipe(z.array(z.url({ protocol: /^https?$/ }).transform((url) => new URL(url).origin)).min(1))
  // The session's cookie is either only for https or only for http.
  .refine((all) => new Set(all.map((one) => one.split(':', 1)[0])).size === 1, {
    error: 'the addresses mix https and http',
  })
  .describe(
    'address at which people open the scheduler, such as https://scheduler.example.com. Separate several addresses by commas; all must use https, or all http',
  );

/** Settings of this app. */
export const SETTINGS = {
  DATABASE_URL: settings.DATABASE_URL,
  AUTH_SECRET: settings.AUTH_SECRET,
  SERVER_PORT: settings.port(4000),
  HOST: settings.HOST,
  WEB_ORIGIN: origins,
  TRUSTED_PROXIES: settings.TRUSTED_PROXIES.transform((named) =>
    named.length > 0 ? named : ['loopback', 'linklocal', 'uniquelocal'],
  ),
  SESSION_IDLE_HOURS: settings.SESSION_IDLE_HOURS,
  SESSION_MAX_HOURS: settings.SESSION_MAX_HOURS,
  LOG_LEVEL: settings.LOG_LEVEL,
};

/** Settings of the job that creates the database's roles. */
export const ROLE_SETTINGS = {
  POSTGRES_MIGRATOR_PASSWORD: z
    .string()
    .optional()
    .describe(
      'password of scheduler_migrator, the role of migrations; without it the role keeps its password',
    ),
  POSTGRES_APP_PASSWORD: z
    .string()
    .optional()
    .describe('password of scheduler_app, the role of the apps; without it the role keeps its password'),
};

/** Reads the settings. Throws a SettingsError that names each invalid variable. */
export const readSettings = () => readEnv(SETTINGS);
