import type { UserRole } from '@scheduler/db';
import type { Instant } from '@scheduler/scheduling';

/** Somebody who may sign in, or might until they were disabled. */
export interface UserAccess {
  id: string;
  name: string;
  email: string;
  role: UserRole;
  disabledAt: Instant | null;
  version: number;
  /** Open sessions, and when one was last used. */
  sessions: number;
  lastSeenAt: Instant | null;
}

/** An invitation that nobody has used yet. */
export interface Invitation {
  id: number;
  name: string;
  email: string;
  role: UserRole;
  createdBy: string;
  expiresAt: Instant;
}

export interface UserList {
  users: UserAccess[];
  invitations: Invitation[];
}

/** A place where somebody is signed in. */
export interface OpenSession {
  id: string;
  /** Such as `Chrome on Windows`. */
  device: string;
  address: string | null;
  app: 'Scheduler' | 'Admin page';
  signedInAt: Instant;
  lastUsedAt: Instant;
  /** The one that asks. */
  current: boolean;
}

/** A one-time link's secret part: shown once, to be handed over. */
export interface NewLink {
  token: string;
  expiresAt: Instant;
}

/** What a link is for. */
export type OpenedLink =
  | { kind: 'set_up'; needsStore: boolean }
  | { kind: 'invite'; email: string; name: string; role: UserRole }
  | { kind: 'reset'; email: string; name: string };
