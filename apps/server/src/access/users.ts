import { canonicalEmail, endSessions } from '@scheduler/auth';
import {
  accessLinks,
  type Db,
  type Executor,
  type Tx,
  type UserRole,
  userSessions,
  users,
} from '@scheduler/db';
import { currentTimeMs } from '@scheduler/runtime/clock';
import { and, asc, count, eq, gt, isNull, max, sql } from 'drizzle-orm';
import { audit } from '../core/audit.ts';
import { Refusal } from '../core/errors.ts';
import { save } from '../core/transaction.ts';
import type { Actor } from '../trpc/context.ts';
import { makeLink } from './access-links.ts';
import type { Invitation, NewLink, UserAccess, UserList } from './types.ts';
import { assertStores, storesInWords } from './user-stores.ts';

type UserRecord = typeof users.$inferSelect;

/** All users by name, disabled ones too, and the open invitations. */
export async function listUsers(db: Db): Promise<UserList> {
  const rows = await db
    .select({ user: users, sessions: count(userSessions.id), lastSeenAt: max(userSessions.updatedAt) })
    .from(users)
    .leftJoin(
      userSessions,
      and(eq(userSessions.userId, users.id), gt(userSessions.expiresAt, sql`app_now()`)),
    )
    .groupBy(users.id)
    .orderBy(asc(users.name), asc(users.email));
  const invitations = await db
    .select()
    .from(accessLinks)
    .where(and(eq(accessLinks.kind, 'invite'), gt(accessLinks.expiresAt, sql`app_now()`)))
    .orderBy(asc(accessLinks.id));
  return {
    users: rows.map(
      ({ user, sessions, lastSeenAt }): UserAccess => ({
        id: user.id,
        name: user.name,
        email: user.email,
        role: user.role,
        storeIds: user.storeIds,
        disabledAt: user.disabledAt?.toISOString() ?? null,
        version: user.version,
        sessions,
        lastSeenAt: lastSeenAt?.toISOString() ?? null,
      }),
    ),
    invitations: invitations.flatMap(
      ({ id, name, email, role, storeIds, createdBy, expiresAt }): Invitation[] =>
        name !== null && email !== null && role !== null
          ? [{ id, name, email, role, storeIds, createdBy, expiresAt }]
          : [],
    ),
  };
}

/**
 * Creates an invitation with a one-time link. An older invitation of the same address becomes
 * invalid. Throws a {@link Refusal}.
 */
export async function inviteUser(
  db: Db,
  actor: Actor,
  person: { email: string; name: string; role: UserRole; storeIds?: number[] | null },
): Promise<NewLink> {
  return save(db, async (tx) => {
    const email = canonicalEmail(person.email);
    const { name, role, storeIds = null } = person;
    await assertStores(tx, { name, role, storeIds });
    // This comes first. If the earlier invitation is being used, this waits for it and then finds
    // its user.
    await tx.delete(accessLinks).where(and(eq(accessLinks.kind, 'invite'), eq(accessLinks.email, email)));
    const [known] = await tx.select({ name: users.name }).from(users).where(eq(users.email, email));
    if (known) {
      const message = `${known.name} has the address ${email} already.`;
      throw new Refusal(message, { code: 'taken', fields: [{ path: 'email', message }] });
    }
    const link = await makeLink(tx, { kind: 'invite', createdBy: actor.name, name, role, storeIds, email });
    const stores = await storesInWords(tx, storeIds);
    await audit(tx, actor, [
      { action: 'user.invite', subjectType: 'user', subjectId: email, after: { email, name, role, stores } },
    ]);
    return link;
  });
}

/** Revokes an invitation. Its link becomes invalid. */
export async function withdrawInvitation(db: Db, actor: Actor, invitationId: number): Promise<void> {
  await save(db, async (tx) => {
    const [gone] = await tx
      .delete(accessLinks)
      .where(and(eq(accessLinks.id, invitationId), eq(accessLinks.kind, 'invite')))
      .returning();
    if (!gone) {
      throw new Refusal('This invitation was used, has expired or was taken back already.', {
        code: 'not_found',
      });
    }
    const { email, name, role } = gone;
    const stores = await storesInWords(tx, gone.storeIds);
    await audit(tx, actor, [
      {
        action: 'user.withdraw_invitation',
        subjectType: 'user',
        subjectId: email ?? '',
        before: { email, name, role, stores },
      },
    ]);
  });
}

/**
 * Changes a user's role. The new role applies from their next request. An admin has all stores. Throws
 * a {@link Refusal}.
 */
export async function setRole(
  db: Db,
  actor: Actor,
  input: { userId: string; version: number; role: UserRole },
): Promise<void> {
  await save(db, async (tx) => {
    const user = await lockUser(tx, input);
    if (user.role === input.role) return;
    if (input.role !== 'admin') assertNotLastAdmin(user);
    const { role } = input;
    await updateUserRow(tx, actor, user, role === 'admin' ? { role, storeIds: null } : { role }, 'user.role');
  });
}

/**
 * Sets the stores that a user may see and plan, null for all stores. They apply from the next request,
 * and to open streams at once. Throws a {@link Refusal}.
 */
export async function setStores(
  db: Db,
  actor: Actor,
  input: { userId: string; version: number; storeIds: number[] | null },
): Promise<void> {
  await save(db, async (tx) => {
    const user = await lockUser(tx, input);
    const storeIds = input.storeIds && [...new Set(input.storeIds)].sort((a, b) => a - b);
    await assertStores(tx, { name: user.name, role: user.role, storeIds });
    if (user.storeIds?.join() === storeIds?.join()) return;
    await updateUserRow(tx, actor, user, { storeIds }, 'user.stores');
  });
}

/** Disables a user. All their sessions, in every app, and their reset links end. */
export async function disableUser(
  db: Db,
  actor: Actor,
  input: { userId: string; version: number },
): Promise<void> {
  await save(db, async (tx) => {
    const user = await lockUser(tx, input);
    if (user.disabledAt) return;
    assertNotLastAdmin(user);
    await updateUserRow(tx, actor, user, { disabledAt: new Date(currentTimeMs()) }, 'user.disable');
    await endSessions(tx, user.id);
    await tx.delete(accessLinks).where(eq(accessLinks.userId, user.id));
  });
}

/** Enables a disabled user, with their former password. */
export async function enableUser(
  db: Db,
  actor: Actor,
  input: { userId: string; version: number },
): Promise<void> {
  await save(db, async (tx) => {
    const user = await lockUser(tx, input);
    if (!user.disabledAt) return;
    await updateUserRow(tx, actor, user, { disabledAt: null }, 'user.enable');
  });
}

/**
 * Creates a link with which a user sets a new password. Earlier links of this user become invalid.
 * The current password stays valid until then.
 */
export async function makeResetLink(db: Db, actor: Actor, userId: string): Promise<NewLink> {
  return save(db, async (tx) => {
    const user = await lockUser(tx, { userId });
    if (user.disabledAt) {
      throw new Refusal(`${user.name} is disabled. Enable them first.`, { code: 'not_allowed' });
    }
    await tx.delete(accessLinks).where(eq(accessLinks.userId, user.id));
    const link = await makeLink(tx, { kind: 'reset', userId: user.id, createdBy: actor.name });
    await audit(tx, actor, [{ action: 'user.reset_link', subjectType: 'user', subjectId: user.id }]);
    return link;
  });
}

/** Returns the user with an e-mail address. Throws a {@link Refusal} if there is none. */
export async function findUser(db: Executor, email: string): Promise<UserRecord> {
  const [user] = await db
    .select()
    .from(users)
    .where(eq(users.email, canonicalEmail(email)));
  if (user) return user;
  throw new Refusal(`There is no user with the address ${canonicalEmail(email)}.`, { code: 'not_found' });
}

/**
 * Locks a user for a change, together with all active admins, in one order. If two admins demote
 * each other at once, the second sees that they are the last admin.
 */
async function lockUser(
  tx: Tx,
  seen: { userId: string; version?: number },
): Promise<UserRecord & { isLastAdmin: boolean }> {
  const admins = await tx
    .select({ id: users.id })
    .from(users)
    .where(and(eq(users.role, 'admin'), isNull(users.disabledAt)))
    .orderBy(asc(users.id))
    .for('update');
  const [user] = await tx.select().from(users).where(eq(users.id, seen.userId)).for('update');
  if (!user) {
    throw new Refusal('There is no such user. Reload and choose again.', { code: 'not_found' });
  }
  if (seen.version !== undefined && user.version !== seen.version) {
    throw new Refusal(
      `${user.name}’s access was changed after you opened it. Nothing of yours was saved; look again and repeat your change if it still fits.`,
      { code: 'stale', currentVersion: user.version },
    );
  }
  return { ...user, isLastAdmin: admins.length === 1 && admins[0]?.id === user.id };
}

function assertNotLastAdmin(user: UserRecord & { isLastAdmin: boolean }): void {
  if (!user.isLastAdmin) return;
  throw new Refusal(
    `${user.name} is the only admin left: without one nobody could give access any more. Make somebody else an admin first.`,
    { code: 'not_allowed' },
  );
}

async function updateUserRow(
  tx: Tx,
  actor: Actor,
  user: UserRecord,
  changes: { role?: UserRole; storeIds?: number[] | null; disabledAt?: Date | null },
  action: string,
): Promise<void> {
  const version = user.version + 1;
  await tx
    .update(users)
    .set({ ...changes, version, updatedAt: sql`app_now()` })
    .where(eq(users.id, user.id));
  await audit(tx, actor, [
    {
      action,
      subjectType: 'user',
      subjectId: user.id,
      before: await auditSnapshot(tx, user),
      after: await auditSnapshot(tx, { ...user, ...changes, version }),
    },
  ]);
}

const auditSnapshot = async (tx: Tx, { email, name, role, storeIds, disabledAt, version }: UserRecord) => ({
  email,
  name,
  role,
  stores: await storesInWords(tx, storeIds),
  disabled: disabledAt !== null,
  version,
});
