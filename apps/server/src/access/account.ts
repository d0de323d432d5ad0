import { beginSignIn, type SessionUser, setPassword, TooEarly, verifyPassword } from '@scheduler/auth';
import { accessLinks, type Db, userSessions } from '@scheduler/db';
import { and, desc, eq, gt, sql } from 'drizzle-orm';
import { audit } from '../core/audit.ts';
import { Refusal } from '../core/errors.ts';
import { save } from '../core/transaction.ts';
import type { Actor } from '../trpc/context.ts';
import { withUserRefusals } from './access-links.ts';
import type { OpenSession } from './types.ts';

/** A user's sessions, the most recently used first. `asking` is the session of the request. */
export async function openSessions(
  db: Db,
  whose: { userId: string; asking: string },
): Promise<OpenSession[]> {
  const rows = await db
    .select()
    .from(userSessions)
    .where(and(eq(userSessions.userId, whose.userId), gt(userSessions.expiresAt, sql`app_now()`)))
    .orderBy(desc(userSessions.updatedAt));
  return rows.map((row) => ({
    id: row.id,
    device: deviceOf(row.userAgent ?? ''),
    address: row.ipAddress,
    app: row.app === 'scheduler-admin' ? 'Admin page' : 'Scheduler',
    signedInAt: row.createdAt.toISOString(),
    lastUsedAt: row.updatedAt.toISOString(),
    current: row.id === whose.asking,
  }));
}

/**
 * Ends a session at once. Throws a {@link Refusal} if there is no session with this id, or if `of`
 * is set and the session belongs to another user.
 */
export async function endSession(
  db: Db,
  actor: Actor,
  session: { sessionId: string; of?: string },
): Promise<void> {
  await save(db, async (tx) => {
    const [ended] = await tx
      .delete(userSessions)
      .where(
        and(
          eq(userSessions.id, session.sessionId),
          session.of === undefined ? undefined : eq(userSessions.userId, session.of),
        ),
      )
      .returning();
    if (!ended) throw new Refusal('This session has ended already.', { code: 'not_found' });
    await audit(tx, actor, [
      {
        action: 'user.end_session',
        subjectType: 'user',
        subjectId: ended.userId,
        before: { device: deviceOf(ended.userAgent ?? ''), address: ended.ipAddress },
      },
    ]);
  });
}

/**
 * Replaces the password of a user who knows the current one, and ends their other sessions. Throws
 * a {@link Refusal}. Wrong current passwords are throttled like sign-ins.
 */
export async function changePassword(
  db: Db,
  user: SessionUser,
  actor: Actor,
  input: { current: string; password: string },
): Promise<void> {
  const from = { known: `session ${user.sessionId}` };
  const attempt = await beginSignIn(db, { email: user.email, from }).catch((error: unknown) => {
    if (!(error instanceof TooEarly)) throw error;
    throw wrong(`Too many attempts. Wait for ${error.waitS} seconds, then try again.`);
  });
  const seen = await verifyPassword(db, user.id, input.current);
  if (seen === null) throw wrong(NOT_YOURS);
  await attempt.succeeded();
  if (input.current === input.password) {
    const message = 'The new password is the old one.';
    throw new Refusal(message, { code: 'input', fields: [{ path: 'password', message }] });
  }
  await withUserRefusals(() =>
    save(db, async (tx) => {
      // Meanwhile, a link may have replaced the password, or an admin may have disabled the user.
      if (!(await setPassword(tx, user, input.password, { keeping: user.sessionId, seen })))
        throw wrong(NOT_YOURS);
      await tx.delete(accessLinks).where(eq(accessLinks.userId, user.id));
      await audit(tx, actor, [
        { action: 'user.password', subjectType: 'user', subjectId: user.id, after: { by: 'themselves' } },
      ]);
    }),
  );
}

const NOT_YOURS = 'This is not your password.';
const wrong = (message: string) =>
  new Refusal(message, { code: 'input', fields: [{ path: 'current', message }] });

const BROWSERS = [
  ['Edg', 'Edge'],
  ['OPR', 'Opera'],
  ['Firefox', 'Firefox'],
  ['Chrome', 'Chrome'],
  ['Safari', 'Safari'],
] as const;
const SYSTEMS = [
  ['Android', 'Android'],
  ['iPhone', 'iPhone'],
  ['iPad', 'iPad'],
  ['Windows', 'Windows'],
  ['Mac OS', 'macOS'],
  ['CrOS', 'ChromeOS'],
  ['Linux', 'Linux'],
] as const;

/** Browser and system, such as `Chrome on Windows`, as far as the user agent names them. */
function deviceOf(userAgent: string): string {
  const named = (list: typeof BROWSERS | typeof SYSTEMS) =>
    list.find(([mark]) => userAgent.includes(mark))?.[1];
  const [browser, system] = [named(BROWSERS), named(SYSTEMS)];
  if (!browser && !system) return 'Unknown device';
  return browser && system ? `${browser} on ${system}` : (browser ?? system ?? '');
}
