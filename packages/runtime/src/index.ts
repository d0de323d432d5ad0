export { readEnv, SettingsError, settings } from './env.ts';
export { securityHeaders } from './headers.ts';
export { createLogger, type Logger } from './logger.ts';
export { runApp } from './run.ts';
