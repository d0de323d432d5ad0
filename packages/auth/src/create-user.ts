import { randomUUID } from 'node:crypto';
import { type Executor, type UserRole, userAccounts, users } from '@scheduler/db';
import { hashPassword, verifyPassword as matches } from 'better-auth/crypto';
import { and, eq, sql } from 'drizzle-orm';
import { passwordProblem } from './password.ts';

export interface NewUser {
  email: string;
  name: string;
  role: UserRole;
  password: string;
}

/** A user that can't be made, or a password that can't be taken, in a sentence for a person. */
export class UserRefused extends Error {
  override readonly name = 'UserRefused';
  readonly field: 'email' | 'password';

  constructor(field: 'email' | 'password', message: string) {
    super(message);
    this.field = field;
  }
}

/** How e-mail addresses are kept and looked up. */
export const canonicalEmail = (email: string): string => email.trim().toLowerCase();

/**
 * Adds somebody who may sign in, the only way there is: sign-up is closed. Returns the user's id. Throws
 * {@link UserRefused} where the e-mail address is taken or the password won't do.
 */
export async function createUser(db: Executor, user: NewUser): Promise<string> {
  const id = randomUUID();
  const password = await hashed(user.password, user);
  const email = canonicalEmail(user.email);
  await db.transaction(async (tx) => {
    const [added] = await tx
      .insert(users)
      .values({ id, email, name: user.name.trim(), role: user.role, emailVerified: true })
      .onConflictDoNothing({ target: users.email })
      .returning({ id: users.id });
    if (!added) throw new UserRefused('email', `There is a user with the address ${email} already.`);
    await tx
      .insert(userAccounts)
      .values({ id: randomUUID(), userId: id, accountId: id, providerId: 'credential', password });
  });
  return id;
}

/** Gives a user a new password. Their sessions are the caller's to end. Throws {@link UserRefused} where it won't do. */
export async function setPassword(
  db: Executor,
  user: { id: string; email: string; name: string },
  password: string,
): Promise<void> {
  const hash = await hashed(password, user);
  await db
    .update(userAccounts)
    .set({ password: hash, updatedAt: sql`app_now()` })
    .where(credentialOf(user.id));
}

/** Whether a password is a user's. */
export async function verifyPassword(db: Executor, userId: string, password: string): Promise<boolean> {
  const [account] = await db
    .select({ hash: userAccounts.password })
    .from(userAccounts)
    .where(credentialOf(userId));
  return account?.hash ? matches({ hash: account.hash, password }) : false;
}

const credentialOf = (userId: string) =>
  and(eq(userAccounts.userId, userId), eq(userAccounts.providerId, 'credential'));

async function hashed(password: string, person: { email: string; name: string }): Promise<string> {
  const problem = await passwordProblem(password, person);
  if (problem)
    throw new UserRefused('password', `The password ${problem}. A few unrelated words make a good one.`);
  return hashPassword(password);
}
