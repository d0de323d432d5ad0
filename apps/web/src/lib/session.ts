import { fetchAndSetClock } from '@scheduler/runtime/browser-clock';
import { takeEarlyRequest } from './early.ts';

/** A role, as apps/server names it. */
type UserRole = 'viewer' | 'dispatcher' | 'admin';

export interface Session {
  id: string;
  name: string;
  email: string;
  role: UserRole;
  /** The stores that the user may see; null for all stores. */
  storeIds: readonly number[] | null;
}

const SESSION_URL = '/api/auth/get-session';

let cachedSession: Session | null = null;
/** The e-mail address of the page's user: of the first session since the page was loaded. */
let pageEmail: string | undefined;

/**
 * The channel on which tabs learn who is signed in now: an e-mail address, or null for nobody. All
 * tabs share the cookie.
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
 * Returns the session, which is read once for each page load; null if nobody is signed in. Rejects
 * if the server can’t be reached. Calls better-auth’s endpoint directly: every page waits for the
 * answer, and a client library that is loaded on demand would be missing on a page that was opened
 * before the server was upgraded.
 */
export async function currentSession(): Promise<Session | null> {
  if (cachedSession) return cachedSession;
  const session = await readSession();
  if (session) {
    pageEmail ??= session.email;
    cachedSession = session;
  }
  return session;
}

/** Asks the server who is signed in, with the present role and stores. */
async function readSession(): Promise<Session | null> {
  const answer = await fetchAndSetClock(SESSION_URL, {}, takeEarlyRequest(SESSION_URL)).catch(
    () => undefined,
  );
  if (!answer?.ok) throw new Error('The scheduling server did not answer.');
  const session: {
    user: Omit<Session, 'role' | 'storeIds'> & { role?: string; storeIds?: number[] | null };
  } | null = await answer.json();
  if (!session) return null;
  const { id, name, email, role, storeIds = null } = session.user;
  return { id, name, email, role: role === 'admin' || role === 'dispatcher' ? role : 'viewer', storeIds };
}

/**
 * Reads again what the user may do, after the server said that somebody's access changed. Returns
 * whether theirs did. The end of a session is no change: calls notice it.
 */
export async function rereadSession(): Promise<boolean> {
  const now = await readSession().catch(() => null);
  if (!now || now.email !== cachedSession?.email) return false;
  const isChanged =
    now.role !== cachedSession.role || now.storeIds?.join() !== cachedSession.storeIds?.join();
  cachedSession = now;
  return isChanged;
}

/**
 * Returns a header with the page's user. Tabs share the cookie: if another tab has just signed in
 * as another user, the server treats this page's calls as signed out, so that nothing is done in
 * the other user's name.
 */
export const pageUserHeaders = (): Record<string, string> =>
  pageEmail === undefined ? {} : { 'x-scheduler-page-user': encodeURIComponent(pageEmail) };

/** Tells the other tabs who is signed in now: the e-mail address, or null for nobody. */
export function announceSession(email: string | null): void {
  otherTabs?.postMessage(email);
}

/**
 * Forgets the session, so that the next read asks the server. Call it after a sign-in or sign-out.
 */
export function forgetSession(): void {
  cachedSession = null;
}

/**
 * Ends the session here and on the server.
 * @throws if the server can't be reached; the session then continues
 */
export async function signOut(): Promise<void> {
  const headers = { 'content-type': 'application/json' };
  const answer = await fetch('/api/auth/sign-out', { method: 'POST', headers, body: '{}' }).catch(
    () => undefined,
  );
  // 401: the session had already ended.
  if (!answer?.ok && answer?.status !== 401) throw new Error('The scheduling server did not answer.');
  forgetSession();
  announceSession(null);
}
