import { createHash } from 'node:crypto';
import { type Db, signInTries, type Tx } from '@scheduler/db';
import { eq, inArray, lt, sql } from 'drizzle-orm';
import ipaddr from 'ipaddr.js';

/**
 * The number of attempts without a wait, and the longest wait, which doubles with each further
 * attempt.
 */
interface Policy {
  free: number;
  longestWaitS: number;
}

/** Attempts at one account from one network, or from one device that is known for it. */
const PAIR: Policy = { free: 5, longestWaitS: 900 };
/**
 * Attempts of strangers from all networks at one account. The user's own devices are not counted,
 * so nobody can lock a user out.
 */
const ACCOUNT: Policy = { free: 30, longestWaitS: 60 };
/**
 * Attempts from one network at all accounts. Successful attempts don't count, so that a whole
 * office behind one address can sign in.
 */
const NETWORK: Policy = { free: 20, longestWaitS: 300 };
const FIRST_WAIT_S = 5;
/** A count is deleted after this time without an attempt. */
const FORGOTTEN_AFTER = sql`interval '1 day'`;

/** An admitted attempt. */
interface SignInTry {
  /**
   * The password or address was right: resets the counts of this caller, and doesn't count this attempt
   * against the network.
   */
  succeeded(): Promise<void>;
}

/** An attempt that comes too early, with the seconds to wait. */
export class TooEarly extends Error {
  override readonly name = 'TooEarly';
  readonly waitS: number;

  constructor(waitS: number) {
    super(`Wait for ${waitS} s.`);
    this.waitS = waitS;
  }
}

/**
 * The caller of an attempt: a stranger, identified by address, or a device or session with which
 * the account's user has signed in before.
 */
export type Caller = { address: string } | { known: string };

/**
 * Counts an attempt before its password is checked, so that concurrent attempts don't avoid the
 * wait. Throws {@link TooEarly} for an attempt that has to wait, which is not counted. A known
 * caller is counted separately: the attempts of strangers don't make them wait, nor the reverse.
 *
 * The counts are in Postgres, so they are the same for all servers and survive restarts.
 */
export async function beginSignIn(db: Db, who: { email: string; from: Caller }): Promise<SignInTry> {
  const { email, from } = who;
  const own: Counted[] =
    'address' in from
      ? [
          [keyOf('account', email), ACCOUNT],
          [keyOf('pair', email, networkOf(from.address)), PAIR],
        ]
      : [[keyOf('known', email, from.known), PAIR]];
  return beginAttempt(db, {
    own,
    shared: 'address' in from ? [keyOf('network', networkOf(from.address)), NETWORK] : undefined,
  });
}

/**
 * Counts an attempt to read a secret address before the address is looked up, as {@link beginSignIn}
 * counts sign-ins of one network. Wrong passwords and wrong addresses are counted apart.
 */
export async function beginSecretAddress(db: Db, address: string): Promise<SignInTry> {
  return beginAttempt(db, { own: [], shared: [keyOf('secret address', networkOf(address)), NETWORK] });
}

type Counted = [key: string, policy: Policy];

/** Counts an attempt of a caller, and of the network that they share with others. */
async function beginAttempt(
  db: Db,
  { own, shared }: { own: Counted[]; shared: Counted | undefined },
): Promise<SignInTry> {
  const counted = shared === undefined ? own : [...own, shared];
  // In one order everywhere, so that attempts with common keys don't deadlock.
  counted.sort(([a], [b]) => (a < b ? -1 : 1));
  await db.transaction(async (tx) => {
    for (const [key, policy] of counted) await count(tx, key, policy);
  });
  return {
    succeeded: async () => {
      if (own.length > 0)
        await db.delete(signInTries).where(
          inArray(
            signInTries.key,
            own.map(([key]) => key),
          ),
        );
      if (shared !== undefined)
        await db
          .update(signInTries)
          .set({
            attempts: sql`greatest(${signInTries.attempts} - 1, 0)`,
            waitUntil: sql`${signInTries.lastAt}`,
          })
          .where(eq(signInTries.key, shared[0]));
      // Relies on the index sign_in_tries_last.
      await db.delete(signInTries).where(lt(signInTries.lastAt, sql`app_now() - ${FORGOTTEN_AFTER}`));
    },
  };
}

/**
 * The most concurrent attempts of one caller: as many as an office of strangers has without a wait.
 */
const MOST_AT_ONCE = NETWORK.free;

/**
 * Refuses too many concurrent attempts of one network or device before the database is used. They
 * would all wait for the same rows, each on a connection, and other requests would wait behind
 * them.
 */
export class AtOnce {
  readonly #underWay = new Map<string, number>();

  /** Throws {@link TooEarly} if too many attempts are in progress; the attempt is not counted. */
  async run<T>(from: Caller, work: () => Promise<T>): Promise<T> {
    const key = 'address' in from ? networkOf(from.address) : from.known;
    const others = this.#underWay.get(key) ?? 0;
    if (others >= MOST_AT_ONCE) throw new TooEarly(1);
    this.#underWay.set(key, others + 1);
    try {
      return await work();
    } finally {
      const left = (this.#underWay.get(key) ?? 1) - 1;
      if (left > 0) this.#underWay.set(key, left);
      else this.#underWay.delete(key);
    }
  }
}

async function count(tx: Tx, key: string, { free, longestWaitS }: Policy): Promise<void> {
  const attempts = sql`case when ${signInTries.lastAt} < app_now() - ${FORGOTTEN_AFTER} then 1 else ${signInTries.attempts} + 1 end`;
  const beyond = sql`least(${attempts} - ${free}::int, 20)`;
  const waitS = sql`case when ${beyond} < 0 then 0 else least(${FIRST_WAIT_S}::int * 2 ^ ${beyond}, ${longestWaitS}::int) end`;
  // The clock's time, not the transaction's, which may have waited for another attempt with the
  // same key.
  const counted = await tx
    .insert(signInTries)
    .values({ key, attempts: 1, lastAt: sql`app_now()`, waitUntil: sql`app_now()` })
    .onConflictDoUpdate({
      target: signInTries.key,
      set: {
        attempts,
        lastAt: sql`app_clock()`,
        waitUntil: sql`app_clock() + ${waitS} * interval '1 second'`,
      },
      setWhere: sql`${signInTries.waitUntil} <= app_clock()`,
    })
    .returning({ key: signInTries.key });
  if (counted.length > 0) return;
  const [row] = await tx
    .select({
      waitS: sql<number>`ceil(extract(epoch from ${signInTries.waitUntil} - app_clock()))::int`,
    })
    .from(signInTries)
    .where(eq(signInTries.key, key));
  throw new TooEarly(Math.max(row?.waitS ?? 1, 1));
}

/**
 * The network by which an address is counted: the /24 of IPv4 (also of IPv4 written as IPv6) or the
 * /64 of IPv6, because one attacker may have all of its addresses. The port that some proxies add
 * is ignored. A text that is not an address is returned unchanged.
 */
export function networkOf(text: string): string {
  const [, inBrackets, dotted] = /^(?:\[([^\]]+)\]|([\d.]+))(?::\d+)?$/.exec(text) ?? [];
  const address = inBrackets ?? dotted ?? text;
  if (!ipaddr.isValid(address)) return address;
  const bytes = ipaddr.process(address).toByteArray();
  return bytes.slice(0, bytes.length === 4 ? 3 : 8).join('.');
}

const keyOf = (...parts: string[]): string =>
  createHash('sha256').update(JSON.stringify(parts)).digest('hex');
