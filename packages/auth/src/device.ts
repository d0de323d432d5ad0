import { createHmac, randomBytes } from 'node:crypto';
import { isSameSecret } from './csrf.ts';

/**
 * Users that one browser is known for. A further user replaces the one who signed in longest ago.
 */
const MAX_USERS = 8;
/** An id and at most {@link MAX_USERS} signatures. */
const COOKIE_FORM = /^[\w-]{22}(\.[\w-]{22}){0,8}$/;
/** The longest time that browsers keep a cookie. */
const KEPT_S = 400 * 24 * 3600;

/**
 * A browser, identified by a cookie with a random id and one signature for each user who has signed
 * in with it. The signature covers the cookie's name (which differs per app), the id and the e-mail
 * address. The cookie grants no access. It only separates a user's sign-in attempts from those of
 * unknown devices.
 */
export interface Device {
  /**
   * Whether the cookie has a valid signature for this user, who has signed in with this browser
   * before.
   */
  knows(email: string): boolean;
  /** The id by which its sign-in attempts are counted. */
  id: string;
  /** Returns the `set-cookie` line that adds a user. */
  remember(email: string): string;
}

/**
 * The device of a cookie's value; a new device without a valid cookie. Its methods take e-mail
 * addresses in canonical form (`canonicalEmail`).
 */
export function deviceOf(
  value: string | undefined,
  options: { secret: string; cookie: { name: string; secure: boolean } },
): Device {
  const { secret, cookie } = options;
  const [id = '', ...signatures] = COOKIE_FORM.test(value ?? '') ? (value ?? '').split('.') : [newId()];
  const signatureOf = (email: string) =>
    createHmac('sha256', secret)
      .update(JSON.stringify([cookie.name, id, email]))
      .digest('base64url')
      .slice(0, 22);
  return {
    id,
    knows: (email) => {
      const expected = signatureOf(email);
      return signatures.some((signature) => isSameSecret(signature, expected));
    },
    remember: (email) => {
      const added = signatureOf(email);
      const all = [added, ...signatures.filter((signature) => signature !== added)].slice(0, MAX_USERS);
      const attributes = `Path=/; Max-Age=${KEPT_S}; HttpOnly; SameSite=Lax${cookie.secure ? '; Secure' : ''}`;
      return `${cookie.name}=${[id, ...all].join('.')}; ${attributes}`;
    },
  };
}

const newId = () => randomBytes(16).toString('base64url');
