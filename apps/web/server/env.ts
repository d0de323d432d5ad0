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
    .describe(
      'where people open the scheduler, as the server has it; by https, browsers are told to stay with it',
    ),
  SERVER_URL: z
    .url({ protocol: /^https?$/ })
    .describe('where the server listens, such as http://server:4000'),
};
