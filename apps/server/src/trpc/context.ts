import type { SessionUser } from '@scheduler/auth';
import type { Db } from '@scheduler/db';
import type { ChangeFeed } from '../core/change-feed.ts';

/** What procedures work with, the same for every request of a process. */
interface Backend {
  db: Db;
  changes: ChangeFeed;
}

/** Who does something: written to the audit log with what they do. */
export interface Actor {
  id: string;
  name: string;
  requestId: string;
}

/** One request. */
export interface Context {
  user: SessionUser | null;
  /** Asks again who it is, for what stays open: the session may have ended meanwhile, or the user been disabled. */
  whoNow(): Promise<SessionUser | null>;
  /** The browser is known for this user from now on: see `Auth.rememberDevice`. */
  rememberDevice(email: string): void;
  requestId: string;
  /** Runs work when it is the caller's turn. Refuses it if too many of the caller's requests wait already. See `Shares`. */
  inTurn<T>(work: () => Promise<T>): Promise<T>;
  backend: Backend;
}
