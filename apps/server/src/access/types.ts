import type { UserRole } from '@scheduler/db';
import type { Instant } from '@scheduler/scheduling';

/** A user; a disabled one can't sign in. */
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

/** An unused invitation. */
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

/** A session of a user. */
export interface OpenSession {
  id: string;
  /** Such as `Chrome on Windows`. */
  device: string;
  address: string | null;
  app: 'Scheduler' | 'Admin page';
  signedInAt: Instant;
  lastUsedAt: Instant;
  /** Whether it is the session of the request. */
  current: boolean;
}

/** The secret part of a one-time link. It is displayed once, and an admin hands it over. */
export interface NewLink {
  token: string;
  expiresAt: Instant;
}

/** What a link is for. */
export type OpenedLink =
  | { kind: 'set_up'; needsStore: boolean }
  | { kind: 'invite'; email: string; name: string; role: UserRole }
  | { kind: 'reset'; email: string; name: string };
