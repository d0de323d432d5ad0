/** A role as apps/server gives it out. */
type UserRole = 'viewer' | 'dispatcher' | 'admin';

export interface Session {
  name: string;
  email: string;
  role: UserRole;
}

let known: Session | null = null;

/** Tells the other tabs of this browser who is signed in now: its e-mail, null for nobody. They share the cookie. */
const others = 'BroadcastChannel' in window ? new BroadcastChannel('session') : null;

/** Calls back when another tab signs in or out, with the e-mail of who is signed in now. Returns how to stop. */
export function onSessionChange(changed: (email: string | null) => void): () => void {
  const hear = ({ data }: MessageEvent<string | null>) => changed(data);
  others?.addEventListener('message', hear);
  return () => others?.removeEventListener('message', hear);
}

/**
 * Who is signed in, asked once a page load; null for nobody. Rejects where the server can't be reached.
 * It asks better-auth's endpoint itself: every page waits for this answer, and the client library need not be there yet.
 */
export async function currentSession(): Promise<Session | null> {
  if (known) return known;
  const answer = await fetch('/api/auth/get-session').catch(() => undefined);
  if (!answer?.ok) throw new Error('The scheduling server did not answer.');
  const session: { user: { name: string; email: string; role?: string } } | null = await answer.json();
  if (!session) return null;
  const { name, email, role } = session.user;
  known = { name, email, role: role === 'admin' || role === 'dispatcher' ? role : 'viewer' };
  return known;
}

/** Ask again next time: somebody signed in or out. */
export function forgetSession(): void {
  known = null;
}

/** A sentence for a refused sign-in, undefined when it went well. */
export async function signIn(email: string, password: string): Promise<string | undefined> {
  const auth = await authClient();
  const { error } = await auth.signIn.email({ email, password });
  if (!error) {
    others?.postMessage(email.trim().toLowerCase());
    return undefined;
  }
  if (error.status === 401 || error.status === 400) {
    return 'E-mail or password is wrong. Check both and try again.';
  }
  if (error.status === 429) return error.message ?? 'Too many tries. Wait a minute, then try again.';
  return 'The scheduling server did not answer. Try again in a moment.';
}

/** Ends the session here and on the server. */
export async function signOut(): Promise<void> {
  const auth = await authClient();
  await auth.signOut();
  forgetSession();
  others?.postMessage(null);
}

async function authClient() {
  const { createAuthClient } = await import('better-auth/react');
  return createAuthClient({ basePath: '/api/auth' });
}
