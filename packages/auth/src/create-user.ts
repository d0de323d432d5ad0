import { randomUUID } from 'node:crypto';
import { type Executor, type UserRole, userAccounts, userSessions, users } from '@scheduler/db';
import { and, eq, ne, sql } from 'drizzle-orm';
import { checkPassword, hashPassword, inTurnOf } from './hashing.ts';
import { passwordProblem } from './password.ts';

export interface NewUser {
  email: string;
  name: string;
  role: UserRole;
  /** The stores that the user may see and plan; all stores if absent or null. */
  storeIds?: readonly number[] | null;
  password: string;
}

/** A user that can't be created or a password that is not accepted. The message is for people. */
export class UserRefused extends Error {
  override readonly name = 'UserRefused';
  readonly field: 'email' | 'password';

  constructor(field: 'email' | 'password', message: string) {
    super(message);
    this.field = field;
  }
}

/** The form in which e-mail addresses are stored and looked up. */
export const canonicalEmail = (email: string): string => email.trim().toLowerCase();

/**
 * Adds a user who may sign in. There is no other way, because sign-up is closed. Returns the user's
 * id. Throws {@link UserRefused} if the e-mail address is in use or the password is not accepted.
 */
export async function createUser(db: Executor, user: NewUser): Promise<string> {
  const id = randomUUID();
  const password = await hashed(user.password, user);
  const email = canonicalEmail(user.email);
  await db.transaction(async (tx) => {
    const [added] = await tx
      .insert(users)
      .values({
        id,
        email,
        name: user.name.trim(),
        role: user.role,
        storeIds: user.storeIds ? [...user.storeIds] : null,
        emailVerified: true,
      })
      .onConflictDoNothing({ target: users.email })
      .returning({ id: users.id });
    if (!added) throw new UserRefused('email', `There is a user with the address ${email} already.`);
    await tx
      .insert(userAccounts)
      .values({ id: randomUUID(), userId: id, accountId: id, providerId: 'credential', password });
  });
  return id;
}

/**
 * Sets a user's password and ends their sessions, in the caller's transaction. Throws {@link
 * UserRefused} if the password is not accepted.
 * @param options.keeping a session that is not ended
 * @param options.seen the version that {@link verifyPassword} returned for the current password; if
 * the password has been replaced since, nothing changes
 * @returns whether the password was set
 */
export async function setPassword(
  tx: Executor,
  user: { id: string; email: string; name: string },
  password: string,
  options: { keeping?: string; seen?: number } = {},
): Promise<boolean> {
  const hash = await hashed(password, user);
  if (!(await endSessions(tx, user.id, options))) return false;
  await tx
    .update(userAccounts)
    .set({ password: hash, updatedAt: sql`app_now()` })
    .where(credentialOf(user.id));
  return true;
}

/**
 * Ends a user's sessions, in the caller's transaction, including sessions that are just being
 * opened with the current password.
 * @param options.keeping a session that is not ended
 * @param options.seen the sign-in version that the user must still have; otherwise nothing changes
 * @returns whether the sessions were ended
 */
export async function endSessions(
  tx: Executor,
  userId: string,
  options: { keeping?: string; seen?: number } = {},
): Promise<boolean> {
  const { keeping, seen } = options;
  // This comes first. It waits for sessions that are being inserted, so that they are ended too,
  // and later sessions wait for it.
  const [raised] = await tx
    .update(users)
    .set({ signInVersion: sql`${users.signInVersion} + 1` })
    .where(and(eq(users.id, userId), seen === undefined ? undefined : eq(users.signInVersion, seen)))
    .returning({ id: users.id });
  if (!raised) return false;
  await tx
    .delete(userSessions)
    .where(
      and(eq(userSessions.userId, userId), keeping === undefined ? undefined : ne(userSessions.id, keeping)),
    );
  return true;
}

/** Returns the sign-in version of a user's password if it matches, otherwise null. */
export async function verifyPassword(db: Executor, userId: string, password: string): Promise<number | null> {
  const [account] = await db
    .select({ hash: userAccounts.password, signInVersion: users.signInVersion })
    .from(userAccounts)
    .innerJoin(users, eq(users.id, userAccounts.userId))
    .where(credentialOf(userId));
  const { hash } = account ?? {};
  if (!account || !hash) return null;
  const { matches } = await inTurnOf('known', () => checkPassword(hash, password));
  return matches ? account.signInVersion : null;
}

/**
 * Replaces a hash by a newer one of the same password, unless the password was replaced meanwhile.
 */
export async function renewHash(
  db: Executor,
  userId: string,
  { before, after }: { before: string; after: string },
): Promise<void> {
  await db
    .update(userAccounts)
    .set({ password: after, updatedAt: sql`app_now()` })
    .where(and(credentialOf(userId), eq(userAccounts.password, before)));
}

const credentialOf = (userId: string) =>
  and(eq(userAccounts.userId, userId), eq(userAccounts.providerId, 'credential'));

async function hashed(password: string, person: { email: string; name: string }): Promise<string> {
  const problem = await passwordProblem(password, person);
  if (problem)
    throw new UserRefused('password', `The password ${problem}. A few unrelated words make a good one.`);
  return inTurnOf('known', () => hashPassword(password));
}
