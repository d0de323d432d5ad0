import { createHash } from 'node:crypto';
import { type Db, signInTries, type Tx } from '@scheduler/db';
import { eq, inArray, lt, sql } from 'drizzle-orm';

/** How many tries go without a wait, and how long the wait becomes, which doubles with each further try. */
interface Policy {
  free: number;
  longestWaitS: number;
}

/** Somebody who guesses at one account from one address. */
const PAIR: Policy = { free: 5, longestWaitS: 900 };
/** From many addresses. The wait stays short: nobody can lock a person out by guessing at their password. */
const ACCOUNT: Policy = { free: 30, longestWaitS: 60 };
/** At many accounts. An office behind one address must get in on a Monday: tries that were right don't count. */
const ADDRESS: Policy = { free: 20, longestWaitS: 300 };
const FIRST_WAIT_S = 5;
/** Without a further try for so long, what was tried is forgotten. */
const FORGOTTEN_AFTER = sql`interval '1 day'`;

/** A try at signing in that was let through. */
interface SignInTry {
  /** The password was right: the account's tries are forgotten, and this one is not held against the address. */
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

/**
 * Counts a try before its password is looked at, so that a thousand at once are no way around the wait. Throws
 * {@link TooEarly} for one that has to wait; it is not counted.
 *
 * Counts are in Postgres: the same for all servers, and after a restart.
 */
export async function beginSignIn(db: Db, who: { address: string; email: string }): Promise<SignInTry> {
  const account = keyOf('account', who.email);
  const pair = keyOf('pair', who.email, who.address);
  const address = keyOf('address', who.address);
  const counted: [string, Policy][] = [
    [account, ACCOUNT],
    [pair, PAIR],
    [address, ADDRESS],
  ];
  // In one order everywhere: tries that share keys never wait for each other in a circle.
  counted.sort(([a], [b]) => (a < b ? -1 : 1));
  await db.transaction(async (tx) => {
    for (const [key, policy] of counted) await count(tx, key, policy);
  });
  return {
    succeeded: async () => {
      await db.delete(signInTries).where(inArray(signInTries.key, [account, pair]));
      await db
        .update(signInTries)
        .set({ tries: sql`greatest(${signInTries.tries} - 1, 0)`, waitUntil: sql`app_now()` })
        .where(eq(signInTries.key, address));
      // Relies on the index sign_in_tries_last.
      await db.delete(signInTries).where(lt(signInTries.lastAt, sql`app_now() - ${FORGOTTEN_AFTER}`));
    },
  };
}

async function count(tx: Tx, key: string, { free, longestWaitS }: Policy): Promise<void> {
  const tries = sql`case when ${signInTries.lastAt} < app_now() - ${FORGOTTEN_AFTER} then 1 else ${signInTries.tries} + 1 end`;
  const beyond = sql`least(${tries} - ${free}::int, 20)`;
  const waitS = sql`case when ${beyond} < 0 then 0 else least(${FIRST_WAIT_S}::int * 2 ^ ${beyond}, ${longestWaitS}::int) end`;
  // The clock's time, not the transaction's: it may have waited for another try of the same key.
  const counted = await tx
    .insert(signInTries)
    .values({ key, tries: 1, lastAt: sql`app_now()`, waitUntil: sql`app_now()` })
    .onConflictDoUpdate({
      target: signInTries.key,
      set: {
        tries,
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

const keyOf = (...parts: string[]): string =>
  createHash('sha256').update(JSON.stringify(parts)).digest('hex');
