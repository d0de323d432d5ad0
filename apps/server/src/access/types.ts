import type { DigestState, UserRole } from '@scheduler/db';
import type { Instant } from '@scheduler/scheduling';

/** A user; a disabled one can't sign in. */
export interface UserAccess {
  id: string;
  name: string;
  email: string;
  role: UserRole;
  /** The stores that the user may see and plan; null for all stores. */
  storeIds: number[] | null;
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
  /** Null for all stores. */
  storeIds: number[] | null;
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

/** The digests that a user gets by e-mail. */
export interface Digests {
  /** Where they are sent. */
  email: string;
  /** Whether a running worker sends any. */
  isSent: boolean;
  /** The user's stores. */
  stores: {
    storeId: number;
    name: string;
    number: string;
    timeZone: string;
    /** The time of the store's clock, `HH:mm`; null if the user gets none. */
    sendAt: string | null;
    /** What became of today's; null if it wasn't its time yet. */
    today: { state: DigestState; sentAt: Instant | null; failure: string | null } | null;
  }[];
}
