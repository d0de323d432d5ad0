import { randomBytes } from 'node:crypto';
import { signInTries } from '@scheduler/db';
import { createTestDatabase, type TestDatabase } from '@scheduler/db/testing';
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { type Auth, createAuth } from './auth.ts';
import { createUser } from './create-user.ts';
import { CLIENT_ADDRESS_HEADER } from './index.ts';
import { beginSignIn, networkOf, TooEarly } from './throttle.ts';

const ORIGIN = 'https://scheduler.example.test';
const PASSWORD = 'a long enough password';
const ADA = 'ada@example.test';
const BEN = 'ben@example.test';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
  auth = authFor();
  for (const email of [ADA, BEN])
    await createUser(database.db, { email, name: email, role: 'viewer', password: PASSWORD });
});
afterAll(() => database.close());
beforeEach(() => database.db.delete(signInTries));

const authFor = (
  secret = 'only-for-tests-only-for-tests-only-for-tests',
  app: 'scheduler' | 'scheduler-admin' = 'scheduler',
) =>
  createAuth({
    db: database.db,
    secret,
    baseUrl: ORIGIN,
    trustedOrigins: [ORIGIN],
    app,
    sessions: { idleHours: 12, maxHours: 168 },
    log: { info: () => {}, warn: () => {}, error: () => {} },
  });
let auth: Auth;

/** Attempts to sign in; resolves to the status and the device's cookie after it. */
async function signIn(attempt: {
  email?: string;
  password?: string;
  from?: string;
  device?: string;
}): Promise<{ status: number; device: string }> {
  const answer = await auth.handler(
    new Request(`${ORIGIN}/api/auth/sign-in/email`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        origin: ORIGIN,
        [CLIENT_ADDRESS_HEADER]: attempt.from ?? '198.18.0.1',
        ...(attempt.device ? { cookie: attempt.device } : {}),
      },
      body: JSON.stringify({ email: attempt.email ?? ADA, password: attempt.password ?? PASSWORD }),
    }),
  );
  const set = answer.headers.getSetCookie().find((line) => line.startsWith('__Host-scheduler.device='));
  return { status: answer.status, device: set?.split(';')[0] ?? attempt.device ?? '' };
}
const guess = (attempt: { email?: string; from?: string; device?: string }) =>
  signIn({ ...attempt, password: 'a wrong password' }).then(({ status }) => status);
/** An address in a network of its own. */
const elsewhere = (n: number) => `198.19.${n}.1`;

/** Whether a stranger's attempt is let through to the password, which is wrong. */
const isLookedAt = (email: string, address: string): Promise<boolean> =>
  beginSignIn(database.db, { email, from: { address } }).then(
    () => true,
    (error: unknown) => {
      if (error instanceof TooEarly) return false;
      throw error;
    },
  );
/** Who has to wait now waits for an hour more, however slow this machine is. */
const holdWaits = () =>
  database.sql`update sign_in_tries set wait_until = wait_until + interval '1 hour' where wait_until > last_at + interval '4 seconds'`;
/** Every wait is over, and what was counted stays. */
const waited = () => database.sql`update sign_in_tries set wait_until = app_now() - interval '1 second'`;

/** Strangers guess at an account, each from another network, until all of them have to wait. */
async function strangersGuess(email: string): Promise<void> {
  for (let n = 0; await isLookedAt(email, elsewhere(n)); n++);
  await holdWaits();
}

describe('strangers', () => {
  test.each([
    ['IPv4 addresses of one /24', (n: number) => `203.0.113.${n}`],
    ['IPv4 addresses of one /24, written as IPv6', (n: number) => `::ffff:203.0.113.${n}`],
    ['the same, in hexadecimal', (n: number) => `::ffff:cb00:71${n.toString(16).padStart(2, '0')}`],
    [
      'IPv6 addresses of one /64',
      () => `2001:db8:0:1:${randomBytes(8).toString('hex').match(/.{4}/g)?.join(':')}`,
    ],
  ])('from %s are one', async (_what, addressOf) => {
    for (let n = 0; n < 20; n++) expect(await isLookedAt(`${n}@example.test`, addressOf(n))).toBe(true);
    await holdWaits();
    expect(await isLookedAt('one@example.test', addressOf(21))).toBe(false);
    expect(await isLookedAt('one@example.test', '203.0.114.1')).toBe(true);
    expect(await isLookedAt('one@example.test', '2001:db8:0:2::1')).toBe(true);
  });

  test('at one account are one by their network, too', async () => {
    for (let n = 0; n < 5; n++) expect(await isLookedAt(ADA, `2001:db8:0:1::${n}`)).toBe(true);
    await holdWaits();
    expect((await signIn({ from: '2001:db8:0:1::ffff' })).status).toBe(429);
  });

  test('are refused at once, not asked of the database, where many of one network try at the same moment', async () => {
    const answers: number[] = [];
    let all: Promise<unknown> = Promise.resolve();
    await database.db.transaction(async (tx) => {
      // No attempt is counted meanwhile.
      await tx.execute(sql`lock table ${signInTries} in access exclusive mode`);
      const attempts = Array.from({ length: 30 }, (_, n) =>
        guess({ email: `${n}@example.test`, from: '203.0.113.9' }),
      );
      all = Promise.all(attempts.map(async (one) => answers.push(await one)));
      await vi.waitFor(() => expect(answers).toEqual(Array(10).fill(429)));
    });
    await all;
    expect(answers.slice(10)).toEqual(Array(20).fill(401));
    expect(await guess({ from: elsewhere(1) })).toBe(401);
    await waited();
    expect((await signIn({ from: '203.0.113.9' })).status).toBe(200);
  });

  test('are one where a proxy names a port with their address', () => {
    expect(networkOf('203.0.113.9:4711')).toBe(networkOf('203.0.113.200'));
    expect(networkOf('[2001:db8:0:1::9]:4711')).toBe(networkOf('2001:db8:0:1::1'));
    expect(networkOf('[2001:db8:0:1::9]')).toBe(networkOf('2001:db8:0:1::1'));
  });

  test('whose address is none are taken by what there is', () => {
    expect(networkOf('')).toBe('');
    expect(networkOf('unix socket')).toBe('unix socket');
    expect(networkOf('::ffff:203.0.113.9')).toBe(networkOf('203.0.113.200'));
    expect(networkOf('fe80::1%eth0')).toBe(networkOf('fe80::2'));
    expect(networkOf('::1')).not.toBe(networkOf('127.0.0.1'));
  });
});

describe('somebody whose account strangers guess at', () => {
  test('signs in by a device where they did before, at every attempt, from anywhere; on a new one they wait', async () => {
    const { device } = await signIn({});
    await strangersGuess(ADA);
    expect((await signIn({ from: elsewhere(200) })).status).toBe(429);
    for (let n = 0; n < 10; n++) {
      expect((await signIn({ device, from: elsewhere(n) })).status).toBe(200);
      expect(await guess({ from: elsewhere(201) })).toBe(429);
    }
  });

  test('does not end the strangers’ wait by signing in', async () => {
    const { device } = await signIn({});
    await strangersGuess(ADA);
    const counts = () => database.sql`select key, tries from sign_in_tries order by key`;
    const before = await counts();
    await signIn({ device });
    expect(await counts()).toEqual(before);
  });

  test('signs in though others guess in their own network', async () => {
    const { device } = await signIn({ from: '203.0.113.9' });
    for (let n = 0; n < 20; n++) await isLookedAt(`${n}@example.test`, '203.0.113.50');
    await holdWaits();
    expect((await signIn({ from: '203.0.113.9' })).status).toBe(429);
    expect((await signIn({ from: '203.0.113.9', device })).status).toBe(200);
  });
});

describe('a known device', () => {
  test('waits for its own wrong guesses, and nobody else does', async () => {
    const { device } = await signIn({});
    for (let n = 0; n < 5; n++) expect(await guess({ device })).toBe(401);
    await holdWaits();
    expect((await signIn({ device })).status).toBe(429);
    expect((await signIn({})).status).toBe(200);
    await waited();
    expect((await signIn({ device })).status).toBe(200);
  });

  test('is a stranger’s for everybody else, and for several users known to each', async () => {
    const mine = (await signIn({ email: ADA })).device;
    await strangersGuess(BEN);
    expect((await signIn({ email: BEN, device: mine, from: elsewhere(200) })).status).toBe(429);
    await waited();
    const shared = (await signIn({ email: BEN, device: mine, from: elsewhere(200) })).device;
    await strangersGuess(BEN);
    await strangersGuess(ADA);
    expect((await signIn({ email: BEN, device: shared })).status).toBe(200);
    expect((await signIn({ email: ADA, device: shared })).status).toBe(200);
  });

  test('can’t be made up, taken to another number or app, or signed with another secret', async () => {
    const { device } = await signIn({});
    const [name, value = ''] = device.split('=');
    const [id = '', signature = ''] = value.split('.');
    const other = authFor('another-secret-another-secret-another').rememberDevice(new Headers(), ADA);
    const atAdmin = authFor(undefined, 'scheduler-admin').rememberDevice(new Headers(), ADA);
    const [, valueAtAdmin = ''] = atAdmin.split(';')[0]?.split('=') ?? [];
    await strangersGuess(ADA);
    const madeUp = [
      `${id}.${'A'.repeat(22)}`,
      `${'A'.repeat(22)}.${signature}`,
      id,
      `${signature}.${id}`,
      `${value}.${'x'.repeat(3000)}`,
      value.slice(0, -1),
      valueAtAdmin,
      '',
    ];
    for (const wrong of [...madeUp.map((text) => `${name}=${text}`), other.split(';')[0] ?? '']) {
      expect((await signIn({ device: wrong, from: elsewhere(200) })).status, wrong).toBe(429);
    }
  });

  test('keeps a cookie that scripts can’t read, that names nobody and opens nothing', async () => {
    const line = auth.rememberDevice(new Headers(), ADA);
    expect(line).toMatch(
      /^__Host-scheduler\.device=[\w.-]+; Path=\/; Max-Age=34560000; HttpOnly; SameSite=Lax; Secure$/,
    );
    expect(line).not.toMatch(/ada|example/i);
    expect(await auth.userOf(new Headers({ cookie: line.split(';')[0] ?? '' }))).toBeNull();
  });

  test('remembers eight users and no more', async () => {
    let cookie = '';
    for (let n = 0; n < 20; n++) {
      const headers = new Headers(cookie ? { cookie } : {});
      cookie = auth.rememberDevice(headers, `${n}@example.test`).split(';')[0] ?? '';
    }
    expect(cookie.split('.')).toHaveLength(2 + 8);
    const again = auth.rememberDevice(new Headers({ cookie }), '19@example.test');
    expect(again.split(';')[0]).toBe(cookie);
  });
});
