import { createHmac, timingSafeEqual } from 'node:crypto';

/** The pages' scripts read the cookie and send it as the header; axios, which bull-board's page uses, does so by itself. */
export const CSRF_COOKIE = 'XSRF-TOKEN';
export const CSRF_HEADER = 'x-xsrf-token';

/**
 * The token that a change must bring along, made of the session: no other site can read it, and one that was planted is
 * worth nothing. Null for a request without a session.
 */
export function csrfTokenOf(
  cookies: string | undefined,
  sessionCookie: string,
  secret: string,
): string | null {
  const session = cookieOf(cookies, sessionCookie) ?? cookieOf(cookies, `__Secure-${sessionCookie}`);
  return session ? createHmac('sha256', secret).update(`csrf ${session}`).digest('base64url') : null;
}

/** The value of a cookie as it was sent. */
export function cookieOf(cookies: string | undefined, name: string): string | undefined {
  const found = cookies?.split(/;\s*/).find((cookie) => cookie.startsWith(`${name}=`));
  return found?.slice(name.length + 1);
}

/** Compares without telling by its duration how much was right. */
export function sameSecret(given: string, wanted: string): boolean {
  const [a, b] = [given, wanted].map((text) => createHmac('sha256', 'compare').update(text).digest());
  return a !== undefined && b !== undefined && timingSafeEqual(a, b);
}
