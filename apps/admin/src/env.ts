import { readEnv, settings } from '@scheduler/runtime';
import { z } from 'zod';

/** Settings of this app. */
export const SETTINGS = {
  DATABASE_URL: settings.DATABASE_URL,
  AUTH_SECRET: settings.AUTH_SECRET,
  REDIS_URL: settings.REDIS_URL,
  HOST: settings.HOST,
  ADMIN_PORT: settings.port(4100),
  ADMIN_ORIGIN: settings.ADMIN_ORIGIN,
  ADMIN_METRICS_TOKEN: z
    .string()
    .min(16)
    .optional()
    .describe(
      'bearer token with which Prometheus reads /metrics; without it only signed-in users can read it',
    ),
  SESSION_IDLE_HOURS: settings.SESSION_IDLE_HOURS,
  SESSION_MAX_HOURS: settings.SESSION_MAX_HOURS,
  TRUSTED_PROXIES: settings.TRUSTED_PROXIES,
  LOG_LEVEL: settings.LOG_LEVEL,
  NODE_ENV: z.enum(['development', 'production', 'test']).default('production'),
};

/** Reads the settings. Throws a SettingsError that names each invalid variable. */
export const adminEnv = () => readEnv(SETTINGS);
