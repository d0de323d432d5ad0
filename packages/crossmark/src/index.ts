export {
  type BadRow,
  type Booking,
  type ClientLog,
  type CrossmarkClient,
  type CrossmarkClientOptions,
  createCrossmarkClient,
  DEFAULT_USER_AGENT,
  type EventPage,
  type LocationCondition,
  type PlannedEvent,
  type QualifiedRep,
  type Rep,
  type TimeZoneOf,
} from './client.ts';
export { CALLS, type CallName, CrossmarkError, FAILURE_KINDS, type FailureKind } from './errors.ts';
export type { CallGuard, CallOutcome } from './guard.ts';
export * from './ids.ts';
export type { Session, SessionStore } from './session.ts';
