import { createAuthClient } from 'better-auth/react';

export const auth = createAuthClient({ basePath: '/api/auth' });

export type UserRole = 'viewer' | 'dispatcher' | 'admin';

export interface Session {
  name: string;
  email: string;
  role: UserRole;
}

let known: Session | null = null;

/** Who is signed in, asked once a page load; null for nobody. Rejects where the server can't be reached. */
export async function currentSession(): Promise<Session | null> {
  if (known) return known;
  const { data, error } = await auth.getSession();
  if (error && error.status !== 401) throw new Error('The scheduling server did not answer.');
  if (!data) return null;
  const { name, email } = data.user;
  const role = 'role' in data.user ? String(data.user.role) : 'viewer';
  known = { name, email, role: role === 'admin' || role === 'dispatcher' ? role : 'viewer' };
  return known;
}

/** Ask again next time: somebody signed in or out. */
export function forgetSession(): void {
  known = null;
}

/** A sentence for a refused sign-in, undefined when it went well. */
export async function signIn(email: string, password: string): Promise<string | undefined> {
  const { error } = await auth.signIn.email({ email, password });
  if (!error) return undefined;
  if (error.status === 401 || error.status === 400) {
    return 'E-mail or password is wrong. Check both and try again.';
  }
  if (error.status === 429) return 'Too many tries from here. Wait a minute, then try again.';
  return 'The scheduling server did not answer. Try again in a moment.';
}

/** Ends the session here and on the server. */
export async function signOut(): Promise<void> {
  await auth.signOut();
  forgetSession();
}
