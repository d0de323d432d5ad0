import { beginSignIn, createUser, TooEarly } from '@scheduler/auth';
import { storeId } from '@scheduler/crossmark';
import {
  accessLinks,
  auditLog,
  digestSends,
  digestSubscriptions,
  stores,
  userAccounts,
  userSessions,
  users,
  workers,
} from '@scheduler/db';
import { currentInstant, currentTimeMs } from '@scheduler/runtime/clock';
import { workDateOf } from '@scheduler/scheduling';
import { desc, eq } from 'drizzle-orm';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  addStore,
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
const STORE = {
  crossmarkStoreId: '310042',
  number: '8135',
  name: 'Club Eight',
  timeZone: 'America/Indiana/Indianapolis',
};

let server: TestServer;

beforeEach(async () => {
  server = await startTestServer();
});
afterEach(() => server.close());

const enter = async (email: string, password = PASSWORD) =>
  client(server.url, { cookie: await signIn(server.url, email, password), origin: ORIGIN });
const userBy = async (email: string) =>
  need((await server.database.db.select().from(users).where(eq(users.email, email)))[0]);
const lastAudit = async () =>
  need((await server.database.db.select().from(auditLog).orderBy(desc(auditLog.id)).limit(1))[0]);

describe('a fresh installation', () => {
  beforeEach(() => server.database.sql`delete from users`);
  const newcomer = { email: 'First@Example.test', name: 'First Admin', password: PASSWORD, store: STORE };

  test('is set up once by its link: an admin who can sign in, a store, audited; every other link is dead then', async () => {
    const { db } = server.database;
    const other = need(await makeSetUpLink(db));
    const { token } = need(await makeSetUpLink(db));
    const { access } = server.signedOut;
    expect(await access.open.mutate({ token })).toEqual({ kind: 'set_up', needsStore: true });
    await access.setUp.mutate({ token, ...newcomer });
    const api = await enter('first@example.test');
    expect(await api.users.list.query()).toMatchObject({ users: [{ role: 'admin', name: 'First Admin' }] });
    expect(await db.select().from(stores)).toMatchObject([STORE]);
    const actions = (await db.select().from(auditLog)).map((row) => [row.action, row.actorName]);
    expect(actions).toEqual([
      ['user.set_up', 'First Admin'],
      ['store.create', 'First Admin'],
    ]);
    for (const dead of [token, other.token]) {
      expect((await refusalOf(access.setUp.mutate({ token: dead, ...newcomer }))).code).toBe('NOT_FOUND');
    }
    expect(await makeSetUpLink(db)).toBeNull();
  });

  test('is set up by one of two who use their links at the same moment', async () => {
    const { db } = server.database;
    const links = [need(await makeSetUpLink(db)), need(await makeSetUpLink(db))];
    const done = await Promise.allSettled(
      links.map(({ token }, n) =>
        server.signedOut.access.setUp.mutate({ ...newcomer, token, email: `first${n}@example.test` }),
      ),
    );
    expect(done.map((one) => one.status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(await db.$count(users)).toBe(1);
  });

  test('keeps its link where the password won’t do, and gives an expired one to nobody', async () => {
    const { token } = need(await makeSetUpLink(server.database.db));
    const { access } = server.signedOut;
    const refused = await refusalOf(
      access.setUp.mutate({ token, ...newcomer, password: 'crossmark-scheduler' }),
    );
    expect(refused.reason.fields?.[0]?.path).toBe('password');
    expect(await server.database.db.$count(users)).toBe(0);
    await server.database.sql`update access_links set expires_at = app_now()`;
    expect((await refusalOf(access.setUp.mutate({ token, ...newcomer }))).code).toBe('NOT_FOUND');
  });

  test('keeps a hash of the link alone', async () => {
    const { token } = need(await makeSetUpLink(server.database.db));
    expect(JSON.stringify(await server.database.db.select().from(accessLinks))).not.toContain(token);
  });
});

describe('an invitation', () => {
  const person = { email: 'new@example.test', name: 'Nora New', role: 'dispatcher' as const };

  test('lets one person in, once, with the role it was made for, and says who invited them', async () => {
    const admin = await server.as('admin');
    const { token } = await admin.users.invite.mutate(person);
    expect((await admin.users.list.query()).invitations).toMatchObject([
      { ...person, createdBy: 'Admin Person' },
    ]);
    const { access } = server.signedOut;
    expect(await access.open.mutate({ token })).toEqual({ kind: 'invite', ...person });
    await access.accept.mutate({ token, password: 'something of my own' });
    const api = await enter(person.email, 'something of my own');
    await api.sync.refreshNow.mutate();
    expect((await refusalOf(api.users.list.query())).code).toBe('FORBIDDEN');
    expect((await refusalOf(access.accept.mutate({ token, password: PASSWORD }))).code).toBe('NOT_FOUND');
    expect((await admin.users.list.query()).invitations).toEqual([]);
    const rows = await server.database.db.select().from(auditLog).where(eq(auditLog.action, 'user.join'));
    expect(rows).toMatchObject([{ actorName: 'Nora New', after: { invitedBy: 'Admin Person' } }]);
  });

  test('that was made anew or taken back opens nothing', async () => {
    const admin = await server.as('admin');
    const old = await admin.users.invite.mutate(person);
    const current = await admin.users.invite.mutate(person);
    const opens = (token: string) => refusalOf(server.signedOut.access.open.mutate({ token }));
    expect((await opens(old.token)).code).toBe('NOT_FOUND');
    const [invitation] = (await admin.users.list.query()).invitations;
    await admin.users.withdrawInvitation.mutate({ invitationId: need(invitation).id });
    expect((await opens(current.token)).code).toBe('NOT_FOUND');
  });

  test('is no way to set another’s password or to set the scheduler up', async () => {
    const { token } = await (await server.as('admin')).users.invite.mutate(person);
    const setUp = { token, email: 'x@example.test', name: 'X', password: PASSWORD, store: null };
    expect((await refusalOf(server.signedOut.access.setUp.mutate(setUp))).code).toBe('NOT_FOUND');
    expect(await server.database.db.$count(accessLinks)).toBe(1);
  });
});

test('stores are given, limited and taken back by an admin, audited, and kept by an invitation', async () => {
  const { db } = server.database;
  const [one, two] = [await addStore(db, '8135'), await addStore(db, '8140')];
  const admin = await server.as('admin');
  const api = await server.as('dispatcher');
  const user = await userBy(emailOf('dispatcher'));
  const listedStores = async (who = api) => (await who.stores.list.query()).map(({ id }) => id);
  expect(await listedStores()).toEqual([one, two]);

  await admin.users.setStores.mutate({ userId: user.id, version: 1, storeIds: [two, two] });
  expect(await listedStores()).toEqual([two]);
  expect(await lastAudit()).toMatchObject({
    action: 'user.stores',
    actorName: 'Admin Person',
    subjectId: user.id,
    before: { stores: 'all', version: 1 },
    after: { stores: '8140', version: 2 },
  });
  // What they have already is no change.
  await admin.users.setStores.mutate({ userId: user.id, version: 2, storeIds: [two] });
  const stale = { userId: user.id, version: 1, storeIds: null };
  expect((await refusalOf(admin.users.setStores.mutate(stale))).code).toBe('CONFLICT');

  // An admin has all stores, whatever they had before.
  await admin.users.setRole.mutate({ userId: user.id, version: 2, role: 'admin' });
  expect(await lastAudit()).toMatchObject({
    before: { stores: '8140' },
    after: { stores: 'all', role: 'admin' },
  });
  expect(await listedStores()).toEqual([one, two]);
  await expect(
    server.database.sql`update users set store_ids = array[1] where role = 'admin'`,
  ).rejects.toThrow('users_stores');

  const invited = { email: 'new@example.test', name: 'Nora New', role: 'viewer' as const, storeIds: [one] };
  const { token } = await admin.users.invite.mutate(invited);
  expect((await admin.users.list.query()).invitations).toMatchObject([{ storeIds: [one] }]);
  await server.signedOut.access.accept.mutate({ token, password: 'something of my own' });
  expect(await lastAudit()).toMatchObject({ action: 'user.join', after: { stores: '8135' } });
  expect(await listedStores(await enter(invited.email, 'something of my own'))).toEqual([one]);
});

describe('somebody who is disabled', () => {
  test('is out at once in every session, gets in by no password or link, and is in again once enabled', async () => {
    const admin = await server.as('admin');
    const api = await server.as('dispatcher');
    await api.sync.summary.query();
    const user = await userBy(emailOf('dispatcher'));
    const { token } = await admin.users.resetLink.mutate({ userId: user.id });
    await admin.users.disable.mutate({ userId: user.id, version: user.version });

    expect((await refusalOf(api.sync.summary.query())).code).toBe('UNAUTHORIZED');
    expect(await server.database.db.$count(userSessions, eq(userSessions.userId, user.id))).toBe(0);
    const refused = await signIn(server.url, user.email, PASSWORD).catch((error: Error) => error.message);
    const wrong = await signIn(server.url, user.email, 'not the password').catch(
      (error: Error) => error.message,
    );
    expect(refused).toEqual(wrong);
    expect((await refusalOf(server.signedOut.access.open.mutate({ token }))).code).toBe('NOT_FOUND');
    expect(await lastAudit()).toMatchObject({
      action: 'user.disable',
      subjectId: user.id,
      before: { disabled: false },
      after: { disabled: true },
    });

    await admin.users.enable.mutate({ userId: user.id, version: user.version + 1 });
    await (await enter(user.email)).sync.summary.query();
  });

  test('has an open stream cut off, with no word of what comes after', async () => {
    const api = await server.as('dispatcher');
    const user = await userBy(emailOf('dispatcher'));
    const abort = new AbortController();
    const stream = await fetch(`${server.url}/trpc/sync.onChange`, {
      headers: { cookie: await server.cookieOf('dispatcher'), accept: 'text/event-stream' },
      signal: abort.signal,
    });
    const reader = need(stream.body).pipeThrough(new TextDecoderStream()).getReader();
    let heard = '';
    while (!heard.includes('"all"')) heard += (await reader.read()).value;
    await (await server.as('admin')).users.disable.mutate({ userId: user.id, version: user.version });
    while (!heard.includes('UNAUTHORIZED')) {
      const { done, value } = await reader.read();
      if (done) break;
      heard += value;
    }
    abort.abort();
    expect(heard).toContain('UNAUTHORIZED');
    expect(heard).not.toContain('"access"');
    expect((await refusalOf(api.sync.summary.query())).code).toBe('UNAUTHORIZED');
  });
});

test('streams that are left while their sign-in is looked at again harm nobody', async () => {
  const cookie = await server.cookieOf('viewer');
  for (let i = 0; i < 25; i++) {
    const leave = new AbortController();
    const headers = { cookie, accept: 'text/event-stream' };
    const stream = await fetch(`${server.url}/trpc/sync.onChange`, { headers, signal: leave.signal });
    void stream.text().catch(() => {});
    leave.abort();
  }
  // An error that nobody awaited would end the process, and fails this run.
  await (await server.as('viewer')).sync.summary.query();
});

describe('the last admin', () => {
  test('can be neither disabled nor demoted, not even by themselves', async () => {
    const admin = await server.as('admin');
    const { id: userId, version } = await userBy(emailOf('admin'));
    for (const call of [
      () => admin.users.disable.mutate({ userId, version }),
      () => admin.users.setRole.mutate({ userId, version, role: 'viewer' }),
    ]) {
      expect((await refusalOf(call())).message).toMatch(/only admin left/);
    }
  });

  test('remains where two admins demote each other at the same moment', async () => {
    await createUser(server.database.db, {
      email: 'two@example.test',
      name: 'Two',
      role: 'admin',
      password: PASSWORD,
    });
    const [one, two] = [await userBy(emailOf('admin')), await userBy('two@example.test')];
    const admin = await server.as('admin');
    const other = await enter('two@example.test');
    await Promise.allSettled([
      admin.users.setRole.mutate({ userId: two.id, version: 1, role: 'viewer' }),
      other.users.setRole.mutate({ userId: one.id, version: 1, role: 'viewer' }),
    ]);
    expect(await server.database.db.$count(users, eq(users.role, 'admin'))).toBe(1);
  });
});

test('an edit of somebody’s access on a stale version is refused', async () => {
  const admin = await server.as('admin');
  const { id: userId, version } = await userBy(emailOf('viewer'));
  await admin.users.setRole.mutate({ userId, version, role: 'dispatcher' });
  const refused = await refusalOf(admin.users.disable.mutate({ userId, version }));
  expect(refused.reason).toMatchObject({ code: 'stale', currentVersion: version + 1 });
});

describe('a password', () => {
  test('is changed by who knows the old one, and ends their other sessions but not this one', async () => {
    const api = await enter(emailOf('viewer'));
    const elsewhere = await enter(emailOf('viewer'));
    await api.account.changePassword.mutate({ current: PASSWORD, password: 'quite another one' });
    expect((await refusalOf(elsewhere.sync.summary.query())).code).toBe('UNAUTHORIZED');
    expect(await api.account.sessions.query()).toMatchObject([{ current: true }]);
    await expect(signIn(server.url, emailOf('viewer'), PASSWORD)).rejects.toThrow('401');
    await enter(emailOf('viewer'), 'quite another one');
    expect(await lastAudit()).toMatchObject({ action: 'user.password', actorName: 'Viewer Person' });
  });

  test('can’t be guessed by who found a screen unlocked', async () => {
    const api = await enter(emailOf('viewer'));
    const guess = () =>
      refusalOf(api.account.changePassword.mutate({ current: 'a guess', password: 'quite another one' }));
    for (let i = 0; i < 5; i++) expect((await guess()).message).toContain('not your password');
    expect((await guess()).message).toContain('Too many attempts');
  });

  test('is replaced by a reset link, once, and every session of theirs ends', async () => {
    const api = await enter(emailOf('viewer'));
    const { id: userId } = await userBy(emailOf('viewer'));
    const { token } = await (await server.as('admin')).users.resetLink.mutate({ userId });
    const { access } = server.signedOut;
    expect(await access.open.mutate({ token })).toMatchObject({ kind: 'reset', email: emailOf('viewer') });
    await access.accept.mutate({ token, password: 'quite another one' });
    expect((await refusalOf(api.sync.summary.query())).code).toBe('UNAUTHORIZED');
    expect((await refusalOf(access.accept.mutate({ token, password: 'and a third one' }))).code).toBe(
      'NOT_FOUND',
    );
    await enter(emailOf('viewer'), 'quite another one');
  });

  test('that was replaced by a link lets its user in at once, whatever strangers guess at their account', async () => {
    const { id: userId } = await userBy(emailOf('viewer'));
    const { token } = await (await server.as('admin')).users.resetLink.mutate({ userId });
    const headers = { 'content-type': 'application/json', origin: ORIGIN };
    const accepted = await fetch(`${server.url}/trpc/access.accept`, {
      method: 'POST',
      headers,
      body: JSON.stringify({ token, password: 'quite another one' }),
    });
    const cookie = need(accepted.headers.getSetCookie()[0]?.split(';')[0]);
    let n = 0;
    const guess = () =>
      beginSignIn(server.database.db, { email: emailOf('viewer'), from: { address: `198.18.${n++}.1` } });
    await expect(
      (async () => {
        for (;;) await guess();
      })(),
    ).rejects.toThrow(TooEarly);
    const answer = await fetch(`${server.url}/api/auth/sign-in/email`, {
      method: 'POST',
      headers: { ...headers, cookie },
      body: JSON.stringify({ email: emailOf('viewer'), password: 'quite another one' }),
    });
    expect(answer.status).toBe(200);
  });

  test('stands nowhere but as a hash, and no link’s token stands anywhere', async () => {
    const admin = await server.as('admin');
    const { id: userId } = await userBy(emailOf('viewer'));
    const reset = await admin.users.resetLink.mutate({ userId });
    const invite = await admin.users.invite.mutate({
      email: 'new@example.test',
      name: 'New',
      role: 'viewer',
    });
    await server.signedOut.access.accept.mutate({ token: reset.token, password: 'quite another one' });
    const { db } = server.database;
    const all = [db.select().from(auditLog), db.select().from(accessLinks), db.select().from(userAccounts)];
    const text = JSON.stringify(await Promise.all(all));
    for (const secret of [PASSWORD, 'quite another one', reset.token, invite.token])
      expect(text).not.toContain(secret);
  });
});

describe('a session', () => {
  test('ends when nobody did anything in it for too long, and when it is too old however much it is used', async () => {
    const idle = await enter(emailOf('viewer'));
    const beforeMs = currentTimeMs();
    await server.database.sql`update user_sessions set updated_at = app_now() - interval '11 hours'`;
    await idle.sync.summary.query();
    const [used] = await server.database.db.select().from(userSessions);
    expect(need(used).updatedAt.getTime()).toBeGreaterThanOrEqual(beforeMs);
    await server.database.sql`update user_sessions set updated_at = app_now() - interval '13 hours'`;
    expect((await refusalOf(idle.sync.summary.query())).code).toBe('UNAUTHORIZED');
    expect(await server.database.db.$count(userSessions)).toBe(0);

    const old = await enter(emailOf('viewer'));
    await old.sync.summary.query();
    await server.database.sql`update user_sessions set expires_at = app_now() - interval '1 second'`;
    expect((await refusalOf(old.sync.summary.query())).code).toBe('UNAUTHORIZED');
  });

  test('is not kept alive by an open page that nobody uses', async () => {
    const cookie = await signIn(server.url, emailOf('viewer'), PASSWORD);
    const page = client(server.url, { cookie, origin: ORIGIN, 'x-scheduler-unattended': '1' });
    const beforeMs = currentTimeMs();
    await server.database.sql`update user_sessions set updated_at = app_now() - interval '11 hours'`;
    await page.sync.summary.query();
    const [row] = await server.database.db.select().from(userSessions);
    expect(need(row).updatedAt.getTime()).toBeLessThan(beforeMs);
  });

  test('is listed with device, place and time, and ended by its owner or an admin, by nobody else', async () => {
    const mine = await enter(emailOf('viewer'));
    const other = await enter(emailOf('viewer'));
    const sessions = await mine.account.sessions.query();
    expect(sessions).toHaveLength(2);
    expect(sessions[0]).toMatchObject({ app: 'Scheduler', address: '127.0.0.1' });
    const theirs = need(sessions.find((session) => !session.current));
    const stranger = await server.as('dispatcher');
    expect((await refusalOf(stranger.account.endSession.mutate({ sessionId: theirs.id }))).code).toBe(
      'NOT_FOUND',
    );
    await other.sync.summary.query();
    await mine.account.endSession.mutate({ sessionId: theirs.id });
    expect((await refusalOf(other.sync.summary.query())).code).toBe('UNAUTHORIZED');

    const admin = await server.as('admin');
    const { id: userId } = await userBy(emailOf('viewer'));
    const [left] = await admin.users.sessions.query({ userId });
    await admin.users.endSession.mutate({ sessionId: need(left).id });
    expect((await refusalOf(mine.sync.summary.query())).code).toBe('UNAUTHORIZED');
    expect(await lastAudit()).toMatchObject({ action: 'user.end_session', actorName: 'Admin Person' });
  });

  test('of a cookie without its signature, or with another one, counts as not signed in', async () => {
    await signIn(server.url, emailOf('admin'), PASSWORD);
    const [row] = await server.database.db.select().from(userSessions);
    for (const value of [need(row).token, `${need(row).token}.${'A'.repeat(43)}%3D`]) {
      const thief = client(server.url, { cookie: `scheduler.session_token=${value}`, origin: ORIGIN });
      expect((await refusalOf(thief.sync.summary.query())).code).toBe('UNAUTHORIZED');
    }
  });
});

describe('the digest of a user', () => {
  test('is chosen for each of their stores, audited, and says what became of today’s', async () => {
    const { db } = server.database;
    await db.insert(stores).values({ ...STORE, crossmarkStoreId: storeId(STORE.crossmarkStoreId) });
    const [store] = await db.select().from(stores);
    const api = await server.as('viewer');
    const mine = { storeId: need(store).id };
    expect(await api.account.digests.query()).toMatchObject({
      email: emailOf('viewer'),
      isSent: false,
      stores: [{ ...mine, name: STORE.name, sendAt: null, today: null }],
    });
    await db.insert(workers).values({ id: 'w1', host: 'host', pid: 1, concurrency: 1, sendsMail: true });
    expect(await api.account.setDigest.mutate({ ...mine, sendAt: '06:15' })).toEqual({ sendAt: '06:15' });
    const { id: userId } = await userBy(emailOf('viewer'));
    expect(await lastAudit()).toMatchObject({
      action: 'user.digest',
      subjectId: userId,
      before: { store: '8135', time: null },
      after: { store: '8135', time: '06:15' },
    });
    const failure = 'The mail server could not be reached, or did not answer.';
    const day = workDateOf(currentInstant(), STORE.timeZone);
    await db.insert(digestSends).values({ ...mine, userId, day, state: 'refused', failure });
    expect(await api.account.digests.query()).toMatchObject({
      isSent: true,
      stores: [{ sendAt: '06:15', today: { state: 'refused', failure } }],
    });
    // It is the user's own.
    const [other] = (await (await server.as('admin')).account.digests.query()).stores;
    expect(other).toMatchObject({ sendAt: null, today: null });
    await api.account.setDigest.mutate({ ...mine, sendAt: null });
    expect(await db.$count(digestSubscriptions)).toBe(0);
  });
});
