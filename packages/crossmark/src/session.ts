import type { Instant } from '@scheduler/scheduling';

/** A signed-in session. The cookie is a secret: encrypt it where it rests, never log it. */
export type Session = { cookie: string; startedAt: Instant };

/**
 * Where a session lives between calls. The client already makes sure that one process signs in once; a store
 * shared by several processes makes that true across them.
 */
export interface SessionStore {
  /** The session in force, or null. Asked before each call. */
  current(): Promise<Session | null>;
  /**
   * Replaces a session that turned out to be over. Where `stale` is no longer the session in force, somebody else
   * has signed in already: then return that one and don't call `signIn`. A store shared across processes holds a
   * lock meanwhile. Throws what `signIn` throws, keeping nothing.
   */
  renew(stale: Session | null, signIn: () => Promise<Session>): Promise<Session>;
}

/** Keeps the session in this process. */
export function memorySession(): SessionStore {
  let session: Session | null = null;
  return {
    current: async () => session,
    async renew(stale, signIn) {
      if (session && session.cookie !== stale?.cookie) return session;
      session = null;
      session = await signIn();
      return session;
    },
  };
}
