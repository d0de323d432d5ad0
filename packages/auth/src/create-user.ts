import { randomUUID } from 'node:crypto';
import { type Db, type UserRole, userAccounts, users } from '@scheduler/db';
import { hashPassword } from 'better-auth/crypto';

export const SHORTEST_PASSWORD = 12;

export interface NewUser {
  email: string;
  name: string;
  role: UserRole;
  password: string;
}

/**
 * Adds somebody who may sign in, the only way there is: sign-up is closed. Returns the user's id. Throws where the
 * e-mail address is taken, or the password is shorter than twelve characters.
 */
export async function createUser(db: Db, user: NewUser): Promise<string> {
  if (user.password.length < SHORTEST_PASSWORD) {
    throw new Error(`The password for ${user.email} is shorter than ${SHORTEST_PASSWORD} characters.`);
  }
  const id = randomUUID();
  const password = await hashPassword(user.password);
  // Sign-in looks addresses up in lower case.
  const email = user.email.trim().toLowerCase();
  await db.transaction(async (tx) => {
    const [added] = await tx
      .insert(users)
      .values({ id, email, name: user.name.trim(), role: user.role, emailVerified: true })
      .onConflictDoNothing({ target: users.email })
      .returning({ id: users.id });
    if (!added) throw new Error(`There is a user with the address ${email} already.`);
    await tx
      .insert(userAccounts)
      .values({ id: randomUUID(), userId: id, accountId: id, providerId: 'credential', password });
  });
  return id;
}
