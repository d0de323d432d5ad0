import { accessLinks, auditLog, userSessions, users } from '@scheduler/db';
import { eq, sql } from 'drizzle-orm';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import {
  client,
  emailOf,
  need,
  ORIGIN,
  refusalOf,
  signIn,
  startTestServer,
  type TestServer,
} from '../../test/fixture.ts';
import { makeSetUpLink } from './access-links.ts';

const PASSWORD = 'a long enough password';
const ANOTHER = 'quite another one';

let server: TestServer;
beforeEach(async () => {
  server = await startTestServer();
});
afterEach(() => server.close());

const userBy = async (email: string) =>
  need((await server.database.db.select().from(users).where(eq(users.email, email)))[0]);
const viewer = emailOf('viewer');

/** A lock of the tests' own, at which {@link held} statements wait. */
const GATE = 1;

/**
 * Lets `during` happen when the work that `start` began has reached a point, and before it
 * continues from there: `before insert on user_sessions`, before a session is checked against other
 * rows, or `after` that.
 */
async function held<T>(point: string, start: () => Promise<T>, during: () => Promise<unknown>): Promise<T> {
  const { db } = server.database;
  await db.execute(sql`create function wait_at_gate() returns trigger language plpgsql as $$
    begin perform pg_advisory_xact_lock_shared(${sql.raw(String(GATE))}); return coalesce(new, old); end $$`);
  await db.execute(
    // The checks of foreign keys are triggers too; those of one event fire by name.
    sql`create trigger zz_gate ${sql.raw(point)} for each row execute function wait_at_gate()`,
  );
  const gate = await server.database.sql.reserve();
  await gate`select pg_advisory_lock(${GATE})`;
  const started = start();
  try {
    await waiting('advisory');
    await during();
  } finally {
    await gate`select pg_advisory_unlock(${GATE})`;
    gate.release();
  }
  return started;
}

/** Resolves once another connection waits for a lock; `kind` is pg_locks' `locktype`. */
const waiting = (kind: string) =>
  vi.waitFor(async () => {
    const [row] = await server.database.sql`
      select count(*)::int as count from pg_locks
      where not granted and locktype = ${kind} and pid <> pg_backend_pid()
        and (database is null or database = (select oid from pg_database where datname = current_database()))`;
    expect(row?.count).toBeGreaterThan(0);
  });

describe('a sign-in by a password that is under way', () => {
  const signingIn = () =>
    signIn(server.url, viewer, PASSWORD).then(
      (cookie) => client(server.url, { cookie, origin: ORIGIN }),
      (error: Error) => error,
    );
  const openSessions = async () =>
    server.database.db.$count(userSessions, eq(userSessions.userId, (await userBy(viewer)).id));

  /** What makes the password worth nothing, prepared. */
  const ends: [string, () => Promise<() => Promise<unknown>>, number][] = [
    [
      'a reset link is used',
      async () => {
        const { id: userId } = await userBy(viewer);
        const { token } = await (await server.as('admin')).users.resetLink.mutate({ userId });
        return () => server.signedOut.access.accept.mutate({ token, password: ANOTHER });
      },
      0,
    ],
    [
      'its user changes it',
      async () => {
        const api = await server.as('viewer');
        return () => api.account.changePassword.mutate({ current: PASSWORD, password: ANOTHER });
      },
      1,
    ],
    [
      'its user is disabled',
      async () => {
        const { id: userId, version } = await userBy(viewer);
        const admin = await server.as('admin');
        return () => admin.users.disable.mutate({ userId, version });
      },
      0,
    ],
  ];

  test.each(ends)('is refused where %s before its session is written', async (_what, prepare, left) => {
    const end = await prepare();
    const answer = await held('before insert on user_sessions', signingIn, end);
    expect(answer).toBeInstanceOf(Error);
    expect(String(answer)).toContain('401');
    expect(await openSessions()).toBe(left);
  });

  test.each(ends)(
    'ends with all others where %s while its session is being written',
    async (_what, prepare, left) => {
      const end = await prepare();
      let ended: Promise<unknown> = Promise.resolve();
      const api = await held('after insert on user_sessions', signingIn, async () => {
        ended = end();
        await waiting('transactionid');
      });
      await ended;
      if (api instanceof Error) throw api;
      expect((await refusalOf(api.sync.summary.query())).code).toBe('UNAUTHORIZED');
      expect(await openSessions()).toBe(left);
    },
  );

  test('has the role that its user is given meanwhile', async () => {
    const { id: userId, version } = await userBy(viewer);
    const admin = await server.as('admin');
    const api = await held('before insert on user_sessions', signingIn, () =>
      admin.users.setRole.mutate({ userId, version, role: 'dispatcher' }),
    );
    if (api instanceof Error) throw api;
    await api.sync.refreshNow.mutate();
  });
});

test('a change of password that is under way is refused where a reset link is used meanwhile', async () => {
  const { id: userId } = await userBy(viewer);
  const { token } = await (await server.as('admin')).users.resetLink.mutate({ userId });
  const api = await server.as('viewer');
  const refused = await held(
    // The present password was right, so its attempts are deleted.
    'before delete on sign_in_tries',
    () => refusalOf(api.account.changePassword.mutate({ current: PASSWORD, password: 'and a third one' })),
    () => server.signedOut.access.accept.mutate({ token, password: ANOTHER }),
  );
  expect(refused.message).toContain('not your password');
  await signIn(server.url, viewer, ANOTHER);
});

describe('of eight at the same moment', () => {
  const EIGHT = Array.from({ length: 8 }, (_, n) => n);
  const fulfilled = (done: readonly PromiseSettledResult<unknown>[]) =>
    done.filter(({ status }) => status === 'fulfilled').length;
  const opening = (links: readonly { token: string }[]) =>
    Promise.allSettled(links.map(({ token }) => server.signedOut.access.open.mutate({ token })));
  const person = { email: 'new@example.test', name: 'Nora New', role: 'viewer' as const };

  test('of several invitations of one address at once, one stays valid', async () => {
    const admin = await server.as('admin');
    const links = await Promise.all(EIGHT.map(() => admin.users.invite.mutate(person)));
    expect(fulfilled(await opening(links))).toBe(1);
    expect((await admin.users.list.query()).invitations).toHaveLength(1);
  });

  test('of several reset links of one user at once, one stays valid', async () => {
    const admin = await server.as('admin');
    const { id: userId } = await userBy(viewer);
    const links = await Promise.all(EIGHT.map(() => admin.users.resetLink.mutate({ userId })));
    expect(fulfilled(await opening(links))).toBe(1);
  });

  test('of several who use one invitation at once, one becomes a user', async () => {
    const { token } = await (await server.as('admin')).users.invite.mutate(person);
    const done = await Promise.allSettled(
      EIGHT.map(() => server.signedOut.access.accept.mutate({ token, password: ANOTHER })),
    );
    expect(fulfilled(done)).toBe(1);
    expect(await server.database.db.$count(users, eq(users.email, person.email))).toBe(1);
  });

  test('of several who use one reset link at once, one replaces the password', async () => {
    const { id: userId } = await userBy(viewer);
    const { token } = await (await server.as('admin')).users.resetLink.mutate({ userId });
    const passwords = EIGHT.map((n) => `${ANOTHER} ${n}`);
    const done = await Promise.allSettled(
      passwords.map((password) => server.signedOut.access.accept.mutate({ token, password })),
    );
    expect(fulfilled(done)).toBe(1);
    await signIn(server.url, viewer, need(passwords[done.findIndex(({ status }) => status === 'fulfilled')]));
  });

  test('of several who use set-up links at once, one becomes the first admin', async () => {
    await server.database.sql`delete from users`;
    const links = await Promise.all(EIGHT.map(() => makeSetUpLink(server.database.db)));
    const store = { crossmarkStoreId: '310042', number: '8135', name: 'Club Eight', timeZone: 'UTC' };
    const done = await Promise.allSettled(
      links.map((link, n) =>
        server.signedOut.access.setUp.mutate({
          token: need(link).token,
          email: `first${n}@example.test`,
          name: 'First Admin',
          password: PASSWORD,
          store,
        }),
      ),
    );
    expect(fulfilled(done)).toBe(1);
    expect(await server.database.db.$count(users)).toBe(1);
    expect(await server.database.db.$count(accessLinks)).toBe(0);
  });

  test('of several who make one day a holiday at once, one succeeds', async () => {
    const admin = await server.as('admin');
    const done = await Promise.allSettled(
      EIGHT.map(() =>
        admin.settings.addHoliday.mutate({ day: '2026-12-25', name: 'Christmas', yearly: true }),
      ),
    );
    expect(fulfilled(done)).toBe(1);
    for (const one of done)
      if (one.status === 'rejected') expect(one.reason.data.code).not.toBe('INTERNAL_SERVER_ERROR');
  });

  test('of several who disable one user at once, one succeeds and the others are told so', async () => {
    const admin = await server.as('admin');
    const { id: userId, version } = await userBy(viewer);
    const done = await Promise.allSettled(EIGHT.map(() => admin.users.disable.mutate({ userId, version })));
    expect(fulfilled(done)).toBe(1);
    const rows = await server.database.db.select().from(auditLog).where(eq(auditLog.action, 'user.disable'));
    expect(rows).toHaveLength(1);
  });
});

test('an invitation of somebody who uses the one before at that moment is refused', async () => {
  const admin = await server.as('admin');
  const person = { email: 'new@example.test', name: 'Nora New', role: 'viewer' as const };
  const { token } = await admin.users.invite.mutate(person);
  let invited: Promise<{ message: string }> | undefined;
  await held(
    'after insert on users',
    () => server.signedOut.access.accept.mutate({ token, password: ANOTHER }),
    async () => {
      invited = refusalOf(admin.users.invite.mutate(person));
      await waiting('transactionid');
    },
  );
  expect((await need(invited)).message).toContain('already');
  expect(await server.database.db.$count(accessLinks)).toBe(0);
});
