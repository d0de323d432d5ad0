import { settings } from '@scheduler/runtime';
import { z } from 'zod';

/** Settings of this app. */
export const SETTINGS = {
  HOST: settings.HOST,
  LOG_LEVEL: settings.LOG_LEVEL,
  WEB_PORT: settings.port(5173),
  SERVER_URL: z
    .url({ protocol: /^https?$/ })
    .describe('where the server listens, such as http://server:4000'),
};
