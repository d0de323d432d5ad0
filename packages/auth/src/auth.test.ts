import { signInTries, userAccounts, userSessions, users } from '@scheduler/db';
import { createTestDatabase, type TestDatabase } from '@scheduler/db/testing';
import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { AppName } from './cookies.ts';
import { CLIENT_ADDRESS_HEADER, createAuth, createUser } from './index.ts';

const ORIGIN = 'https://scheduler.example.test';
const PASSWORD = 'a long enough password';

let database: TestDatabase;
const lines: string[] = [];
const note = (line: string) => {
  lines.push(line);
};

beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.close());

const authFor = (app: AppName, secret = 'only-for-tests-only-for-tests-only-for-tests') =>
  createAuth({
    db: database.db,
    secret,
    baseUrl: ORIGIN,
    trustedOrigins: [ORIGIN],
    app,
    sessions: { idleHours: 12, maxHours: 168 },
    log: { info: note, warn: note, error: note },
  });

describe('users', () => {
  test('are found by their address however it is written, with a password that is kept as a hash alone', async () => {
    const user = {
      email: ' Ada@Example.test ',
      name: 'Ada',
      role: 'dispatcher' as const,
      password: PASSWORD,
    };
    const id = await createUser(database.db, user);
    expect(await database.db.select().from(users)).toMatchObject([{ id, email: 'ada@example.test' }]);
    const [account] = await database.db.select().from(userAccounts);
    expect(account?.password).toBeTruthy();
    expect(JSON.stringify(account)).not.toContain(PASSWORD);
  });

  test('with an address that is taken, or too short a password, are refused and nothing is written', async () => {
    const user = { email: 'ADA@example.test', name: 'Other', role: 'admin' as const, password: PASSWORD };
    await expect(createUser(database.db, user)).rejects.toThrow('already');
    const short = { ...user, email: 'new@example.test', password: 'short' };
    await expect(createUser(database.db, short)).rejects.toThrow('shorter than 12');
    expect(await database.db.$count(users)).toBe(1);
    expect(await database.db.$count(userAccounts)).toBe(1);
  });
});

describe('a new password', () => {
  test.each([
    'motherfucker',
    'Password12345!',
    '  sunshine 2026  ',
    'qwerty123456',
    'passwordpassword',
    'Crossmark-Scheduler',
    'ada@example.test',
    'AdaLovelace1815',
    'aaaaaaaaaaaaaaaaaaaa',
  ])('is refused where everybody would try it: %s', async (password) => {
    const ada = { email: 'ada@example.test', name: 'Ada Lovelace', role: 'viewer' as const };
    await expect(createUser(database.db, { ...ada, password })).rejects.toThrow('easily guessed');
  });

  test.each([
    'demo-password',
    'correct horse battery staple',
    '739105826417',
    'Пароль из слов',
    'x'.repeat(40) + 'y'.repeat(60),
  ])('may be made of anything, and needs no kind of sign: %s', async (password) => {
    const email = `user-${password.length}-${password.charCodeAt(0)}@example.test`;
    await createUser(database.db, { email, name: 'Anybody', role: 'viewer', password });
    await database.db.delete(users).where(eq(users.email, email));
  });

  test('is refused where it is too long to be one', async () => {
    const user = {
      email: 'long@example.test',
      name: 'Long',
      role: 'viewer' as const,
      password: 'ab'.repeat(65),
    };
    await expect(createUser(database.db, user)).rejects.toThrow('longer than 128');
  });
});

describe('a session', () => {
  const signIn = (auth: ReturnType<typeof authFor>, password: string, cookie = '') =>
    auth.handler(
      new Request(`${ORIGIN}/api/auth/sign-in/email`, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          origin: ORIGIN,
          [CLIENT_ADDRESS_HEADER]: '203.0.113.1',
          ...(cookie ? { cookie } : {}),
        },
        body: JSON.stringify({ email: 'Ada@example.test', password }),
      }),
    );

  test('is secure over https and counts in the app that it was opened in alone', async () => {
    const auth = authFor('scheduler');
    const answer = await signIn(auth, PASSWORD);
    const [cookie = ''] = answer.headers.getSetCookie();
    expect(cookie).toMatch(/^__Host-scheduler\.session_token=.*; Secure/);
    const headers = new Headers({ cookie: cookie.split(';')[0] ?? '' });
    expect(await auth.userOf(headers)).toMatchObject({ email: 'ada@example.test', role: 'dispatcher' });
    expect(await authFor('scheduler-admin').userOf(headers)).toBeNull();
    const renamed = new Headers({
      cookie: headers.get('cookie')?.replace('scheduler', 'scheduler-admin') ?? '',
    });
    expect(await authFor('scheduler-admin').userOf(renamed)).toBeNull();
    // Nothing that scripts can read holds the session.
    expect(await answer.json()).toEqual({ ok: true });
  });

  test('is another one after signing in again, and the one before is over', async () => {
    const auth = authFor('scheduler');
    const cookieOf = (answer: Response) => answer.headers.getSetCookie()[0]?.split(';')[0] ?? '';
    const first = cookieOf(await signIn(auth, PASSWORD));
    const second = cookieOf(await signIn(auth, PASSWORD, first));
    expect(second).not.toBe(first);
    expect(await auth.userOf(new Headers({ cookie: first }))).toBeNull();
    expect(await auth.userOf(new Headers({ cookie: second }))).toMatchObject({ name: 'Ada' });
  });

  test('that nobody came back to is gone with the next sign-in in its app', async () => {
    const auth = authFor('scheduler');
    const open = async () =>
      (await database.db.select({ app: userSessions.app }).from(userSessions)).map(({ app }) => app).sort();
    await database.db.delete(userSessions);
    await signIn(authFor('scheduler-admin'), PASSWORD);
    await signIn(auth, PASSWORD);
    await database.sql`update user_sessions set updated_at = app_now() - interval '13 hours'`;
    await signIn(auth, PASSWORD);
    expect(await open()).toEqual(['scheduler', 'scheduler-admin']);
    await database.sql`update user_sessions set updated_at = app_now() - interval '11 hours'`;
    await signIn(auth, PASSWORD);
    expect(await open()).toEqual(['scheduler', 'scheduler', 'scheduler-admin']);
  });

  test('is nobody’s where its cookie was changed, signed with another secret or has no signature', async () => {
    const auth = authFor('scheduler');
    const cookieOf = (answer: Response) => answer.headers.getSetCookie()[0]?.split(';')[0] ?? '';
    const [mine, other] = [cookieOf(await signIn(auth, PASSWORD)), cookieOf(await signIn(auth, PASSWORD))];
    const [name = '', value = ''] = mine.split('=');
    const [token = '', signature = ''] = decodeURIComponent(value).split('.');
    const [, othersSignature = ''] = decodeURIComponent(other.split('=')[1] ?? '').split('.');
    const of = (changed: string) =>
      auth.userOf(new Headers({ cookie: `${name}=${encodeURIComponent(changed)}` }));
    expect(await of(`${token}.${signature}`)).toMatchObject({ name: 'Ada' });
    expect(await auth.userOf(new Headers({ cookie: `a=b; ${mine}; c=d` }))).toMatchObject({ name: 'Ada' });
    const changed = token.startsWith('a') ? `b${token.slice(1)}` : `a${token.slice(1)}`;
    for (const wrong of [
      token,
      `${token}.`,
      `.${signature}`,
      `${token}.${othersSignature}`,
      `${token}.${signature.slice(0, -1)}`,
      `${changed}.${signature}`,
      `${token}.${token}.${signature}`,
      '',
    ]) {
      expect(await of(wrong), wrong).toBeNull();
    }
    const elsewhere = authFor('scheduler', 'another-secret-another-secret-another');
    expect(await elsewhere.userOf(new Headers({ cookie: mine }))).toBeNull();
    expect(await auth.userOf(new Headers())).toBeNull();
  });

  test('is over at its end, however much it was used, and gone', async () => {
    const auth = authFor('scheduler');
    await database.db.delete(userSessions);
    const [cookie = ''] = (await signIn(auth, PASSWORD)).headers.getSetCookie();
    const headers = new Headers({ cookie: cookie.split(';')[0] ?? '' });
    await database.sql`update user_sessions set expires_at = app_now() + interval '1 minute'`;
    expect(await auth.userOf(headers)).not.toBeNull();
    await database.sql`update user_sessions set expires_at = app_now()`;
    expect(await auth.userOf(headers)).toBeNull();
    expect(await database.db.$count(userSessions)).toBe(0);
  });

  test('is logged with whose account it is, and so is a sign-in that is refused or throttled', async () => {
    const auth = authFor('scheduler');
    const [ada] = await database.db.select().from(users).where(eq(users.email, 'ada@example.test'));
    const attempt = (email: string, password: string) =>
      auth.handler(
        new Request(`${ORIGIN}/api/auth/sign-in/email`, {
          method: 'POST',
          headers: {
            'content-type': 'application/json',
            origin: ORIGIN,
            [CLIENT_ADDRESS_HEADER]: '203.0.113.77',
          },
          body: JSON.stringify({ email, password }),
        }),
      );
    lines.length = 0;
    expect((await attempt('Ada@example.test', PASSWORD)).status).toBe(200);
    const nobody = 'typed-by-mistake@example.test';
    for (const email of ['Ada@example.test', nobody]) {
      while ((await attempt(email, 'wrong-but-secret')).status === 401);
    }
    const said = [...new Set(lines)];
    for (const line of [
      `sign-in: right, user ${ada?.id}, from 203.0.113.77`,
      `sign-in: refused, user ${ada?.id}, from 203.0.113.77`,
      `sign-in: throttled, user ${ada?.id}, from 203.0.113.77`,
      'sign-in: refused, an unknown e-mail address, from 203.0.113.77',
      'sign-in: throttled, an unknown e-mail address, from 203.0.113.77',
    ])
      expect(said).toContain(line);
    expect(said.join('\n')).not.toMatch(/example\.test|secret/);
    await database.sql`delete from sign_in_tries`;
  });

  test('that somebody made up is nobody’s, and a failed sign-in leaves no password in the log', async () => {
    const auth = authFor('scheduler');
    const forged = new Headers({ cookie: '__Host-scheduler.session_token=made.up' });
    expect(await auth.userOf(forged)).toBeNull();
    expect((await signIn(auth, 'wrong-but-secret')).status).toBe(401);
    expect(lines.join('\n')).not.toContain('wrong-but-secret');
  });

  test.each([
    ['a long e-mail address', { email: `${'a'.repeat(200)}@b.test`, password: PASSWORD }],
    ['an e-mail address of a million characters', { email: 'a.'.repeat(500_000), password: PASSWORD }],
    ['a long password', { email: 'ada@example.test', password: 'x'.repeat(1_001) }],
    ['a NUL in an e-mail address', { email: 'a\u0000da@example.test', password: PASSWORD }],
    ['half a character in one', { email: 'a\ud800da@example.test', password: PASSWORD }],
    ['no password', { email: 'ada@example.test' }],
    ['no e-mail address', { password: PASSWORD }],
    ['a list for an e-mail address', { email: ['ada@example.test'], password: PASSWORD }],
    ['an object for a password', { email: 'ada@example.test', password: { length: 20 } }],
    ['a list', [['email', 'ada@example.test']]],
    ['nothing', null],
    ['no JSON', undefined],
  ])('is opened by nobody who sends %s: refused before it is counted or looked up', async (_what, body) => {
    const triesBefore = await database.db.$count(signInTries);
    const answer = await authFor('scheduler').handler(
      new Request(`${ORIGIN}/api/auth/sign-in/email`, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          origin: ORIGIN,
          [CLIENT_ADDRESS_HEADER]: '203.0.113.77',
        },
        body: body === undefined ? '{"email":' : JSON.stringify(body),
      }),
    );
    expect(answer.status).toBe(400);
    expect((await answer.text()).length).toBeLessThan(200);
    expect(await database.db.$count(signInTries)).toBe(triesBefore);
  });

  test('lets nobody do anything with their account but sign in, look who they are and sign out', async () => {
    const auth = authFor('scheduler');
    const [cookie = ''] = (await signIn(auth, PASSWORD)).headers.getSetCookie();
    const ask = (path: string, body?: object) =>
      auth.handler(
        new Request(`${ORIGIN}/api/auth/${path}`, {
          method: body ? 'POST' : 'GET',
          headers: {
            'content-type': 'application/json',
            origin: ORIGIN,
            cookie: cookie.split(';')[0] ?? '',
            [CLIENT_ADDRESS_HEADER]: '203.0.113.1',
          },
          ...(body ? { body: JSON.stringify(body) } : {}),
        }),
      );
    expect(await (await ask('get-session')).json()).toMatchObject({
      user: { id: expect.any(String), name: 'Ada' },
    });
    for (const [path, body] of [
      ['update-user', { name: 'The Admin' }],
      ['update-user', { name: 'a\u0000b' }],
      ['change-password', { currentPassword: PASSWORD, newPassword: 'another long password' }],
      ['verify-password', { password: PASSWORD }],
      ['reset-password', { newPassword: 'another long password', token: '\u0000' }],
      ['request-password-reset', { email: 'ada@example.test' }],
      ['revoke-sessions', {}],
      ['sign-up/email', { email: 'new@example.test', name: 'New', password: PASSWORD }],
      ['list-sessions', undefined],
      ['list-accounts', undefined],
      ['sign-in/../update-user', { name: 'The Admin' }],
    ] as const) {
      expect((await ask(path, body)).status, path).toBe(404);
    }
    expect(await database.db.select().from(users)).toMatchObject([{ name: 'Ada' }]);
    expect((await ask('sign-out', {})).status).toBe(200);
    expect(await (await ask('get-session')).json()).toBeNull();
  });
});
