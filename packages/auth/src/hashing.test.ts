import type * as crypto from 'node:crypto';
import { signInTries, userAccounts, users } from '@scheduler/db';
import { createTestDatabase, type TestDatabase } from '@scheduler/db/testing';
import { hashPassword as firstHash } from 'better-auth/crypto';
import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { CLIENT_ADDRESS_HEADER, createAuth, createUser } from './index.ts';

/** Every hash that is computed, by its cost; and what holds up those of one password. */
const computed: string[] = [];
const held = { password: '', until: Promise.resolve() };
vi.mock('node:crypto', async (original) => {
  const real = await original<typeof crypto>();
  const scrypt = (...args: [string, Buffer, number, crypto.ScryptOptions, () => void]) => {
    const [password, , , { N, r, p }] = args;
    computed.push(`N=${N} r=${r} p=${p}`);
    if (password !== held.password) return real.scrypt(...args);
    void held.until.then(() => real.scrypt(...args));
  };
  return { ...real, scrypt };
});

const ORIGIN = 'https://scheduler.example.test';
const PASSWORD = 'a long enough pässword';
const FIRST = 'N=16384 r=16 p=1';
const NOW = 'N=32768 r=8 p=3';

let database: TestDatabase;
let auth: ReturnType<typeof createAuth>;
beforeAll(async () => {
  database = await createTestDatabase();
  auth = createAuth({
    db: database.db,
    secret: 'only-for-tests-only-for-tests-only-for-tests',
    baseUrl: ORIGIN,
    trustedOrigins: [ORIGIN],
    app: 'scheduler',
    sessions: { idleHours: 12, maxHours: 168 },
    log: { info: () => {}, warn: () => {}, error: () => {} },
  });
});
afterAll(() => database.close());
beforeEach(async () => {
  await database.db.delete(users);
  await database.db.delete(signInTries);
  for (const email of ['ada@example.test', 'ben@example.test'])
    await createUser(database.db, { email, name: email, role: 'viewer', password: PASSWORD });
  computed.length = 0;
});

async function signIn(attempt: { email?: string; password?: string; from?: string; device?: string }) {
  const answer = await auth.handler(
    new Request(`${ORIGIN}/api/auth/sign-in/email`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        origin: ORIGIN,
        [CLIENT_ADDRESS_HEADER]: attempt.from ?? '198.18.0.1',
        ...(attempt.device ? { cookie: attempt.device } : {}),
      },
      body: JSON.stringify({
        email: attempt.email ?? 'ada@example.test',
        password: attempt.password ?? PASSWORD,
      }),
    }),
  );
  const device = answer.headers
    .getSetCookie()
    .find((line) => line.includes('.device='))
    ?.split(';')[0];
  return { status: answer.status, device: device ?? '' };
}
const userOf = async (email: string) => {
  const [user] = await database.db.select().from(users).where(eq(users.email, email));
  return user?.id ?? '';
};
const hashOf = async (email: string) => {
  const [account] = await database.db
    .select()
    .from(userAccounts)
    .where(eq(userAccounts.userId, await userOf(email)));
  return account?.password ?? '';
};
const setHash = async (email: string, password: string) =>
  database.db
    .update(userAccounts)
    .set({ password })
    .where(eq(userAccounts.userId, await userOf(email)));

test('a password is kept by scrypt as OWASP names it, with a salt of its own, and says so', async () => {
  const [ada, ben] = [await hashOf('ada@example.test'), await hashOf('ben@example.test')];
  expect(ada).toMatch(/^\$scrypt\$ln=15,r=8,p=3\$[\w+/]{22}\$[\w+/]{43}$/);
  expect(ben.split('$')[3]).not.toBe(ada.split('$')[3]);
});

test('a password is right however its characters are composed, and a hash that is none lets nobody in', async () => {
  expect((await signIn({ password: PASSWORD.normalize('NFD') })).status).toBe(200);
  for (const hash of ['', 'x', '$scrypt$ln=15,r=8,p=3$', `${'0'.repeat(32)}:`]) {
    await setHash('ada@example.test', hash);
    expect((await signIn({ password: PASSWORD })).status, hash).toBe(401);
    await database.db.delete(signInTries);
  }
});

describe('a hash of the first kind', () => {
  beforeEach(async () => setHash('ada@example.test', await firstHash(PASSWORD)));

  test('lets in who has its password, and is renewed by that alone', async () => {
    const first = await hashOf('ada@example.test');
    expect((await signIn({ password: 'a wrong password' })).status).toBe(401);
    expect(await hashOf('ada@example.test')).toBe(first);
    expect((await signIn({})).status).toBe(200);
    const renewed = await hashOf('ada@example.test');
    expect(renewed).toMatch(/^\$scrypt\$ln=15,r=8,p=3\$/);
    expect((await signIn({})).status).toBe(200);
    expect((await signIn({ password: 'a wrong password' })).status).toBe(401);
    expect(await hashOf('ada@example.test')).toBe(renewed);
  });

  test('takes the same work as any other, and as an address that is nobody’s; once there is none, all take less', async () => {
    computed.length = 0;
    const workOf = async (email: string, password: string) => {
      computed.length = 0;
      await signIn({ email, password });
      return [...computed];
    };
    for (const email of ['ada@example.test', 'ben@example.test', 'nobody@example.test'])
      expect(await workOf(email, 'a wrong password'), email).toEqual([FIRST, NOW]);
    expect(await workOf('ada@example.test', PASSWORD)).toEqual([FIRST, NOW]);
    for (const email of ['ada@example.test', 'ben@example.test', 'nobody@example.test'])
      expect(await workOf(email, 'a wrong password'), email).toEqual([NOW]);
  });

  test('that was replaced meanwhile is not renewed', async () => {
    const first = await hashOf('ada@example.test');
    let goOn = () => {};
    held.password = PASSWORD.normalize('NFKC');
    held.until = new Promise((resolve) => {
      goOn = resolve;
    });
    const signing = signIn({});
    await vi.waitFor(() => expect(computed).toHaveLength(1));
    await setHash('ada@example.test', 'replaced');
    held.password = '';
    goOn();
    await signing;
    expect(first).not.toBe('replaced');
    expect(await hashOf('ada@example.test')).toBe('replaced');
  });
});

test('however many strangers try from anywhere, one password of theirs is looked at at a time, 30 wait, and known devices wait for none', async () => {
  const { device } = await signIn({});
  let goOn = () => {};
  held.password = 'a wrong password';
  held.until = new Promise((resolve) => {
    goOn = resolve;
  });
  computed.length = 0;
  const statuses: number[] = [];
  const all = Array.from({ length: 60 }, async (_, n) => {
    const tried = signIn({ email: `${n}@example.test`, password: held.password, from: `198.19.${n}.1` });
    statuses.push((await tried).status);
  });
  await vi.waitFor(() => expect(statuses).toEqual(Array(30).fill(429)));
  await vi.waitFor(() => expect(computed).toHaveLength(1));
  expect((await signIn({ device })).status).toBe(200);
  expect(computed).toHaveLength(2);
  held.password = '';
  goOn();
  await Promise.all(all);
  expect(statuses.slice(30)).toEqual(Array(30).fill(401));
  expect((await signIn({ from: '198.20.0.1' })).status).toBe(200);
});
