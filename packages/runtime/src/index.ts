export { isEncodedTwice } from './address.ts';
export { readEnv, SettingsError, settings } from './env.ts';
export { securityHeaders } from './headers.ts';
export { type Readiness, readiness, serveHealth } from './health.ts';
export { createLogger, type Logger } from './logger.ts';
export { RUN_SETTINGS, runApp } from './run.ts';
export { inScope } from './scope.ts';
export { shared, together } from './together.ts';
export { currentOrigin, type Origin, startTracing, traceCall, traced } from './tracing.ts';
