import { createHmac, timingSafeEqual } from 'node:crypto';
import { CSRF_COOKIE } from './cookies.ts';

/** Checks that a change with a session was sent by a script of our own page. */
export interface CsrfCheck {
  /** Whether this is the session's token. */
  accepts(sent: string | readonly string[] | undefined): boolean;
  /** The `set-cookie` line that sends the token to the page; null if the page already has it. */
  setCookie: string | null;
}

/**
 * Creates the check of a session. Its token is derived from the session cookie, so other sites
 * cannot read it, and a token set by an attacker is refused.
 * @param request.session the session cookie's value
 * @param request.held the value of {@link CSRF_COOKIE} that the browser sent
 */
export function csrfCheck(request: {
  session: string;
  held: string | undefined;
  secret: string;
  secure: boolean;
}): CsrfCheck {
  const token = createHmac('sha256', request.secret).update(`csrf ${request.session}`).digest('base64url');
  return {
    accepts: (sent) => typeof sent === 'string' && isSameSecret(sent, token),
    setCookie:
      request.held === token
        ? null
        : `${CSRF_COOKIE}=${token}; Path=/; SameSite=Strict${request.secure ? '; Secure' : ''}`,
  };
}

/** Compares two secrets in constant time. */
export function isSameSecret(one: string, other: string): boolean {
  const [a, b] = [one, other].map((text) => createHmac('sha256', 'compare').update(text).digest());
  return a !== undefined && b !== undefined && timingSafeEqual(a, b);
}
