import type { CallName, FailureKind } from './errors.ts';
import type { CallGuard } from './guard.ts';
import type { Limits } from './pacing.ts';
import type { SessionStore } from './session.ts';

/** The part of a pino logger that the client writes to. It never receives a secret. */
export type ClientLog = {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
};

export type CrossmarkClientOptions = {
  baseUrl: string;
  userId: string;
  password: string;
  /** The `User-Agent` of every call, in visible ASCII; {@link DEFAULT_USER_AGENT} by default. */
  userAgent?: string | undefined;
  /** Sent at sign-in, and the zone of the default range of `availableReps`. */
  timeZone?: string | undefined;
  log?: ClientLog | undefined;
  /** Where the session is kept; by default in this process. */
  session?: SessionStore | undefined;
  /**
   * `connectMs` (5 s) limits connecting. `callMs` (30 s) limits a whole call, from the connection
   * to the last byte of the answer.
   */
  timeouts?: { connectMs?: number | undefined; callMs?: number | undefined } | undefined;
  /** Limits on this client's calls, sign-ins included; none by default. */
  limits?: Limits | undefined;
  /** Called before every HTTP call, sign-ins included. It may hold the call back. */
  guard?: CallGuard | undefined;
  /** Called after every HTTP call. */
  onCall?:
    | ((call: { call: CallName; ok: boolean; durationMs: number; failureKind?: FailureKind }) => void)
    | undefined;
};

/** The `User-Agent` of calls when no other is set. */
export const DEFAULT_USER_AGENT = 'CrossmarkScheduler';
