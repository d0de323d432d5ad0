import { randomBytes } from 'node:crypto';
import { connect } from '@scheduler/db';
import type { AppRouter } from '@scheduler/server/router';
import { postgresSession } from '@scheduler/sync';
import { createTRPCClient, httpLink } from '@trpc/client';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startApp } from './lib/apps.ts';
import { openSwitchboard } from './lib/chaos/switchboard.ts';
import { DEMO, type Infrastructure, temporaryInfrastructure } from './lib/infrastructure.ts';
import { answers, ROOT, type Running, start, waitFor } from './lib/process.ts';

/** The secrets that must not appear anywhere, by description. */
const secrets = new Map<string, string>();
const plant = (what: string, value = `planted-${randomBytes(9).toString('hex')}`): string => {
  secrets.set(what, value);
  return value;
};
/** The texts that are searched for secrets, by source. */
const places = new Map<string, string>();
const keep = (where: string, text: string) => {
  places.set(where, (places.get(where) ?? '') + text);
};

let infrastructure: Infrastructure;
const running: Running[] = [];

function watched(name: string, process: Running): Running {
  for (const stream of [process.process.stdout, process.process.stderr]) {
    stream?.on('data', (text: string) => keep(`output of ${name}`, text));
  }
  running.push(process);
  return process;
}
const app = (name: string, settings: Record<string, string> = {}, main = 'src/main.ts') =>
  watched(`${name} ${main}`, startApp(infrastructure, name, main, { LOG_LEVEL: 'trace', ...settings }));

beforeAll(async () => {
  infrastructure = await temporaryInfrastructure();
  const { env } = infrastructure;
  plant('the superuser’s password', new URL(infrastructure.databaseUrl).password);
  plant('the migrator’s password', new URL(infrastructure.migratorUrl).password);
  plant('the app’s password', new URL(env.DATABASE_URL ?? '').password);
  plant('AUTH_SECRET', env.AUTH_SECRET);
  plant('CROSSMARK_SESSION_KEY', env.CROSSMARK_SESSION_KEY);
  plant('Crossmark’s password', DEMO.crossmark.password);
  plant('a user’s password', DEMO.password);
});
afterAll(async () => {
  await Promise.all(running.map((process) => process.stop()));
  await infrastructure?.stop();
});

test('no planted secret comes out of any failure: not in logs, jobs, attempts, audit, metrics or pages', async () => {
  const { env, ports } = infrastructure;
  const serverUrl = `http://127.0.0.1:${ports.server}`;
  const adminUrl = `http://127.0.0.1:${ports.admin}`;
  const crossmark = openSwitchboard(infrastructure.simulatorUrl);
  const quick = { SYNC_RETRY_BLIP_SECONDS: '0.2', SYNC_RETRY_BASE_SECONDS: '0.2' };
  const [server, admin, worker] = [app('server'), app('admin'), app('worker', quick)];
  await Promise.all([
    waitFor('The server', answers(`${serverUrl}/healthz`), { process: server }),
    waitFor('The admin page', answers(`${adminUrl}/healthz`), { process: admin }),
    waitFor(
      'The worker',
      async () => places.get('output of worker src/main.ts')?.includes('worker is ready'),
      {
        process: worker,
      },
    ),
  ]);

  const ask = async (url: string, init: RequestInit = {}): Promise<Response> => {
    const answer = await fetch(url, init).catch(() => new Response('no answer', { status: 599 }));
    const said = JSON.stringify([...answer.headers].filter(([name]) => name !== 'set-cookie'));
    keep(
      `answers of ${new URL(url).port === String(ports.admin) ? 'admin' : 'server'}`,
      `${said} ${await answer.clone().text()}\n`,
    );
    return answer;
  };
  const post = (base: string, path: string, body: unknown, cookie = '') => {
    const origin = base === adminUrl ? adminUrl : (env.WEB_ORIGIN ?? '');
    return ask(base + path, {
      method: 'POST',
      headers: { 'content-type': 'application/json', origin, cookie },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });
  };
  const signIn = async (base: string, what: string) => {
    const answer = await post(base, '/api/auth/sign-in/email', {
      email: 'admin@demo.test',
      password: DEMO.password,
    });
    expect(answer.status).toBe(200);
    const [cookie = ''] = answer.headers.getSetCookie().map((each) => each.split(';')[0] ?? '');
    plant(what, cookie.split('=')[1]);
    return cookie;
  };
  const cookie = await signIn(serverUrl, 'the auth cookie');
  const adminCookie = await signIn(adminUrl, 'the admin page’s auth cookie');

  const api = createTRPCClient<AppRouter>({
    links: [httpLink({ url: `${serverUrl}/trpc`, headers: { cookie, origin: env.WEB_ORIGIN ?? '' } })],
  });
  const [employee] = await api.employees.list.query({});
  const made = await api.feeds.makeOfPerson.mutate({ employeeId: employee?.id ?? 0, replaces: null });
  const feed = plant('the token of a calendar feed', made.token);

  const wrong = plant('a wrong password');
  const next = plant('a new password that is refused');
  const token = plant('a token of no link');
  const failures = async () => {
    for (const base of [serverUrl, adminUrl]) {
      await post(base, '/api/auth/sign-in/email', { email: 'admin@demo.test', password: wrong });
      await post(base, '/api/auth/sign-in/email', { email: wrong, password: wrong });
      await post(base, '/api/auth/sign-in/email', `{"email":"admin@demo.test","password":"${wrong}"`);
      await post(base, '/api/auth/sign-in/email', { email: 'admin@demo.test', password: [wrong] });
    }
    for (const body of [
      { current: wrong, password: next },
      { current: [DEMO.password], password: { next } },
    ]) {
      await post(serverUrl, '/trpc/account.changePassword', body, cookie);
    }
    await post(
      serverUrl,
      '/trpc/account.changePassword',
      { current: DEMO.password, password: 'short' },
      cookie,
    );
    await post(serverUrl, '/trpc/access.accept', { token, password: next });
    await post(serverUrl, '/trpc/access.accept', { token: [token], password: { next } });
    await post(serverUrl, '/trpc/schedules.create', `{"password":"${next}"`, cookie);
    await ask(`${serverUrl}/trpc/sync.get?input=${encodeURIComponent(JSON.stringify({ eventId: next }))}`, {
      headers: { cookie },
    });
    await ask(`${serverUrl}/trpc/board.week`, { headers: { cookie } });
    for (const path of [`/api/feeds/${feed}.ics`, `/api/feeds/${feed}`, `/trpc/${feed}`, `/%${feed}`]) {
      await fetch(serverUrl + path).catch(() => undefined);
    }
    await ask(`${serverUrl}/readyz`);
    for (const path of [
      '/trpc/overview',
      '/trpc/charts?input=%7B%22range%22%3A%22hour%22%7D',
      '/queues/api/queues',
      '/queues/',
      '/',
    ]) {
      await ask(adminUrl + path, { headers: { cookie: adminCookie } });
    }
    await post(adminUrl, '/trpc/retryAll', {}, adminCookie);
  };
  await failures();

  // Crossmark refuses calls, loses its session, shows its sign-in page, and has another password.
  const refreshed = async (states: string[]) => {
    const { runId } = await api.sync.refreshNow.mutate();
    await waitFor('The refresh', async () =>
      states.includes((await api.sync.refreshRun.query({ runId })).state),
    );
  };
  await refreshed(['done']);
  const database = connect(infrastructure.databaseUrl, { max: 2 });
  const session = await postgresSession({
    db: database.db,
    baseUrl: infrastructure.simulatorUrl,
    userId: DEMO.crossmark.userId,
    keys: [Buffer.from(env.CROSSMARK_SESSION_KEY ?? '', 'base64')],
    leaseMs: 1_000,
  }).current();
  plant('Crossmark’s session', session?.cookie.split('=').at(-1));
  await crossmark.configure({ expiredLook: 'loginPage' });
  await crossmark.expireSessions();
  await crossmark.addFaults([
    { kind: 'garbage' },
    { kind: 'truncate' },
    { kind: 'status' },
    { kind: 'drop' },
  ]);
  await refreshed(['done', 'failed']);
  const wrongCrossmark = plant('a Crossmark password that is wrong');
  await worker.stop();
  await crossmark.expireSessions();
  await crossmark.clearLog();
  const locked = app('worker', { ...quick, CROSSMARK_PASSWORD: wrongCrossmark });
  await api.sync.refreshNow.mutate();
  const refusedSignIn = async () => {
    await crossmark.collect();
    return crossmark.calls().some((call) => call.call === 'authenticate' && call.finishedAt !== null);
  };
  await waitFor('The refused sign-in', refusedSignIn, { process: locked });

  // Postgres stops while all apps run, and starts again.
  await infrastructure.postgres?.stop();
  await failures();
  await infrastructure.postgres?.start();
  await waitFor('The server', answers(`${serverUrl}/readyz`), { process: server });
  await failures();

  // Processes that can't start, or that the database refuses.
  const lockedOut = new URL(env.DATABASE_URL ?? '');
  lockedOut.password = plant('a database password that is wrong');
  const elsewhere = { DATABASE_URL: lockedOut.href, SERVER_PORT: '0', ADMIN_PORT: '0' };
  const shortSecret = plant('an AUTH_SECRET that is too short', 'planted-short');
  const doomed = [
    app('server', elsewhere),
    app('server', elsewhere, 'src/migrate.ts'),
    app('worker', elsewhere, 'src/reseal.ts'),
    app('server', { AUTH_SECRET: shortSecret }),
    app('worker', { CROSSMARK_SESSION_KEY: shortSecret }),
    app('admin', { AUTH_SECRET: shortSecret }),
    watched(
      'users',
      start('users', process.execPath, ['apps/server/src/cli/users.ts', 'list'], {
        cwd: ROOT,
        env: elsewhere,
      }),
    ),
  ];
  await Promise.all(doomed.map((each) => each.ended));

  const tables = await database.sql<{ name: string }[]>`
    select format('%I.%I', schemaname, tablename) as name from pg_tables where schemaname in ('public', 'graphile_worker')`;
  for (const { name } of tables) {
    // The row of a session contains the signed part of its cookie, which gives no access without
    // AUTH_SECRET.
    const [dump] = await database.sql.unsafe(`select coalesce(json_agg(t)::text, '') as text from ${name} t`);
    keep(`table ${name}`, String(dump?.text));
  }
  await database.close();
  if (infrastructure.redisUrl) {
    const redis = new Redis(infrastructure.redisUrl);
    for (const key of await redis.keys('*')) {
      keep('metrics', key);
      for (const read of [['get'], ['hgetall'], ['smembers'], ['zrange', '0', '-1'], ['lrange', '0', '-1']]) {
        const [command = '', ...rest] = read;
        keep('metrics', JSON.stringify(await redis.call(command, key, ...rest).catch(() => '')));
      }
    }
    redis.disconnect();
  }

  // The searched texts contain what they should.
  expect(places.get('output of server src/main.ts')).toContain('procedure failed');
  expect(places.get('output of worker src/main.ts')).toMatch(/sign-in|session/);
  expect(places.get('table public.sync_attempts') ?? places.get('table public.refresh_runs')).toBeTruthy();
  expect(places.get('table graphile_worker._private_jobs')).toContain('runId');
  expect(places.get('answers of admin')).toContain('refresh_events');
  const leaks = [...secrets].flatMap(([what, secret]) => {
    expect(secret.length, what).toBeGreaterThan(8);
    const spellings = [secret, encodeURIComponent(secret), decodeURIComponent(secret)];
    return [...places].flatMap(([where, text]) =>
      spellings.some((each) => text.includes(each)) ? [`${what} in ${where}`] : [],
    );
  });
  expect(leaks).toEqual([]);
}, 240_000);
