import type { Instant } from '@scheduler/scheduling';

/** A signed-in session. The cookie is a secret: encrypt it at rest and never log it. */
export type Session = { cookie: string; startedAt: Instant };

/**
 * Keeps a session between calls. The client ensures one sign-in at a time within a process; a store
 * that several processes share must ensure it across them.
 */
export interface SessionStore {
  /** Returns the current session, or null. Called before each call to Crossmark. */
  current(): Promise<Session | null>;
  /**
   * Replaces an expired session. If `expired` is no longer the current session, another caller has
   * already signed in; this then returns the current session without calling `signIn`. A store that
   * several processes share holds a lock meanwhile. If `signIn` throws, no session is kept and the
   * error is passed on.
   */
  renew(expired: Session | null, signIn: () => Promise<Session>): Promise<Session>;
}

/** Keeps the session in this process. */
export function memorySession(): SessionStore {
  let session: Session | null = null;
  return {
    current: async () => session,
    async renew(expired, signIn) {
      if (session && session.cookie !== expired?.cookie) return session;
      session = null;
      session = await signIn();
      return session;
    },
  };
}
