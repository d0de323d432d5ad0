import { MAIL_SETTINGS, mailServerAt } from '@scheduler/mail';
import { readEnv, SettingsError, settings } from '@scheduler/runtime';
import { z } from 'zod';
import type { AlertWays } from './alerts/ways.ts';

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
  DATABASE_DIRECT_URL: settings.DATABASE_DIRECT_URL,
  AUTH_SECRET: settings.AUTH_SECRET,
  SERVER_PORT: settings.port(4000),
  HOST: settings.HOST,
  WEB_ORIGIN: origins,
  ADMIN_ORIGIN: settings.ADMIN_ORIGIN,
  TRUSTED_PROXIES: settings.TRUSTED_PROXIES.transform((named) =>
    named.length > 0 ? named : ['loopback', 'linklocal', 'uniquelocal'],
  ),
  SESSION_IDLE_HOURS: settings.SESSION_IDLE_HOURS,
  SESSION_MAX_HOURS: settings.SESSION_MAX_HOURS,
  ALERT_WEBHOOK_URL: z
    .url({ protocol: /^https?$/ })
    .optional()
    .describe(
      'address to which alerts are posted as JSON, whose `text` chat programs show; secret. Without it and ALERT_MAIL_TO nobody is told of alerts',
    ),
  ALERT_MAIL_TO: z
    .string()
    .transform((text) => text.split(',').map((part) => part.trim()))
    .pipe(z.array(z.email()).min(1))
    .optional()
    .describe(
      'addresses that get alerts by e-mail, separated by commas. With it, SMTP_URL and SMTP_FROM are required',
    ),
  ALERT_QUIET_MINUTES: z.coerce
    .number()
    .min(1)
    .max(10_080)
    .default(240)
    .describe('least time between two messages that one alert holds; the end of an alert is told at once'),
  ...MAIL_SETTINGS,
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
export function readSettings(source?: Record<string, string | undefined>) {
  const env = readEnv(SETTINGS, source);
  return { ...env, alertWays: alertWaysOf(env) };
}

/** Returns the ways by which people are told of alerts; undefined if there is none. */
function alertWaysOf({
  ALERT_WEBHOOK_URL,
  ALERT_MAIL_TO,
  SMTP_URL,
  SMTP_FROM,
}: Pick<
  z.output<z.ZodObject<typeof SETTINGS>>,
  'ALERT_WEBHOOK_URL' | 'ALERT_MAIL_TO' | 'SMTP_URL' | 'SMTP_FROM'
>): AlertWays | undefined {
  if (!ALERT_WEBHOOK_URL && !ALERT_MAIL_TO) return undefined;
  if (!ALERT_MAIL_TO) return { webhook: ALERT_WEBHOOK_URL, mail: undefined };
  if (!SMTP_URL || !SMTP_FROM) {
    const missing = [...(SMTP_URL ? [] : ['SMTP_URL']), ...(SMTP_FROM ? [] : ['SMTP_FROM'])].join(' and ');
    throw new SettingsError(
      `Cannot start: ALERT_MAIL_TO is set, and with it alerts need ${missing}. Set ${missing}, or unset ALERT_MAIL_TO.`,
    );
  }
  return {
    webhook: ALERT_WEBHOOK_URL,
    mail: { server: mailServerAt(SMTP_URL, SMTP_FROM), to: ALERT_MAIL_TO },
  };
}
