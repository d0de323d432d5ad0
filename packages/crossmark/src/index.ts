export { type CrossmarkClient, createCrossmarkClient } from './client.ts';
export { CALLS, type CallName, CrossmarkError, FAILURE_KINDS, type FailureKind } from './errors.ts';
export type { CallGuard, CallOutcome } from './guard.ts';
export * from './ids.ts';
export { type ClientLog, type CrossmarkClientOptions, DEFAULT_USER_AGENT } from './options.ts';
export type { Session, SessionStore } from './session.ts';
export type {
  BadRow,
  Booking,
  EventPage,
  FileAnswer,
  LocationCondition,
  PlannedEvent,
  Rep,
  TimeZoneOf,
} from './types.ts';
