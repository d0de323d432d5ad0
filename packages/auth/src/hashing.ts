import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';
import pLimit from 'p-limit';
import { TooEarly } from './throttle.ts';

/** What a hash takes: `128 * N * r` bytes, and time in proportion to `N * r * p`. */
interface Cost {
  N: number;
  r: number;
  p: number;
}

/**
 * One of those that OWASP's Password Storage Cheat Sheet names, of 32 MB of memory. A hash says what it took; whoever changes this has to go on
 * reading those of today, as those of the first kind are read.
 */
const COST: Cost = { N: 2 ** 15, r: 8, p: 3 };
const SALT_BYTES = 16;
const KEY_BYTES = 32;
/** better-auth's own, by which passwords were kept at first: salt and key in hexadecimal. */
const FIRST_COST: Cost = { N: 2 ** 14, r: 16, p: 1 };
const FIRST_KEY_BYTES = 64;
const FIRST_FORM = /^([0-9a-f]{32}):([0-9a-f]{128})$/;

/** How hashes begin that are made now: the PHC string format. */
export const HASH_PREFIX = `$scrypt$ln=${Math.log2(COST.N)},r=${COST.r},p=${COST.p}$`;

/**
 * Whose passwords are looked at side by side: three at most, so that they take 96 MB and one of Node's four threads is left.
 * Strangers have a turn of their own: however many try, somebody on a device that is known for them waits for none of them.
 */
const TURNS = { known: pLimit(2), strangers: pLimit(1) };
/** Does what hashes a password once it is its turn. */
export const inTurnOf = <T>(who: keyof typeof TURNS, work: () => Promise<T>): Promise<T> => TURNS[who](work);

/** Tries at signing in that are under way; more would wait for more than some ten seconds. */
const MOST_TRIES = 30;
const BUSY_S = 5;
const running = { known: 0, strangers: 0 };

/** Works on a try at signing in. Throws {@link TooEarly} where so many are under way that nobody should wait behind them. */
export async function withRoom<T>(who: keyof typeof running, work: () => Promise<T>): Promise<T> {
  if (running[who] >= MOST_TRIES) throw new TooEarly(BUSY_S);
  running[who]++;
  try {
    return await work();
  } finally {
    running[who]--;
  }
}

/**
 * Hashes a password, off the main thread.
 * @param options.asFirst also does the work of a hash of the first kind, see {@link checkPassword}
 */
export async function hashPassword(password: string, options: { asFirst?: boolean } = {}): Promise<string> {
  if (options.asFirst) await firstKey(password, newSalt().toString('hex'));
  const salt = newSalt();
  return `${HASH_PREFIX}${base64(salt)}$${base64(await keyOf(password, salt, COST, KEY_BYTES))}`;
}

/**
 * Whether a password is the one of a hash; `renewed` is a hash of today's kind for one of the first kind that it was right for.
 *
 * As long as any account has a hash of the first kind, `asFirst` is to be true for all, and for accounts that don't exist
 * `hashPassword` with `asFirst` is what is asked: each then takes the same work, one hash of each kind, so that no time tells whether
 * there is an account, and of which kind its hash is.
 */
export async function checkPassword(
  hash: string,
  password: string,
  options: { asFirst?: boolean } = {},
): Promise<{ matches: boolean; renewed?: string }> {
  const [, firstSalt, first] = FIRST_FORM.exec(hash) ?? [];
  if (firstSalt && first) {
    const matches = isSame(await firstKey(password, firstSalt), Buffer.from(first, 'hex'));
    const renewed = await hashPassword(password);
    return matches ? { matches, renewed } : { matches };
  }
  if (options.asFirst) await firstKey(password, newSalt().toString('hex'));
  const [salt = '', key = ''] = hash.startsWith(HASH_PREFIX) ? hash.slice(HASH_PREFIX.length).split('$') : [];
  const derived = await keyOf(password, Buffer.from(salt, 'base64'), COST, KEY_BYTES);
  return { matches: isSame(derived, Buffer.from(key, 'base64')) };
}

const newSalt = () => randomBytes(SALT_BYTES);
const base64 = (bytes: Buffer) => bytes.toString('base64').replaceAll('=', '');
const isSame = (a: Buffer, b: Buffer) => a.length === b.length && timingSafeEqual(a, b);

/** better-auth takes the salt's figures for the salt. */
const firstKey = (password: string, salt: string) => keyOf(password, salt, FIRST_COST, FIRST_KEY_BYTES);

/** The same password, however a keyboard composes its characters, gives the same key. */
function keyOf(password: string, salt: string | Buffer, cost: Cost, bytes: number): Promise<Buffer> {
  const maxmem = 2 * 128 * cost.N * cost.r;
  return new Promise((resolve, reject) => {
    scrypt(password.normalize('NFKC'), salt, bytes, { ...cost, maxmem }, (error, key) =>
      error ? reject(error) : resolve(key),
    );
  });
}
