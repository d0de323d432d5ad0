import { createHash, randomBytes } from 'node:crypto';
import { createUser, setPassword, UserRefused } from '@scheduler/auth';
import {
  accessLinks,
  type Db,
  type Executor,
  holdLock,
  onlyRow,
  stores,
  type Tx,
  type UserRole,
  users,
} from '@scheduler/db';
import { and, eq, gt, lte, sql } from 'drizzle-orm';
import { audit } from '../core/audit.ts';
import { Refusal } from '../core/errors.ts';
import { save } from '../core/transaction.ts';
import { createStore, type StoreFields } from '../stores/stores.ts';
import type { NewLink, OpenedLink } from './types.ts';
import { storesInWords } from './user-stores.ts';

type Link = typeof accessLinks.$inferSelect;

/** Hours that a link is valid. An invitation outlasts a weekend. */
const LIFETIME_HOURS = { set_up: 24, invite: 72, reset: 24 } as const satisfies Record<Link['kind'], number>;

/**
 * An address has one open invitation and a user has one open reset link. A new link replaces the
 * earlier one.
 */
const ONE_OF = { set_up: null, invite: accessLinks.email, reset: accessLinks.userId } as const;

/**
 * Creates a one-time link. An earlier invitation of the same address, or an earlier reset link of
 * the same user, becomes invalid. Only this call returns the token, because the database stores a
 * hash of it.
 */
export async function makeLink(
  tx: Executor,
  link: Pick<Link, 'kind' | 'createdBy'> &
    Partial<Pick<Link, 'userId' | 'email' | 'name' | 'role' | 'storeIds'>>,
): Promise<NewLink> {
  await tx.delete(accessLinks).where(lte(accessLinks.expiresAt, sql`app_now()`));
  const token = randomBytes(32).toString('base64url');
  const made = {
    ...link,
    tokenHash: hashOf(token),
    createdAt: sql`app_now()`,
    expiresAt: sql`app_now() + ${LIFETIME_HOURS[link.kind]} * interval '1 hour'`,
  };
  const insertion = tx.insert(accessLinks).values(made).returning({ expiresAt: accessLinks.expiresAt });
  const replaced = ONE_OF[link.kind];
  const row = onlyRow(
    await (replaced
      ? insertion.onConflictDoUpdate({
          target: replaced,
          targetWhere: sql`${accessLinks.kind} = ${sql.raw(`'${link.kind}'`)}`,
          set: made,
        })
      : insertion),
  );
  return { token, expiresAt: row.expiresAt };
}

/**
 * Creates the link for the first admin's sign-up; returns null if there is already a user. Every
 * such link stays valid until one of them is used.
 */
export async function makeSetUpLink(db: Db): Promise<NewLink | null> {
  if (await hasUser(db)) return null;
  return makeLink(db, { kind: 'set_up', createdBy: 'system' });
}

/**
 * Returns what a link is for, without consuming it. Throws a {@link Refusal} if the link is
 * invalid.
 */
export async function openLink(db: Db, token: string): Promise<OpenedLink> {
  const [link] = await db.select().from(accessLinks).where(lives(token));
  if (!link) throw deadLink();
  switch (link.kind) {
    case 'set_up': {
      if (await hasUser(db)) throw alreadySetUp();
      return { kind: 'set_up', needsStore: !(await hasStore(db)) };
    }
    case 'invite':
      return { kind: 'invite', ...invitation(link) };
    case 'reset': {
      const { email, name } = await resetting(db, link);
      return { kind: 'reset', email, name };
    }
  }
}

/**
 * Consumes an invitation (creates the user) or a reset link (replaces the user's password and ends
 * all their sessions). Resolves to the e-mail address to sign in with. Throws a {@link Refusal} and
 * leaves the link valid if the password is not accepted.
 */
export async function acceptLink(
  db: Db,
  requestId: string,
  input: { token: string; password: string },
): Promise<{ email: string }> {
  return withUserRefusals(() =>
    save(db, async (tx) => {
      const link = await consumeLink(tx, input.token);
      if (link.kind === 'set_up') throw deadLink();
      if (link.kind === 'reset') {
        const user = await resetting(tx, link);
        await setPassword(tx, user, input.password);
        await tx.delete(accessLinks).where(eq(accessLinks.userId, user.id));
        await audit(tx, { ...user, requestId }, [
          { action: 'user.password', subjectType: 'user', subjectId: user.id, after: { by: 'reset link' } },
        ]);
        return { email: user.email };
      }
      const { email, name, role } = invitation(link);
      const { storeIds } = link;
      const id = await createUser(tx, { email, name, role, storeIds, password: input.password });
      await audit(tx, { id, name, requestId }, [
        {
          action: 'user.join',
          subjectType: 'user',
          subjectId: id,
          after: { email, name, role, stores: await storesInWords(tx, storeIds), invitedBy: link.createdBy },
        },
      ]);
      return { email };
    }),
  );
}

/**
 * Creates the first admin, and the first store if there is none, once. All links of this kind are
 * invalid afterwards. Throws a {@link Refusal} if there is already a user or if a value is not
 * accepted.
 */
export async function setUp(
  db: Db,
  requestId: string,
  input: { token: string; email: string; name: string; password: string; store: StoreFields | null },
): Promise<{ email: string }> {
  return withUserRefusals(() =>
    save(db, async (tx) => {
      await holdLock(tx, 'setUp');
      const link = await consumeLink(tx, input.token);
      if (link.kind !== 'set_up') throw deadLink();
      if (await hasUser(tx)) throw alreadySetUp();
      const { email, name, password, store } = input;
      const id = await createUser(tx, { email, name, role: 'admin', password });
      await tx.delete(accessLinks).where(eq(accessLinks.kind, 'set_up'));
      const actor = { id, name, requestId };
      await audit(tx, actor, [
        { action: 'user.set_up', subjectType: 'user', subjectId: id, after: { email, name, role: 'admin' } },
      ]);
      if (store) await createStore(tx, actor, store);
      else if (!(await hasStore(tx))) {
        throw new Refusal('There is no store yet: fill in the first one.', {
          code: 'input',
          fields: [{ path: 'store', message: 'The first store is missing.' }],
        });
      }
      return { email };
    }),
  );
}

/**
 * Turns the refusal of a user or password into a {@link Refusal} that names the field at fault.
 */
export async function withUserRefusals<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof UserRefused)) throw error;
    const { field, message } = error;
    throw new Refusal(message, {
      code: field === 'email' ? 'taken' : 'input',
      fields: [{ path: field, message }],
    });
  }
}

/** Deletes a link. If two requests use it at once, the second does not find it. */
async function consumeLink(tx: Tx, token: string): Promise<Link> {
  const [link] = await tx.delete(accessLinks).where(lives(token)).returning();
  if (!link) throw deadLink();
  return link;
}

function invitation({ email, name, role }: Link): { email: string; name: string; role: UserRole } {
  if (email === null || name === null || role === null) throw new Error('An invitation names nobody.');
  return { email, name, role };
}

/** The user whose password a link replaces. A link does not admit a disabled user. */
async function resetting(db: Executor, link: Link): Promise<{ id: string; email: string; name: string }> {
  const [user] = await db
    .select({ id: users.id, email: users.email, name: users.name, disabledAt: users.disabledAt })
    .from(users)
    .where(eq(users.id, link.userId ?? ''));
  if (!user || user.disabledAt) throw deadLink();
  return user;
}

const hasUser = async (db: Executor): Promise<boolean> =>
  (await db.select({ id: users.id }).from(users).limit(1)).length > 0;
const hasStore = async (db: Executor): Promise<boolean> =>
  (await db.select({ id: stores.id }).from(stores).limit(1)).length > 0;

const lives = (token: string) =>
  and(eq(accessLinks.tokenHash, hashOf(token)), gt(accessLinks.expiresAt, sql`app_now()`));
const hashOf = (token: string): string => createHash('sha256').update(token).digest('hex');

const deadLink = () =>
  new Refusal('This link was used, has expired or was taken back. Ask an admin for a new one.', {
    code: 'not_found',
  });
const alreadySetUp = () =>
  new Refusal('The scheduler is set up already. Sign in, or ask an admin to invite you.', {
    code: 'not_allowed',
  });
