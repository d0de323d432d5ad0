import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';
import pLimit from 'p-limit';
import { TooEarly } from './throttle.ts';

/** The cost of a hash: `128 * N * r` bytes, and time proportional to `N * r * p`. */
interface Cost {
  N: number;
  r: number;
  p: number;
}

/**
 * A configuration of OWASP's Password Storage Cheat Sheet, with 32 MB of memory. A hash contains
 * its parameters. A change of these must keep today's hashes readable, like those of the first
 * kind.
 */
const COST: Cost = { N: 2 ** 15, r: 8, p: 3 };
const SALT_BYTES = 16;
const KEY_BYTES = 32;
/** The first kind of hash, better-auth's own: salt and key in hexadecimal. */
const FIRST_COST: Cost = { N: 2 ** 14, r: 16, p: 1 };
const FIRST_KEY_BYTES = 64;
const FIRST_FORM = /^([0-9a-f]{32}):([0-9a-f]{128})$/;

/** The prefix of new hashes, in the PHC string format. */
export const HASH_PREFIX = `$scrypt$ln=${Math.log2(COST.N)},r=${COST.r},p=${COST.p}$`;

/**
 * Queues of password checks. At most three run at once, so that they take 96 MB and leave one of
 * Node's four threads free. Strangers have a queue of their own, so that known devices never wait
 * for them.
 */
const TURNS = { known: pLimit(2), strangers: pLimit(1) };
/** Runs a password check in its turn. */
export const inTurnOf = <T>(who: keyof typeof TURNS, work: () => Promise<T>): Promise<T> => TURNS[who](work);

/** The most sign-in attempts in progress. Any more would wait longer than about ten seconds. */
const MOST_TRIES = 30;
const BUSY_S = 5;
const running = { known: 0, strangers: 0 };

/** Runs a sign-in attempt. Throws {@link TooEarly} if too many attempts are in progress. */
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
 * Whether a password matches a hash. `renewed` is a new hash of today's kind if the hash is of the
 * first kind and matches.
 *
 * While any account has a hash of the first kind, `asFirst` must be true for all accounts, and an
 * account that doesn't exist takes `hashPassword` with `asFirst`. Then each check does the same
 * work, one hash of each kind, so that its time reveals neither whether the account exists nor the
 * kind of its hash.
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

/** better-auth uses the hexadecimal text itself as the salt. */
const firstKey = (password: string, salt: string) => keyOf(password, salt, FIRST_COST, FIRST_KEY_BYTES);

/** Equal passwords give the same key, however a keyboard composes their characters. */
function keyOf(password: string, salt: string | Buffer, cost: Cost, bytes: number): Promise<Buffer> {
  const maxmem = 2 * 128 * cost.N * cost.r;
  return new Promise((resolve, reject) => {
    scrypt(password.normalize('NFKC'), salt, bytes, { ...cost, maxmem }, (error, key) =>
      error ? reject(error) : resolve(key),
    );
  });
}
