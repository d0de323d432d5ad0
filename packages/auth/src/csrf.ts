import { createHmac, timingSafeEqual } from 'node:crypto';
import { CSRF_COOKIE } from './cookies.ts';

/** What a change that is sent with a session must prove: that scripts of our own page sent it. */
export interface CsrfCheck {
  /** Whether this is the session's token. */
  accepts(given: string | readonly string[] | undefined): boolean;
  /** The `set-cookie` line that hands the token to the page; null where the page has it. */
  setCookie: string | null;
}

/**
 * The check of a session. The token is made of the session's cookie, so no other site can read it, and one that was planted
 * is refused.
 * @param given.session the session cookie's value
 * @param given.held what the browser sent in {@link CSRF_COOKIE}
 */
export function csrfCheck(given: {
  session: string;
  held: string | undefined;
  secret: string;
  secure: boolean;
}): CsrfCheck {
  const token = createHmac('sha256', given.secret).update(`csrf ${given.session}`).digest('base64url');
  return {
    accepts: (sent) => typeof sent === 'string' && isSameSecret(sent, token),
    setCookie:
      given.held === token
        ? null
        : `${CSRF_COOKIE}=${token}; Path=/; SameSite=Strict${given.secure ? '; Secure' : ''}`,
  };
}

/** Compares two secrets in a time that doesn't depend on how much of them is the same. */
export function isSameSecret(given: string, wanted: string): boolean {
  const [a, b] = [given, wanted].map((text) => createHmac('sha256', 'compare').update(text).digest());
  return a !== undefined && b !== undefined && timingSafeEqual(a, b);
}
