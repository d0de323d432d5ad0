import type { SessionUser } from '@scheduler/auth';
import type { Db } from '@scheduler/db';
import type { z } from 'zod';
import type { ChangeFeed } from '../core/change-feed.ts';
import type { StoreScope } from '../core/store-access.ts';

/** The services of procedures, shared by all requests of a process. */
interface Backend {
  db: Db;
  changes: ChangeFeed;
}

/** The actor of a change, as in the audit log. */
export interface Actor {
  id: string;
  name: string;
  requestId: string;
  /** The stores of which an answer may tell the actor; all stores if absent. */
  storeIds?: StoreScope;
}

/** The context of one request. */
export interface Context {
  user: SessionUser | null;
  /**
   * Reads the user again, for streams: the session may have ended meanwhile, or the user may be
   * disabled.
   */
  whoNow(): Promise<SessionUser | null>;
  /** Makes the browser known for this user; see `Auth.rememberDevice`. */
  rememberDevice(email: string): void;
  requestId: string;
  /** Runs work when it is the caller's turn. Refuses it if too many of the caller's requests wait already. See `Shares`. */
  inTurn<T>(work: () => Promise<T>): Promise<T>;
  /** The schema of a procedure's input; undefined for a procedure without input. */
  schemaOf(path: string): z.ZodType | undefined;
  backend: Backend;
}
