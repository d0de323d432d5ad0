import { settings } from '@scheduler/runtime';
import { z } from 'zod';

/** Settings of this app. */
export const SETTINGS = {
  HOST: settings.HOST,
  LOG_LEVEL: settings.LOG_LEVEL,
  TRUSTED_PROXIES: settings.TRUSTED_PROXIES,
  WEB_PORT: settings.port(5173),
  WEB_ORIGIN: z
    .string()
    .optional()
    .describe('same value as for the server; with https, browsers are told to use only https'),
  SERVER_URL: z.url({ protocol: /^https?$/ }).describe('address of the server, such as http://server:4000'),
};
