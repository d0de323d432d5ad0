import { createHash } from 'node:crypto';
import { type Db, signInTries, type Tx } from '@scheduler/db';
import { eq, inArray, lt, sql } from 'drizzle-orm';
import ipaddr from 'ipaddr.js';

/** How many tries go without a wait, and how long the wait becomes, which doubles with each further try. */
interface Policy {
  free: number;
  longestWaitS: number;
}

/** Somebody who guesses at one account from one network, or on one device that is known for it. */
const PAIR: Policy = { free: 5, longestWaitS: 900 };
/** Strangers from many networks. Who came in before is not among them: nobody can lock a person out by guessing at their password. */
const ACCOUNT: Policy = { free: 30, longestWaitS: 60 };
/** At many accounts. An office behind one address must get in on a Monday: tries that were right don't count. */
const NETWORK: Policy = { free: 20, longestWaitS: 300 };
const FIRST_WAIT_S = 5;
/** Without a further try for so long, what was tried is forgotten. */
const FORGOTTEN_AFTER = sql`interval '1 day'`;

/** A try at signing in that was let through. */
interface SignInTry {
  /** The password was right: what was tried from there is forgotten, and this one is not held against the network. */
  succeeded(): Promise<void>;
}

/** A try that comes too early, and after how many seconds it may be made. */
export class TooEarly extends Error {
  override readonly name = 'TooEarly';
  readonly waitS: number;

  constructor(waitS: number) {
    super(`Wait for ${waitS} s.`);
    this.waitS = waitS;
  }
}

/** Who tries: a stranger, told by their address, or a device or session by which the account's user came in before. */
export type Caller = { address: string } | { known: string };

/**
 * Counts a try before its password is looked at, so that a thousand at once are no way around the wait. Throws
 * {@link TooEarly} for one that has to wait; it is not counted. Whoever is known is counted by themselves: no stranger's
 * tries make them wait, and theirs make no stranger wait.
 *
 * Counts are in Postgres: the same for all servers, and after a restart.
 */
export async function beginSignIn(db: Db, who: { email: string; from: Caller }): Promise<SignInTry> {
  const { email, from } = who;
  const own: [string, Policy][] =
    'address' in from
      ? [
          [keyOf('account', email), ACCOUNT],
          [keyOf('pair', email, networkOf(from.address)), PAIR],
        ]
      : [[keyOf('known', email, from.known), PAIR]];
  const shared = 'address' in from ? keyOf('network', networkOf(from.address)) : undefined;
  const counted = shared === undefined ? own : [...own, [shared, NETWORK] as [string, Policy]];
  // In one order everywhere: tries that share keys never wait for each other in a circle.
  counted.sort(([a], [b]) => (a < b ? -1 : 1));
  await db.transaction(async (tx) => {
    for (const [key, policy] of counted) await count(tx, key, policy);
  });
  return {
    succeeded: async () => {
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
          .where(eq(signInTries.key, shared));
      // Relies on the index sign_in_tries_last.
      await db.delete(signInTries).where(lt(signInTries.lastAt, sql`app_now() - ${FORGOTTEN_AFTER}`));
    },
  };
}

/** Tries of one caller that are looked at at the same moment. As many as an office of strangers has without a wait. */
const MOST_AT_ONCE = NETWORK.free;

/**
 * Refuses more than some tries of one network, or of one device, at the same moment, before the database is asked. They all
 * wait for the same rows there, each on a connection, and everybody else's calls would wait behind them.
 */
export class AtOnce {
  readonly #underWay = new Map<string, number>();

  /** Throws {@link TooEarly} where too many are under way; such a try is not counted. */
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
  // The clock's time, not the transaction's: it may have waited for another try of the same key.
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
 * What an address is counted by: the /24 of IPv4 (also where it is written as IPv6) or the /64 of IPv6. Whoever has one address of
 * it may well have them all. Some proxies name a port as well, which is another one with each connection and doesn't count. What is
 * no address is taken as it stands.
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
