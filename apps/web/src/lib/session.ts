import { fetchAndSetClock } from '@scheduler/runtime/browser-clock';

/** A role as apps/server gives it out. */
type UserRole = 'viewer' | 'dispatcher' | 'admin';

export interface Session {
  name: string;
  email: string;
  role: UserRole;
}

let cachedSession: Session | null = null;
/** Whose page this is, from its loading on: whom the server knew first. */
let pageEmail: string | undefined;

/**
 * Tells the other tabs of this browser who is signed in now: its e-mail, null for nobody. They
 * share the cookie.
 */
const otherTabs = 'BroadcastChannel' in window ? new BroadcastChannel('session') : null;

/**
 * Calls back when another tab signs in or out, with the e-mail of who is signed in now. Returns how
 * to stop.
 */
export function onSessionChange(onChange: (email: string | null) => void): () => void {
  const receive = ({ data }: MessageEvent<string | null>) => onChange(data);
  otherTabs?.addEventListener('message', receive);
  return () => otherTabs?.removeEventListener('message', receive);
}

/**
 * Returns the session, read once a page load; null where nobody is signed in. Rejects where the
 * server can’t be reached. Calls better-auth’s endpoint directly: every page waits for the answer,
 * and a client library that is loaded on demand would be missing on a page that was opened before
 * the server was upgraded.
 */
export async function currentSession(): Promise<Session | null> {
  if (cachedSession) return cachedSession;
  const answer = await fetchAndSetClock('/api/auth/get-session').catch(() => undefined);
  if (!answer?.ok) throw new Error('The scheduling server did not answer.');
  const session: { user: { name: string; email: string; role?: string } } | null = await answer.json();
  if (!session) return null;
  const { name, email, role } = session.user;
  pageEmail ??= email;
  cachedSession = { name, email, role: role === 'admin' || role === 'dispatcher' ? role : 'viewer' };
  return cachedSession;
}

/**
 * A header that tells the server whose page a call comes from. Tabs share the cookie: where another one has just signed in
 * as somebody else, the server takes the call for nobody's, and nothing is done in their name.
 */
export const pageUserHeaders = (): Record<string, string> =>
  pageEmail === undefined ? {} : { 'x-scheduler-page-user': encodeURIComponent(pageEmail) };

/** Tells the other tabs who is signed in now: the e-mail, null for nobody. */
export function announceSession(email: string | null): void {
  otherTabs?.postMessage(email);
}

/** Ask again next time: somebody signed in or out. */
export function forgetSession(): void {
  cachedSession = null;
}

/**
 * Ends the session here and on the server.
 * @throws where the server can't be reached: the session goes on then
 */
export async function signOut(): Promise<void> {
  const headers = { 'content-type': 'application/json' };
  const answer = await fetch('/api/auth/sign-out', { method: 'POST', headers, body: '{}' }).catch(
    () => undefined,
  );
  // 401: the session was over already.
  if (!answer?.ok && answer?.status !== 401) throw new Error('The scheduling server did not answer.');
  forgetSession();
  announceSession(null);
}
