import { createHmac, randomBytes } from 'node:crypto';
import { isSameSecret } from './csrf.ts';

/** Users that one browser is known for; of more, those who came in by it longest ago are strangers on it again. */
const MOST_USERS = 8;
/** A number and, at most, {@link MOST_USERS} signatures. */
const FORM = /^[\w-]{22}(\.[\w-]{22}){0,8}$/;
/** As long as browsers keep a cookie. */
const KEPT_S = 400 * 24 * 3600;

/**
 * A browser, by the cookie in which it keeps who came in by it before: a random number of its own, and for each user a
 * signature of the cookie's name, which is an app's own, that number and their e-mail address. It opens nothing: it only says whose tries at signing in are counted
 * apart from those of strangers.
 */
export interface Device {
  /** Whether this user came in by it before, as far as its cookie says so in our hand. */
  knows(email: string): boolean;
  /** For its tries to be counted by. */
  id: string;
  /** The `set-cookie` line after a user came in by it. */
  remember(email: string): string;
}

/**
 * The device with this cookie; a new one where it has none, or one that is no such cookie.
 * @param email in these calls: as users are kept and looked up (`canonicalEmail`)
 */
export function deviceOf(
  value: string | undefined,
  options: { secret: string; cookie: { name: string; secure: boolean } },
): Device {
  const { secret, cookie } = options;
  const [id = '', ...signatures] = FORM.test(value ?? '') ? (value ?? '').split('.') : [newId()];
  const signatureOf = (email: string) =>
    createHmac('sha256', secret)
      .update(JSON.stringify([cookie.name, id, email]))
      .digest('base64url')
      .slice(0, 22);
  return {
    id,
    knows: (email) => {
      const wanted = signatureOf(email);
      return signatures.some((signature) => isSameSecret(signature, wanted));
    },
    remember: (email) => {
      const theirs = signatureOf(email);
      const all = [theirs, ...signatures.filter((signature) => signature !== theirs)].slice(0, MOST_USERS);
      const attributes = `Path=/; Max-Age=${KEPT_S}; HttpOnly; SameSite=Lax${cookie.secure ? '; Secure' : ''}`;
      return `${cookie.name}=${[id, ...all].join('.')}; ${attributes}`;
    },
  };
}

const newId = () => randomBytes(16).toString('base64url');
