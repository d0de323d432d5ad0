import { request } from 'node:http';
import { createUser } from '@scheduler/auth';
import { userSessions, users } from '@scheduler/db';
import { createLogger } from '@scheduler/runtime';
import { MALFORMED_REQUESTS, sendRaw } from '@scheduler/runtime/testing';
import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import {
  addEvent,
  addPerson,
  addStore,
  type Client,
  client,
  emailOf,
  empty,
  everything,
  need,
  ORIGIN,
  refusalOf,
  signIn,
  startTestServer,
  type TestServer,
} from '../../test/fixture.ts';
import { appRouter } from '../router.ts';
import { buildServer } from './app.ts';

const PLAN_SETTINGS = {
  types: null,
  horizonDays: 7,
  earliestInDays: 1,
  allow: [],
  afterImport: false,
  nightlyAt: null,
};

let server: TestServer;

beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.close());

const procedures = Object.entries(appRouter._def.procedures as unknown as Record<string, Procedure>);
interface Procedure {
  _def: { type: 'query' | 'mutation' | 'subscription'; meta?: { role?: string } };
}

/** Calls a procedure over HTTP, as a browser with or without a session would. */
async function call(
  name: string,
  options: { type: string; cookie?: string; origin?: string; body?: unknown },
) {
  const mutation = options.type === 'mutation';
  const answer = await fetch(`${server.url}/trpc/${name}`, {
    method: mutation ? 'POST' : 'GET',
    headers: {
      ...(mutation ? { 'content-type': 'application/json' } : {}),
      ...(options.cookie ? { cookie: options.cookie } : {}),
      // Null sends no Origin header.
      ...(options.origin === undefined && { origin: ORIGIN }),
      ...(options.origin && { origin: options.origin }),
    },
    ...(mutation ? { body: JSON.stringify(options.body ?? {}) } : {}),
  });
  return { status: answer.status, text: await answer.text() };
}

/** Open to everybody who has a one-time link: the link says what may be done. */
const BY_LINK = ['access.open', 'access.accept', 'access.setUp'];
/** Everybody's own password, sessions and digests, a viewer's too. */
const OWN_ACCOUNT = ['account.endSession', 'account.changePassword', 'account.setDigest'];
const withRole = procedures.filter(([name]) => !BY_LINK.includes(name));
const writesForOthers = withRole.filter(
  ([name, { _def: def }]) => def.type === 'mutation' && !OWN_ACCOUNT.includes(name),
);

describe('every procedure', () => {
  test('declares a role, and what writes is never a viewer’s', () => {
    expect(procedures.length).toBeGreaterThan(20);
    for (const [name, { _def: def }] of procedures) {
      const roles = BY_LINK.includes(name) ? ['anyone'] : ['viewer', 'dispatcher', 'admin'];
      expect(roles, name).toContain(def.meta?.role);
    }
    for (const [name, { _def: def }] of writesForOthers) expect(def.meta?.role, name).not.toBe('viewer');
  });

  test('about who may sign in is shown only to admins', () => {
    for (const [name, { _def: def }] of procedures) {
      if (name.startsWith('users.')) expect(def.meta?.role, name).toBe('admin');
    }
  });

  test.each(withRole)('%s is refused to somebody who isn’t signed in', async (name, { _def: def }) => {
    const answer = await call(name, { type: def.type });
    expect(answer.text).toContain('UNAUTHORIZED');
    expect(answer.text).toContain('Sign in');
  });

  test.each(writesForOthers)('%s is refused to a viewer', async (name) => {
    const answer = await call(name, { type: 'mutation', cookie: await server.cookieOf('viewer') });
    expect(answer.status).toBe(403);
    expect(answer.text).toContain('only a');
  });

  test.each(procedures.filter(([, { _def: def }]) => def.meta?.role === 'admin'))(
    '%s is refused to a dispatcher',
    async (name, { _def: def }) => {
      const answer = await call(name, { type: def.type, cookie: await server.cookieOf('dispatcher') });
      expect(answer.status).toBe(403);
      expect(answer.text).toContain('only an admin');
    },
  );

  test.each(procedures.filter(([, { _def: def }]) => def.type === 'mutation'))(
    '%s is refused to another site’s page, and to none',
    async (name) => {
      const cookie = await server.cookieOf('admin');
      for (const origin of ['https://evil.example', '']) {
        const answer = await call(name, { type: 'mutation', cookie, origin });
        expect(answer.status).toBe(403);
        expect(answer.text).toContain('Open it there');
      }
    },
  );
});

describe('signing in', () => {
  const post = (path: string, body: unknown, headers: Record<string, string> = {}) =>
    fetch(`${server.url}/api/auth/${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', origin: ORIGIN, ...headers },
      body: JSON.stringify(body),
    });

  test('gives a cookie that scripts and other sites can’t use', async () => {
    const answer = await post('sign-in/email', {
      email: emailOf('admin'),
      password: 'a long enough password',
    });
    const [cookie = ''] = answer.headers.getSetCookie();
    expect(cookie).toMatch(/^scheduler\.session_token=/);
    expect(cookie).toMatch(/HttpOnly/i);
    expect(cookie).toMatch(/SameSite=Lax/i);
    // Plain HTTP on localhost; over https the cookie is Secure.
    expect(cookie).not.toMatch(/Secure/i);
  });

  test('with a wrong password is refused in words that don’t tell which part was wrong', async () => {
    const wrong = await post('sign-in/email', { email: emailOf('admin'), password: 'not the password' });
    const unknown = await post('sign-in/email', {
      email: 'nobody@example.test',
      password: 'not the password',
    });
    expect(wrong.status).toBe(401);
    expect(await wrong.json()).toEqual(await unknown.json());
  });

  test('from another site’s page is refused', async () => {
    const body = { email: emailOf('admin'), password: 'a long enough password' };
    const answer = await post('sign-in/email', body, { origin: 'https://evil.example' });
    expect(answer.status).toBe(403);
  });

  test('never leads to another site', async () => {
    const body = {
      email: emailOf('admin'),
      password: 'a long enough password',
      callbackURL: 'https://evil.example/',
    };
    const answer = await post('sign-in/email', body);
    expect(answer.headers.get('location')).toBeNull();
    expect(await answer.text()).not.toContain('evil');
  });

  test('up is closed', async () => {
    const body = {
      email: 'new@example.test',
      password: 'a long enough password',
      name: 'New',
      role: 'admin',
    };
    expect((await post('sign-up/email', body)).status).toBeGreaterThanOrEqual(400);
    expect(await server.database.db.$count(users, eq(users.email, 'new@example.test'))).toBe(0);
  });

  test('does not let anybody change their own role', async () => {
    await createUser(server.database.db, {
      email: 'climber@example.test',
      name: 'Climber',
      role: 'viewer',
      password: 'a long enough password',
    });
    const cookie = await signIn(server.url, 'climber@example.test', 'a long enough password');
    await post('update-user', { name: 'Climber', role: 'admin' }, { cookie });
    const [user] = await server.database.db
      .select()
      .from(users)
      .where(eq(users.email, 'climber@example.test'));
    expect(user?.role).toBe('viewer');
  });

  test('out ends the session on the server', async () => {
    await createUser(server.database.db, {
      email: 'leaver@example.test',
      name: 'Leaver',
      role: 'viewer',
      password: 'a long enough password',
    });
    const cookie = await signIn(server.url, 'leaver@example.test', 'a long enough password');
    const api = client(server.url, { cookie, origin: ORIGIN });
    await api.sync.summary.query();
    await post('sign-out', {}, { cookie });
    expect((await refusalOf(api.sync.summary.query())).code).toBe('UNAUTHORIZED');
  });

  test('a role that is taken away counts at once', async () => {
    await createUser(server.database.db, {
      email: 'demoted@example.test',
      name: 'Demoted',
      role: 'dispatcher',
      password: 'a long enough password',
    });
    const cookie = await signIn(server.url, 'demoted@example.test', 'a long enough password');
    const api = client(server.url, { cookie, origin: ORIGIN });
    await api.sync.refreshNow.mutate();
    await server.database.db
      .update(users)
      .set({ role: 'viewer' })
      .where(eq(users.email, 'demoted@example.test'));
    expect((await refusalOf(api.sync.refreshNow.mutate())).code).toBe('FORBIDDEN');
  });

  test('again and again from one address is throttled, from another it is not, and signed-in work never is', async () => {
    const statusesFrom = async (address: string) => {
      const statuses: number[] = [];
      for (let i = 0; i < 21; i++) {
        const body = { email: 'nobody@example.test', password: 'guess' };
        statuses.push((await post('sign-in/email', body, { 'x-forwarded-for': address })).status);
      }
      return statuses;
    };
    expect((await statusesFrom('203.0.113.7')).at(-1)).toBe(429);
    // What a client says of its own address before the nearest proxy does not count.
    expect((await statusesFrom('198.51.100.1, 203.0.113.7'))[0]).toBe(429);
    expect(
      (await post('sign-in/email', { email: 'a@b.test', password: 'x' }, { 'x-forwarded-for': '198.18.8.1' }))
        .status,
    ).toBe(401);
    const api = await server.as('viewer');
    for (let i = 0; i < 150; i++) await api.sync.summary.query();
  });

  test('again and again to one account from one place has to wait, longer with each attempt, right or wrong', async () => {
    const email = 'guessed@example.test';
    await createUser(server.database.db, {
      email,
      name: 'Guessed',
      role: 'viewer',
      password: 'a long enough password',
    });
    const from = { 'x-forwarded-for': '198.18.20.1' };
    const attempt = (password: string, headers = from) => post('sign-in/email', { email, password }, headers);
    for (let i = 0; i < 5; i++) expect((await attempt(`wrong-password-${i}`)).status).toBe(401);
    const waits: number[] = [];
    for (let i = 0; i < 4; i++) {
      // The right password too: nobody learns by it that it is right.
      const refused = await attempt('a long enough password');
      expect(refused.status).toBe(429);
      expect(await refused.text()).not.toContain('long enough');
      waits.push(Number(refused.headers.get('retry-after')));
      await server.database.sql`update sign_in_tries set wait_until = app_now() - interval '1 second'`;
      expect((await attempt('still-the-wrong-one')).status).toBe(401);
    }
    const [first = 0, second = 0, third = 0, fourth = 0] = waits;
    expect(first).toBeGreaterThan(0);
    expect(second).toBeGreaterThan(first);
    expect(third).toBeGreaterThan(second);
    expect(fourth).toBeGreaterThan(third);
    // Somebody else's guesses don't lock the person out.
    expect((await attempt('a long enough password', { 'x-forwarded-for': '198.18.21.1' })).status).toBe(200);
  });

  test('by many at once is counted before a password is looked at', async () => {
    const body = { email: 'crowd@example.test', password: 'guess-guess-guess' };
    const answers = await Promise.all(
      Array.from({ length: 30 }, () => post('sign-in/email', body, { 'x-forwarded-for': '198.18.30.1' })),
    );
    expect(answers.filter((answer) => answer.status === 401).length).toBeLessThanOrEqual(5);
    expect(answers.filter((answer) => answer.status === 429).length).toBeGreaterThanOrEqual(25);
  });

  test('keeps neither the addresses nor the e-mails that were tried', async () => {
    const [rows] = await server.database.sql`select json_agg(t)::text as text from sign_in_tries t`;
    expect(String(rows?.text)).not.toMatch(/203\.0\.113|example/);
  });

  test('keeps a session without the password anywhere in it', async () => {
    const sessions = await server.database.db.select().from(userSessions);
    expect(sessions.length).toBeGreaterThan(0);
    expect(JSON.stringify(sessions)).not.toContain('long enough');
  });
});

describe('bad input', () => {
  let api: Client;
  let storeId: number;
  let eventId: number;
  let person: number;
  let scheduleId: number;

  beforeEach(async () => {
    const { db } = server.database;
    await empty(server.database);
    api = await server.as('dispatcher');
    storeId = await addStore(db);
    eventId = await addEvent(db, { storeId });
    person = await addPerson(db, { storeId, name: 'Ada Example', employeeNumber: 'US000001' });
    await addPerson(db, { storeId, name: 'Ben Sample', employeeNumber: 'US000002' });
    const core = await addEvent(db, { storeId });
    ({ scheduleId } = await api.schedules.create.mutate({
      eventId: core,
      employeeId: person,
      startsAt: '2026-01-05T15:45:00.000Z',
    }));
  });

  const unknown = 987_654;
  /** A PDF of one empty page. */
  const ONE_PAGE = Buffer.from(
    '%PDF-1.4\n1 0 obj\n<< /Type /Catalog /Pages 2 0 R >>\nendobj\n2 0 obj\n<< /Type /Pages /Count 1 /Kids [3 0 R] >>\nendobj\n3 0 obj\n<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] >>\nendobj\ntrailer\n<< /Size 4 /Root 1 0 R >>\n%%EOF\n',
  ).toString('base64');
  const newcomer = { email: 'new@example.test', name: 'New', password: 'a long enough password' };
  /** A user in the version that an admin sees. */
  const seenUser = async (role: 'viewer' | 'admin') => {
    const { users: all } = await (await server.as('admin')).users.list.query();
    const user = need(all.find((each) => each.email === emailOf(role)));
    return { userId: user.id, version: user.version };
  };
  const invited = { email: 'new@example.test', name: 'New', role: 'viewer' as const };
  const at = '2026-01-06T15:45:00.000Z';
  type Case = [what: string, code: string, says: RegExp, run: () => Promise<unknown>];
  /** Past the types, as a stranger's program would. */
  const raw = (input: unknown) => input as never;
  const cases: Case[] = [
    [
      'create: unknown event',
      'NOT_FOUND',
      /no event 987654/,
      () => api.schedules.create.mutate({ eventId: unknown, employeeId: person, startsAt: at }),
    ],
    [
      'create: unknown person',
      'NOT_FOUND',
      /no person 987654/,
      () => api.schedules.create.mutate({ eventId, employeeId: unknown, startsAt: at }),
    ],
    [
      'create: a time without a zone',
      'BAD_REQUEST',
      /startsAt.*such as/,
      () => api.schedules.create.mutate({ eventId, employeeId: person, startsAt: '2026-01-06T10:45' }),
    ],
    [
      'create: a day that doesn’t exist',
      'BAD_REQUEST',
      /startsAt/,
      () =>
        api.schedules.create.mutate({ eventId, employeeId: person, startsAt: '2026-02-30T10:45:00.000Z' }),
    ],
    [
      'create: seconds',
      'BAD_REQUEST',
      /full minute/,
      () =>
        api.schedules.create.mutate({ eventId, employeeId: person, startsAt: '2026-01-06T15:45:01.000Z' }),
    ],
    [
      'create: a time far outside',
      'BAD_REQUEST',
      /between 2000 and 2099/,
      () =>
        api.schedules.create.mutate({ eventId, employeeId: person, startsAt: '9999-01-06T15:45:00.000Z' }),
    ],
    [
      'create: outside the window',
      'UNPROCESSABLE_CONTENT',
      /outside/,
      () =>
        api.schedules.create.mutate({ eventId, employeeId: person, startsAt: '2026-01-15T15:45:00.000Z' }),
    ],
    [
      'create: an id that is no number',
      'BAD_REQUEST',
      /eventId must be/,
      () =>
        api.schedules.create.mutate(
          raw({ eventId: '1; drop table events', employeeId: person, startsAt: at }),
        ),
    ],
    [
      'create: an id too large for the database',
      'BAD_REQUEST',
      /eventId/,
      () => api.schedules.create.mutate({ eventId: 2 ** 40, employeeId: person, startsAt: at }),
    ],
    [
      'create: an empty reason',
      'BAD_REQUEST',
      /overrideReason/,
      () => api.schedules.create.mutate({ eventId, employeeId: person, startsAt: at, overrideReason: '  ' }),
    ],
    [
      'create: a reason that Postgres can’t keep',
      'BAD_REQUEST',
      /overrideReason/,
      () =>
        api.schedules.create.mutate({
          eventId,
          employeeId: person,
          startsAt: at,
          overrideReason: 'a\u0000b',
        }),
    ],
    [
      'create: a field that isn’t one',
      'BAD_REQUEST',
      /workDate/,
      () =>
        api.schedules.create.mutate(
          raw({ eventId, employeeId: person, startsAt: at, workDate: '2026-01-06' }),
        ),
    ],
    [
      'create many: none',
      'BAD_REQUEST',
      /one event at least/,
      () => api.schedules.createMany.mutate({ items: [] }),
    ],
    [
      'create many: no person',
      'BAD_REQUEST',
      /employeeId/,
      () => api.schedules.createMany.mutate(raw({ items: [{ eventId, startsAt: at }] })),
    ],
    [
      'reschedule: unknown schedule',
      'NOT_FOUND',
      /no schedule 987654/,
      () => api.schedules.reschedule.mutate({ scheduleId: unknown, version: 1, startsAt: at }),
    ],
    [
      'reschedule: unknown person',
      'NOT_FOUND',
      /no person 987654/,
      () => api.schedules.reschedule.mutate({ scheduleId, version: 1, startsAt: at, employeeId: unknown }),
    ],
    [
      'reschedule: outside the window',
      'UNPROCESSABLE_CONTENT',
      /outside/,
      () => api.schedules.reschedule.mutate({ scheduleId, version: 1, startsAt: '2025-12-31T15:45:00.000Z' }),
    ],
    [
      'reschedule: no time',
      'BAD_REQUEST',
      /startsAt/,
      () => api.schedules.reschedule.mutate(raw({ scheduleId, version: 1 })),
    ],
    [
      'lengthen: unknown event',
      'NOT_FOUND',
      /no event 987654/,
      () => api.csv.lengthen.mutate({ cores: [{ eventId: unknown, schedule: null }] }),
    ],
    ['lengthen: no Core', 'BAD_REQUEST', /one Core at least/, () => api.csv.lengthen.mutate({ cores: [] })],
    [
      'type of an event: unknown event',
      'NOT_FOUND',
      /no event 987654/,
      () => api.events.setType.mutate({ eventId: unknown, type: 'Core', seen: 'Core' }),
    ],
    [
      'type of an event: not the one it has',
      'CONFLICT',
      /was changed after you opened it/,
      () => api.events.setType.mutate({ eventId, type: 'Other', seen: 'Freeosk' }),
    ],
    [
      'type of an event: unknown type',
      'BAD_REQUEST',
      /type/,
      () => api.events.setType.mutate({ eventId, type: raw('Party'), seen: 'Core' }),
    ],
    [
      'change employee: unknown schedule',
      'NOT_FOUND',
      /no schedule 987654/,
      () => api.schedules.changeEmployee.mutate({ scheduleId: unknown, version: 1, employeeId: person }),
    ],
    [
      'change employee: unknown person',
      'NOT_FOUND',
      /no person 987654/,
      () => api.schedules.changeEmployee.mutate({ scheduleId, version: 1, employeeId: unknown }),
    ],
    [
      'change employee: no version',
      'BAD_REQUEST',
      /version/,
      () => api.schedules.changeEmployee.mutate(raw({ scheduleId, employeeId: person })),
    ],
    [
      'trade: unknown side',
      'NOT_FOUND',
      /no schedule 987654/,
      () =>
        api.schedules.trade.mutate({ a: { scheduleId, version: 1 }, b: { scheduleId: unknown, version: 1 } }),
    ],
    [
      'trade: with itself',
      'UNPROCESSABLE_CONTENT',
      /nothing to trade/,
      () => api.schedules.trade.mutate({ a: { scheduleId, version: 1 }, b: { scheduleId, version: 1 } }),
    ],
    [
      'trade: half',
      'BAD_REQUEST',
      /b is missing/,
      () => api.schedules.trade.mutate(raw({ a: { scheduleId, version: 1 } })),
    ],
    [
      'reissue: of what was never worked',
      'UNPROCESSABLE_CONTENT',
      /nothing to reissue/,
      () =>
        api.schedules.reissue.mutate({
          eventId,
          employeeId: person,
          startsAt: '2026-01-05T15:45:00.000Z',
          expiresOn: '2026-01-07',
        }),
    ],
    [
      'reissue: a day that is none',
      'BAD_REQUEST',
      /expiresOn/,
      () =>
        api.schedules.reissue.mutate({
          eventId,
          employeeId: person,
          startsAt: '2026-01-05T15:45:00.000Z',
          expiresOn: '2026-02-30',
        }),
    ],
    [
      'reassign: unknown schedule',
      'NOT_FOUND',
      /no schedule 987654/,
      () =>
        api.day.reassign.mutate({
          toEmployeeId: person,
          schedules: [
            { scheduleId, version: 1 },
            { scheduleId: unknown, version: 1 },
          ],
        }),
    ],
    [
      'reassign: unknown schedules alone',
      'NOT_FOUND',
      /no schedule 987654/,
      () =>
        api.day.reassign.mutate({ toEmployeeId: person, schedules: [{ scheduleId: unknown, version: 1 }] }),
    ],
    [
      'reassign: unknown person',
      'NOT_FOUND',
      /no person 987654/,
      () => api.day.reassign.mutate({ toEmployeeId: unknown, schedules: [{ scheduleId, version: 1 }] }),
    ],
    [
      'reassign: nothing',
      'BAD_REQUEST',
      /one schedule at least/,
      () => api.day.reassign.mutate({ toEmployeeId: person, schedules: [] }),
    ],
    [
      'reassign: no version',
      'BAD_REQUEST',
      /version/,
      () => api.day.reassign.mutate(raw({ toEmployeeId: person, schedules: [{ scheduleId }] })),
    ],
    [
      'plan start: the last day before the first',
      'BAD_REQUEST',
      /toDay must not be before fromDay/,
      () => api.plan.start.mutate({ storeId, fromDay: '2026-01-06', toDay: '2026-01-05' }),
    ],
    [
      'plan start: too many days',
      'BAD_REQUEST',
      /toDay must be less than 28 days/,
      () => api.plan.start.mutate({ storeId, fromDay: '2026-01-06', toDay: '2026-03-05' }),
    ],
    [
      'plan start: unknown store',
      'NOT_FOUND',
      /no store 987654/,
      () => api.plan.start.mutate({ storeId: unknown, fromDay: '2026-01-06', toDay: '2026-01-06' }),
    ],
    [
      'plan again: unknown proposal',
      'NOT_FOUND',
      /no proposal 987654/,
      () => api.plan.again.mutate({ proposalId: unknown, version: 1 }),
    ],
    [
      'plan cancel: unknown proposal',
      'NOT_FOUND',
      /no proposal 987654/,
      () => api.plan.cancel.mutate({ proposalId: unknown }),
    ],
    [
      'plan lines: nothing',
      'BAD_REQUEST',
      /must name a line at least/,
      () => api.plan.markLines.mutate({ proposalId: unknown, version: 1, lines: [] }),
    ],
    [
      'plan lines: unknown proposal',
      'NOT_FOUND',
      /no proposal 987654/,
      () =>
        api.plan.markLines.mutate({ proposalId: unknown, version: 1, lines: [{ lineId: 1, ticked: true }] }),
    ],
    [
      'plan line: a time that isn’t one',
      'BAD_REQUEST',
      /time must be a time of day/,
      () =>
        api.plan.moveLine.mutate({
          proposalId: unknown,
          version: 1,
          lineId: 1,
          employeeId: person,
          day: '2026-01-06',
          time: '25:00',
        }),
    ],
    [
      'plan repair: unknown proposal',
      'NOT_FOUND',
      /no proposal 987654/,
      () => api.plan.takeRepair.mutate({ proposalId: unknown, version: 1, eventId }),
    ],
    [
      'plan repair removal: unknown proposal',
      'NOT_FOUND',
      /no proposal 987654/,
      () => api.plan.removeRepair.mutate({ proposalId: unknown, version: 1, eventId }),
    ],
    [
      'plan approve: unknown proposal',
      'NOT_FOUND',
      /no proposal 987654/,
      () => api.plan.approve.mutate({ proposalId: unknown, version: 1 }),
    ],
    [
      'plan undo: unknown approval',
      'NOT_FOUND',
      /no approval 987654/,
      () => api.plan.undoApproval.mutate({ approvalId: unknown }),
    ],
    [
      'plan cover: the last day before the first',
      'BAD_REQUEST',
      /must not be before the first day/,
      () =>
        api.plan.coverAbsence.mutate({
          employeeId: person,
          version: 1,
          startsOn: '2026-01-06',
          endsOn: '2026-01-05',
        }),
    ],
    [
      'plan cover: the end of the hours before their beginning',
      'BAD_REQUEST',
      /untilTime must be later than/,
      () =>
        api.plan.coverAbsence.mutate({
          employeeId: person,
          version: 1,
          startsOn: '2026-01-06',
          endsOn: '2026-01-06',
          fromTime: '13:00',
          untilTime: '11:00',
        }),
    ],
    [
      'plan cover: unknown person',
      'NOT_FOUND',
      /no person 987654/,
      () =>
        api.plan.coverAbsence.mutate({
          employeeId: unknown,
          version: 1,
          startsOn: '2026-01-06',
          endsOn: '2026-01-06',
        }),
    ],
    [
      'plan undo cover: unknown proposal',
      'NOT_FOUND',
      /no proposal 987654/,
      () => api.plan.undoCover.mutate({ proposalId: unknown }),
    ],
    [
      'plan cover leaving: unknown person',
      'NOT_FOUND',
      /no person 987654/,
      () => api.plan.coverLeaving.mutate({ employeeId: unknown, lastDay: '2026-01-06' }),
    ],
    [
      'plan cover closed: a day on which the store is open',
      'UNPROCESSABLE_CONTENT',
      /The store is open on Tue Jan 6/,
      () => api.plan.coverClosedDay.mutate({ storeId, day: '2026-01-06' }),
    ],
    [
      'plan discard: unknown proposal',
      'NOT_FOUND',
      /no proposal 987654/,
      () => api.plan.discard.mutate({ proposalId: unknown, version: 1 }),
    ],
    [
      'plan restore: unknown proposal',
      'NOT_FOUND',
      /no proposal 987654/,
      () => api.plan.restore.mutate({ proposalId: unknown, version: 1 }),
    ],
    [
      'turn: a weekday that isn’t one',
      'BAD_REQUEST',
      /weekday must be 0 to 6/,
      () => api.plan.setTurn.mutate({ storeId, kind: 'juicer', weekday: 7, employeeId: null, seen: null }),
    ],
    [
      'turn: somebody of another role',
      'UNPROCESSABLE_CONTENT',
      /Ada Example is an Event Specialist/,
      () => api.plan.setTurn.mutate({ storeId, kind: 'juicer', weekday: 1, employeeId: person, seen: null }),
    ],
    [
      'turn: changed since',
      'CONFLICT',
      /changed this turn/,
      () => api.plan.setTurn.mutate({ storeId, kind: 'juicer', weekday: 1, employeeId: null, seen: person }),
    ],
    [
      'turn of a day: unknown person',
      'NOT_FOUND',
      /no person 987654/,
      () =>
        api.plan.setException.mutate({
          storeId,
          kind: 'primary_lead',
          day: '2026-01-06',
          employeeId: unknown,
          seen: null,
        }),
    ],
    [
      'plan settings: more days than a plan may have',
      'BAD_REQUEST',
      /horizonDays must be 28 days at most/,
      async () =>
        (await server.as('admin')).plan.setSettings.mutate({
          storeId,
          version: 1,
          settings: { ...PLAN_SETTINGS, horizonDays: 29 },
        }),
    ],
    [
      'plan settings: a rule that nobody may break',
      'BAD_REQUEST',
      /allow/,
      async () =>
        (await server.as('admin')).plan.setSettings.mutate({
          storeId,
          version: 1,
          settings: { ...PLAN_SETTINGS, allow: raw(['time_off']) },
        }),
    ],
    [
      'plan settings: by a dispatcher',
      'FORBIDDEN',
      /admin/,
      () => api.plan.setSettings.mutate({ storeId, version: 1, settings: PLAN_SETTINGS }),
    ],
    [
      'plan settings: changed since',
      'CONFLICT',
      /changed after you opened/,
      async () =>
        (await server.as('admin')).plan.setSettings.mutate({ storeId, version: 9, settings: PLAN_SETTINGS }),
    ],
    [
      'never plan: unknown event',
      'NOT_FOUND',
      /no event 987654/,
      () => api.plan.setNeverPlan.mutate({ eventId: unknown, neverPlan: true, seen: false }),
    ],
    [
      'never plan: changed since',
      'CONFLICT',
      /is planned with the others by now/,
      () => api.plan.setNeverPlan.mutate({ eventId, neverPlan: false, seen: true }),
    ],
    [
      'change many: none',
      'BAD_REQUEST',
      /must name one schedule at least/,
      () => api.schedules.changeMany.mutate({ items: [] }),
    ],
    [
      'change many: unknown schedule',
      'NOT_FOUND',
      /no schedule 987654/,
      () =>
        api.schedules.changeMany.mutate({ items: [{ scheduleId: unknown, version: 1, unschedule: true }] }),
    ],
    [
      'unschedule: unknown schedule',
      'NOT_FOUND',
      /no schedule 987654/,
      () => api.schedules.unschedule.mutate({ scheduleId: unknown, version: 1 }),
    ],
    [
      'unschedule: a version of nothing',
      'CONFLICT',
      /changed after you opened it/,
      () => api.schedules.unschedule.mutate({ scheduleId, version: 7 }),
    ],
    [
      'resolve: unknown event',
      'NOT_FOUND',
      /no event 987654/,
      () => api.sync.resolve.mutate({ eventId: unknown, choice: 'mine', seenAt: '2026-01-02T15:00:00.000Z' }),
    ],
    [
      'resolve: a choice that isn’t one',
      'BAD_REQUEST',
      /choice must be/,
      () => api.sync.resolve.mutate(raw({ eventId, choice: 'both', seenAt: '2026-01-02T15:00:00.000Z' })),
    ],
    [
      'resolve: no reading named that was shown',
      'BAD_REQUEST',
      /seenAt must be a time/,
      () => api.sync.resolve.mutate(raw({ eventId, choice: 'mine' })),
    ],
    [
      'retry: unknown event',
      'NOT_FOUND',
      /no event 987654/,
      () => api.sync.retry.mutate({ eventId: unknown }),
    ],
    [
      'retry many: nothing named',
      'BAD_REQUEST',
      /must name either events or a kind/,
      () => api.sync.retryMany.mutate({}),
    ],
    [
      'retry many: both ways at once',
      'BAD_REQUEST',
      /must name either events or a kind/,
      () => api.sync.retryMany.mutate({ eventIds: [eventId], kind: 'failed' }),
    ],
    [
      'retry many: a kind that can’t be retried',
      'BAD_REQUEST',
      /kind must be/,
      () => api.sync.retryMany.mutate(raw({ kind: 'conflict' })),
    ],
    [
      'retry many: unknown store',
      'NOT_FOUND',
      /no store 987654/,
      () => api.sync.retryMany.mutate({ kind: 'failed', storeId: unknown }),
    ],
    [
      'person: no name',
      'BAD_REQUEST',
      /name must not be empty/,
      () => api.employees.create.mutate({ name: ' ' }),
    ],
    [
      'person: a name that nobody can see',
      'BAD_REQUEST',
      /name must not be empty/,
      () => api.employees.create.mutate({ name: '\u200b\u2060' }),
    ],
    [
      'person: half of a character',
      'BAD_REQUEST',
      /name must be one line/,
      () => api.employees.create.mutate({ name: 'Cy \ud800' }),
    ],
    [
      'person: a name that reads backwards',
      'BAD_REQUEST',
      /name must be one line/,
      () => api.employees.create.mutate({ name: 'Cy \u202etset' }),
    ],
    [
      'person: a role that isn’t one',
      'BAD_REQUEST',
      /role/,
      () => api.employees.create.mutate(raw({ name: 'Cy', role: 'Boss' })),
    ],
    [
      'person: no e-mail address',
      'BAD_REQUEST',
      /email/,
      () => api.employees.create.mutate({ name: 'Cy', email: 'nobody' }),
    ],
    [
      'person: a RepID',
      'BAD_REQUEST',
      /repId/,
      () => api.employees.create.mutate(raw({ name: 'Cy', repId: '123456' })),
    ],
    [
      'person: a number of another shape',
      'BAD_REQUEST',
      /US123456/,
      () => api.employees.create.mutate({ name: 'Cy', employeeNumber: '123456' }),
    ],
    [
      'person: somebody’s number',
      'CONFLICT',
      /US000001 is Ada Example’s/,
      () => api.employees.create.mutate({ name: 'Cy', employeeNumber: 'us000001' }),
    ],
    [
      'person: a second one of that name',
      'CONFLICT',
      /Ada Example is on the list already/,
      () => api.employees.create.mutate({ name: 'ada example' }),
    ],
    [
      'person: unknown store',
      'NOT_FOUND',
      /no store 987654/,
      () => api.employees.create.mutate({ name: 'Cy', storeId: unknown }),
    ],
    [
      'person update: unknown person',
      'NOT_FOUND',
      /no person 987654/,
      () => api.employees.update.mutate({ employeeId: unknown, version: 1, changes: { name: 'Cy' } }),
    ],
    [
      'person update: somebody’s number',
      'CONFLICT',
      /US000002 is Ben Sample’s/,
      () =>
        api.employees.update.mutate({
          employeeId: person,
          version: 1,
          changes: { employeeNumber: 'US000002' },
        }),
    ],
    [
      'person update: stale',
      'CONFLICT',
      /changed after you opened/,
      () => api.employees.update.mutate({ employeeId: person, version: 9, changes: { name: 'Cy' } }),
    ],
    [
      'person update: the RepID',
      'BAD_REQUEST',
      /repId/,
      () => api.employees.update.mutate(raw({ employeeId: person, version: 1, changes: { repId: '1' } })),
    ],
    [
      'person delete: unknown person',
      'NOT_FOUND',
      /no person 987654/,
      () => api.employees.delete.mutate({ employeeId: unknown, version: 1 }),
    ],
    [
      'person delete: stale',
      'CONFLICT',
      /changed after you opened/,
      () => api.employees.delete.mutate({ employeeId: person, version: 9 }),
    ],
    [
      'person delete: a day that isn’t one',
      'BAD_REQUEST',
      /lastWorkDay/,
      () => api.employees.delete.mutate({ employeeId: person, version: 1, lastWorkDay: 'tomorrow' }),
    ],
    [
      'days: unknown person',
      'NOT_FOUND',
      /no person 987654/,
      () => api.employees.setAvailability.mutate({ employeeId: unknown, version: 1, pattern: null }),
    ],
    [
      'days: hours that end before they begin',
      'BAD_REQUEST',
      /hours.* must be later than/,
      () =>
        api.employees.setAvailability.mutate({
          employeeId: person,
          version: 1,
          pattern: null,
          hours: Array.from({ length: 7 }, () => ({ fromTime: '17:00', untilTime: '09:00' })),
        }),
    ],
    [
      'days: a week of six days',
      'BAD_REQUEST',
      /pattern must be seven days/,
      () =>
        api.employees.setAvailability.mutate({
          employeeId: person,
          version: 1,
          pattern: [true, true, true, true, true, true],
        }),
    ],
    [
      'days: stale',
      'CONFLICT',
      /changed after you opened/,
      () => api.employees.setAvailability.mutate({ employeeId: person, version: 9, pattern: null }),
    ],
    [
      'range: last day first',
      'BAD_REQUEST',
      /endsOn must not be before/,
      () =>
        api.employees.addRange.mutate({
          employeeId: person,
          version: 1,
          available: false,
          startsOn: '2026-01-05',
          endsOn: '2026-01-04',
        }),
    ],
    [
      'range removal: not theirs',
      'NOT_FOUND',
      /not among this person/,
      () => api.employees.removeRange.mutate({ employeeId: person, version: 1, rangeId: unknown }),
    ],
    [
      'date: no such day',
      'BAD_REQUEST',
      /day must be a day/,
      () =>
        api.employees.setDate.mutate({
          employeeId: person,
          version: 1,
          day: '2026-02-30',
        }),
    ],
    [
      'date removal: not set',
      'NOT_FOUND',
      /not among this person/,
      () => api.employees.removeDate.mutate({ employeeId: person, version: 1, day: '2026-01-05' }),
    ],
    [
      'time off: last day first',
      'BAD_REQUEST',
      /endsOn must not be before/,
      () =>
        api.employees.addTimeOff.mutate({
          employeeId: person,
          version: 1,
          startsOn: '2026-01-05',
          endsOn: '2026-01-04',
        }),
    ],
    [
      'time off: the end of the hours before their beginning',
      'BAD_REQUEST',
      /untilTime must be later than the time from which it counts/,
      () =>
        api.employees.addTimeOff.mutate({
          employeeId: person,
          version: 1,
          startsOn: '2026-01-05',
          endsOn: '2026-01-05',
          fromTime: '13:00',
          untilTime: '13:00',
        }),
    ],
    [
      'time off: hours until the beginning of the day',
      'BAD_REQUEST',
      /untilTime must be later than/,
      () =>
        api.employees.addTimeOff.mutate({
          employeeId: person,
          version: 1,
          startsOn: '2026-01-05',
          endsOn: '2026-01-05',
          untilTime: '00:00',
        }),
    ],
    [
      'time off: an hour that no clock shows',
      'BAD_REQUEST',
      /fromTime must be a time of day/,
      () =>
        api.employees.addTimeOff.mutate({
          employeeId: person,
          version: 1,
          startsOn: '2026-01-05',
          endsOn: '2026-01-05',
          fromTime: '24:00',
        }),
    ],
    [
      'time off removal: not theirs',
      'NOT_FOUND',
      /not among this person/,
      () => api.employees.removeTimeOff.mutate({ employeeId: person, version: 1, timeOffId: unknown }),
    ],
    [
      'reps: an import of nobody',
      'BAD_REQUEST',
      /choices must name a rep/,
      () => api.reps.import.mutate({ choices: [] }),
    ],
    [
      'reps: an import of somebody unknown',
      'CONFLICT',
      /no longer on Crossmark’s list/,
      () => api.reps.import.mutate({ choices: [{ repId: '123456', employeeId: null }] }),
    ],
    [
      'link: a RepID that isn’t one',
      'BAD_REQUEST',
      /repId must be digits/,
      () => api.reps.link.mutate({ employeeId: person, version: 1, repId: 'US123456' }),
    ],
    [
      'link: a rep who isn’t listed',
      'NOT_FOUND',
      /has no rep 123456/,
      () => api.reps.link.mutate({ employeeId: person, version: 1, repId: '123456' }),
    ],
    [
      'slots: not a time',
      'BAD_REQUEST',
      /must be a time of day/,
      async () =>
        (await server.as('admin')).settings.setEventType.mutate({
          storeId,
          version: 1,
          minutes: 30,
          type: 'Core',
          slots: ['25:00'],
        }),
    ],
    [
      'slots: stale',
      'CONFLICT',
      /changed after you opened/,
      async () =>
        (await server.as('admin')).settings.setEventType.mutate({
          storeId,
          version: 9,
          minutes: 30,
          type: 'Core',
          slots: ['10:00'],
        }),
    ],
    [
      'slots: a limit of roles that isn’t one',
      'BAD_REQUEST',
      /roleLimit/,
      async () =>
        (await server.as('admin')).settings.setEventType.mutate({
          storeId,
          version: 1,
          minutes: 30,
          slots: ['10:00'],
          type: 'Core',
          roleLimit: 'none' as 'hard',
        }),
    ],
    [
      'slots: lunch before the start',
      'BAD_REQUEST',
      /lunch of the start at 10:00 must be after it/,
      async () =>
        (await server.as('admin')).settings.setEventType.mutate({
          storeId,
          version: 1,
          minutes: 30,
          slots: ['10:00'],
          type: 'Core',
          slotTimes: { '10:00': { lunchAt: '09:30', endsAt: null } },
        }),
    ],
    [
      'slots: lunch of no time of day',
      'BAD_REQUEST',
      /must be a time of day/,
      async () =>
        (await server.as('admin')).settings.setEventType.mutate({
          storeId,
          version: 1,
          minutes: 30,
          slots: ['10:00'],
          type: 'Core',
          slotTimes: { '10:00': { lunchAt: 'noon', endsAt: null } },
        }),
    ],
    [
      'noon check: nobody who is asked',
      'BAD_REQUEST',
      /noonCheckBy/,
      async () =>
        (await server.as('admin')).settings.setNoonCheck.mutate({
          storeId,
          version: 1,
          noonCheckBy: 'anybody' as 'club_supervisor',
        }),
    ],
    [
      'store: a zone that isn’t one',
      'BAD_REQUEST',
      /no time zone “Mars\/Base”/,
      async () =>
        (await server.as('admin')).settings.setStore.mutate({
          storeId,
          version: 1,
          name: 'Club',
          number: '8135',
          timeZone: 'Mars/Base',
        }),
    ],
    [
      'store: a zone that Postgres alone knows',
      'BAD_REQUEST',
      /no time zone/,
      async () =>
        (await server.as('admin')).settings.setStore.mutate({
          storeId,
          version: 1,
          name: 'Club',
          number: '8135',
          timeZone: 'posix/America/Chicago',
        }),
    ],
    [
      'store: unknown',
      'NOT_FOUND',
      /no store 987654/,
      async () =>
        (await server.as('admin')).settings.setStore.mutate({
          storeId: unknown,
          version: 1,
          name: 'Club',
          number: '8135',
          timeZone: 'America/Chicago',
        }),
    ],
    [
      'holiday: no name',
      'BAD_REQUEST',
      /name must not be empty/,
      async () =>
        (await server.as('admin')).settings.addHoliday.mutate({
          day: '2026-12-25',
          yearly: true,
          name: ' ',
        }),
    ],
    [
      'holiday removal: unknown',
      'NOT_FOUND',
      /no holiday 987654/,
      async () => (await server.as('admin')).settings.removeHoliday.mutate({ holidayId: unknown }),
    ],
    [
      'attendance: unknown person',
      'NOT_FOUND',
      /no person 987654/,
      () =>
        api.attendance.record.mutate({
          employeeId: unknown,
          day: '2026-01-05',
          version: null,
          status: 'late',
        }),
    ],
    [
      'attendance: a status that isn’t one',
      'BAD_REQUEST',
      /status/,
      () =>
        api.attendance.record.mutate(
          raw({ employeeId: person, day: '2026-01-05', version: null, status: 'asleep' }),
        ),
    ],
    [
      'attendance removal: nothing recorded',
      'CONFLICT',
      /was removed meanwhile/,
      () => api.attendance.remove.mutate({ employeeId: person, day: '2026-01-05', version: 1 }),
    ],
    [
      'report: the last day before the first',
      'BAD_REQUEST',
      /to must not be before the first day/,
      () => api.reports.get.query({ from: '2026-01-11', to: '2026-01-04' }),
    ],
    [
      'report: more than 53 weeks',
      'BAD_REQUEST',
      /to must be within 53 weeks/,
      () => api.reports.get.query({ from: '2026-01-10', to: '2027-01-10' }),
    ],
    [
      'report: published too early',
      'BAD_REQUEST',
      /publishedDaysBefore must be from 0 to 28/,
      () => api.reports.get.query({ from: '2026-01-04', to: '2026-01-10', publishedDaysBefore: 29 }),
    ],
    [
      'report file: neither by person nor by week',
      'BAD_REQUEST',
      /by must be/,
      () => api.reports.export.query(raw({ from: '2026-01-04', to: '2026-01-10', by: 'month' })),
    ],
    [
      'report file: unknown store',
      'NOT_FOUND',
      /no store 987654/,
      () => api.reports.export.query({ storeId: unknown, from: '2026-01-04', to: '2026-01-10', by: 'week' }),
    ],
    [
      'sheets: three weeks',
      'BAD_REQUEST',
      /weeks must be 1 or 2/,
      () => api.employees.sheets.query(raw({ weeks: 3 })),
    ],
    [
      'sheets: unknown person',
      'NOT_FOUND',
      /no person 987654/,
      () => api.employees.sheets.query({ employeeId: unknown }),
    ],
    [
      'note: unknown event',
      'NOT_FOUND',
      /no event 987654/,
      () => api.notes.save.mutate({ subject: { kind: 'event', eventId: unknown }, version: null, text: 'x' }),
    ],
    [
      'note: unknown store',
      'NOT_FOUND',
      /no store 987654/,
      () =>
        api.notes.save.mutate({
          subject: { kind: 'day', storeId: unknown, day: '2026-01-05' },
          version: null,
          text: 'x',
        }),
    ],
    [
      'note: characters that change the writing direction',
      'BAD_REQUEST',
      /control characters/,
      () =>
        api.notes.save.mutate({
          subject: { kind: 'person', employeeId: person },
          version: null,
          text: 'a\u202eb',
        }),
    ],
    [
      'template: unknown store',
      'NOT_FOUND',
      /no store 987654/,
      async () =>
        (await server.as('admin')).packets.addTemplate.mutate({
          storeId: unknown,
          name: 'Log',
          level: 'event',
          content: ONE_PAGE,
        }),
    ],
    [
      'template: no base64',
      'BAD_REQUEST',
      /must be a PDF in base64/,
      async () =>
        (await server.as('admin')).packets.addTemplate.mutate({
          storeId,
          name: 'Log',
          level: 'event',
          content: '<html>',
        }),
    ],
    [
      'template: no PDF',
      'BAD_REQUEST',
      /not a PDF/,
      async () =>
        (await server.as('admin')).packets.addTemplate.mutate({
          storeId,
          name: 'Log',
          level: 'event',
          content: 'SGVsbG8=',
        }),
    ],
    [
      'template edit: unknown',
      'NOT_FOUND',
      /no template 987654/,
      async () =>
        (await server.as('admin')).packets.editTemplate.mutate({
          templateId: unknown,
          version: 1,
          name: 'Log',
        }),
    ],
    [
      'template edit: a name of two lines',
      'BAD_REQUEST',
      /control characters/,
      async () =>
        (await server.as('admin')).packets.editTemplate.mutate({ templateId: 1, version: 1, name: 'a\nb' }),
    ],
    [
      'template move: unknown',
      'NOT_FOUND',
      /no template 987654/,
      async () =>
        (await server.as('admin')).packets.moveTemplate.mutate({
          templateId: unknown,
          version: 1,
          position: 1,
        }),
    ],
    [
      'template move: before the first place',
      'BAD_REQUEST',
      /must be positive/,
      async () =>
        (await server.as('admin')).packets.moveTemplate.mutate({ templateId: 1, version: 1, position: 0 }),
    ],
    [
      'template removal: unknown',
      'NOT_FOUND',
      /no template 987654/,
      async () =>
        (await server.as('admin')).packets.removeTemplate.mutate({ templateId: unknown, version: 1 }),
    ],
    [
      'instructions: unknown event',
      'NOT_FOUND',
      /no event 987654/,
      () => api.packets.fetchInstructions.mutate({ eventId: unknown }),
    ],
    [
      'instructions: an event without a link',
      'UNPROCESSABLE_CONTENT',
      /no link to instructions/,
      () => api.packets.fetchInstructions.mutate({ eventId }),
    ],
    [
      'calendar of a person: unknown',
      'NOT_FOUND',
      /no person 987654/,
      () => api.feeds.makeOfPerson.mutate({ employeeId: unknown, replaces: null }),
    ],
    [
      'calendar of a person: in place of one that there is not',
      'CONFLICT',
      /ended meanwhile/,
      () => api.feeds.makeOfPerson.mutate({ employeeId: person, replaces: unknown }),
    ],
    [
      'calendar of a person: nothing said of the one before',
      'BAD_REQUEST',
      /replaces is missing|replaces must be/,
      () => api.feeds.makeOfPerson.mutate(raw({ employeeId: person })),
    ],
    [
      'end of a person’s calendar: unknown',
      'NOT_FOUND',
      /ended already/,
      () => api.feeds.revokeOfPerson.mutate({ employeeId: person, feedId: unknown }),
    ],
    [
      'calendar of a store: unknown',
      'NOT_FOUND',
      /no store 987654/,
      async () => (await server.as('admin')).feeds.makeOfStore.mutate({ storeId: unknown, replaces: null }),
    ],
    [
      'end of a store’s calendar: unknown',
      'NOT_FOUND',
      /ended already/,
      async () => (await server.as('admin')).feeds.revokeOfStore.mutate({ storeId, feedId: unknown }),
    ],
    [
      'link open: one that nobody made',
      'NOT_FOUND',
      /used, has expired/,
      () => server.signedOut.access.open.mutate({ token: 'x'.repeat(43) }),
    ],
    [
      'link accept: one that nobody made',
      'NOT_FOUND',
      /used, has expired/,
      () =>
        server.signedOut.access.accept.mutate({ token: 'x'.repeat(43), password: 'a long enough password' }),
    ],
    [
      'set-up: a link that nobody made',
      'NOT_FOUND',
      /used, has expired/,
      () => server.signedOut.access.setUp.mutate({ ...newcomer, token: 'x'.repeat(43), store: null }),
    ],
    [
      'set-up: a zone that isn’t one',
      'BAD_REQUEST',
      /America\/Chicago/,
      () =>
        server.signedOut.access.setUp.mutate({
          ...newcomer,
          token: 'x'.repeat(43),
          store: { crossmarkStoreId: '310042', number: '8135', name: 'Club', timeZone: 'Mars/Olympus' },
        }),
    ],
    [
      'own session: somebody else’s or none',
      'NOT_FOUND',
      /ended already/,
      () => api.account.endSession.mutate({ sessionId: 'nobodys' }),
    ],
    [
      'own password: not the one they have',
      'BAD_REQUEST',
      /not your password/,
      () => api.account.changePassword.mutate({ current: 'not it', password: 'another long password' }),
    ],
    [
      'own password: a short one',
      'BAD_REQUEST',
      /shorter than 12/,
      () => api.account.changePassword.mutate({ current: 'a long enough password', password: 'short' }),
    ],
    [
      'own password: one that leaked',
      'BAD_REQUEST',
      /easily guessed/,
      () =>
        api.account.changePassword.mutate({ current: 'a long enough password', password: 'Password12345!' }),
    ],
    [
      'invite: no e-mail address',
      'BAD_REQUEST',
      /email must be/,
      async () => (await server.as('admin')).users.invite.mutate({ ...invited, email: 'nobody' }),
    ],
    [
      'invite: somebody who is here',
      'CONFLICT',
      /Viewer Person has the address/,
      async () => (await server.as('admin')).users.invite.mutate({ ...invited, email: emailOf('viewer') }),
    ],
    [
      'invite: a role that isn’t one',
      'BAD_REQUEST',
      /role must be/,
      async () => (await server.as('admin')).users.invite.mutate(raw({ ...invited, role: 'owner' })),
    ],
    [
      'invitation: unknown',
      'NOT_FOUND',
      /used, has expired/,
      async () => (await server.as('admin')).users.withdrawInvitation.mutate({ invitationId: unknown }),
    ],
    [
      'mark gone: a list that isn’t asked about',
      'UNPROCESSABLE_CONTENT',
      /has changed since it was shown/,
      async () =>
        (await server.as('admin')).sync.markMissingGone.mutate({ runId: unknown, digest: 'a'.repeat(64) }),
    ],
    [
      'mark gone: what names no list',
      'BAD_REQUEST',
      /digest must name a list/,
      async () => (await server.as('admin')).sync.markMissingGone.mutate({ runId: 1, digest: "' or 1=1 --" }),
    ],
    [
      'history of an event: unknown event',
      'NOT_FOUND',
      /no event 987654/,
      () => api.activity.ofEvent.query({ eventId: unknown }),
    ],
    [
      'history of an event: a page that never began',
      'BAD_REQUEST',
      /cursor/,
      () => api.activity.ofEvent.query({ eventId, cursor: 0 }),
    ],
    [
      'role: unknown user',
      'NOT_FOUND',
      /no such user/,
      async () =>
        (await server.as('admin')).users.setRole.mutate({ userId: 'nobody', version: 1, role: 'viewer' }),
    ],
    [
      'stores: unknown user',
      'NOT_FOUND',
      /no such user/,
      async () =>
        (await server.as('admin')).users.setStores.mutate({ userId: 'nobody', version: 1, storeIds: null }),
    ],
    [
      'stores: none',
      'BAD_REQUEST',
      /must name a store at least/,
      async () =>
        (await server.as('admin')).users.setStores.mutate({ ...(await seenUser('viewer')), storeIds: [] }),
    ],
    [
      'stores: an unknown one',
      'NOT_FOUND',
      /no store 987654/,
      async () =>
        (await server.as('admin')).users.setStores.mutate({
          ...(await seenUser('viewer')),
          storeIds: [unknown],
        }),
    ],
    [
      'stores: some, of an admin',
      'UNPROCESSABLE_CONTENT',
      /An admin has all stores/,
      async () =>
        (await server.as('admin')).users.setStores.mutate({
          ...(await seenUser('admin')),
          storeIds: [unknown],
        }),
    ],
    [
      'stores: changed meanwhile',
      'CONFLICT',
      /was changed after you opened it/,
      async () =>
        (await server.as('admin')).users.setStores.mutate({
          ...(await seenUser('viewer')),
          version: 99,
          storeIds: null,
        }),
    ],
    [
      'invite: a store that isn’t one',
      'NOT_FOUND',
      /no store 987654/,
      async () => (await server.as('admin')).users.invite.mutate({ ...invited, storeIds: [unknown] }),
    ],
    [
      'invite: an admin of some stores',
      'UNPROCESSABLE_CONTENT',
      /An admin has all stores/,
      async () =>
        (await server.as('admin')).users.invite.mutate({ ...invited, role: 'admin', storeIds: [unknown] }),
    ],
    [
      'disable: unknown user',
      'NOT_FOUND',
      /no such user/,
      async () => (await server.as('admin')).users.disable.mutate({ userId: 'nobody', version: 1 }),
    ],
    [
      'digest: unknown store',
      'NOT_FOUND',
      /no store 987654/,
      () => api.account.setDigest.mutate({ storeId: unknown, sendAt: '06:00' }),
    ],
    [
      'digest: no time of day',
      'BAD_REQUEST',
      /sendAt must be a time of day/,
      () => api.account.setDigest.mutate({ storeId, sendAt: '24:00' }),
    ],
    [
      'digest: for somebody else',
      'BAD_REQUEST',
      /must not have the fields userId/,
      () => api.account.setDigest.mutate(raw({ storeId, sendAt: '06:00', userId: 'other' })),
    ],
    [
      'verification: days in the wrong order',
      'BAD_REQUEST',
      /toDay must not be before fromDay/,
      () => api.verification.days.query({ fromDay: '2026-01-06', toDay: '2026-01-05' }),
    ],
    [
      'verification: more days than a month',
      'BAD_REQUEST',
      /toDay must be at most 31 days/,
      () => api.verification.days.query({ fromDay: '2026-01-01', toDay: '2026-02-01' }),
    ],
    [
      'verification: a day that doesn’t exist',
      'BAD_REQUEST',
      /fromDay/,
      () => api.verification.days.query({ fromDay: '2026-02-30', toDay: '2026-03-01' }),
    ],
    [
      'turns: a day that doesn’t exist',
      'BAD_REQUEST',
      /fromDay must be a day/,
      () => api.plan.turns.query({ fromDay: '2026-02-30', toDay: '2026-03-01' }),
    ],
    [
      'verification: unknown store',
      'NOT_FOUND',
      /no store 987654/,
      () => api.verification.days.query({ storeId: unknown, fromDay: '2026-01-05', toDay: '2026-01-05' }),
    ],
    [
      'verification: unknown plan',
      'NOT_FOUND',
      /no proposal 987654/,
      () => api.verification.days.query({ proposalId: unknown, fromDay: '2026-01-05', toDay: '2026-01-05' }),
    ],
    [
      'verification: a plan that is no number',
      'BAD_REQUEST',
      /proposalId must be/,
      () =>
        api.verification.days.query(
          raw({ proposalId: '1 or 1=1', fromDay: '2026-01-05', toDay: '2026-01-05' }),
        ),
    ],
    [
      'enable: an id that is none',
      'BAD_REQUEST',
      /userId must be/,
      async () => (await server.as('admin')).users.enable.mutate({ userId: "' or 1=1 --", version: 1 }),
    ],
    [
      'reset link: unknown user',
      'NOT_FOUND',
      /no such user/,
      async () => (await server.as('admin')).users.resetLink.mutate({ userId: 'nobody' }),
    ],
    [
      'session: unknown',
      'NOT_FOUND',
      /ended already/,
      async () => (await server.as('admin')).users.endSession.mutate({ sessionId: 'nobodys' }),
    ],
  ];
  test.each(cases)('%s: %s in words, nothing written, no job', async (_what, code, says, run) => {
    const before = await everything(server.database.db);
    const refused = await refusalOf(run());
    expect(refused.code).toBe(code);
    expect(refused.message).toMatch(says);
    expect(refused.reason.code).toBeTruthy();
    expect(JSON.stringify(refused)).not.toMatch(/select |insert |update .* set|at .*\.ts:\d+/i);
    expect(await everything(server.database.db)).toEqual(before);
  });

  test('every mutation has its case here', () => {
    const words: Record<string, string> = {
      'account.setDigest': 'digest:',
      'schedules.create': 'create:',
      'schedules.reschedule': 'reschedule:',
      'events.setType': 'type of an event:',
      'csv.lengthen': 'lengthen:',
      'schedules.changeEmployee': 'change employee:',
      'schedules.trade': 'trade:',
      'schedules.reissue': 'reissue:',
      'schedules.createMany': 'create many:',
      'schedules.changeMany': 'change many:',
      'day.reassign': 'reassign:',
      'schedules.unschedule': 'unschedule:',
      'sync.retry': 'retry:',
      'sync.retryMany': 'retry many:',
      'sync.resolve': 'resolve:',
      'employees.create': 'person:',
      'employees.update': 'person update:',
      'employees.delete': 'person delete:',
      'employees.setAvailability': 'days:',
      'employees.addRange': 'range:',
      'employees.removeRange': 'range removal:',
      'employees.setDate': 'date:',
      'employees.removeDate': 'date removal:',
      'employees.addTimeOff': 'time off:',
      'employees.removeTimeOff': 'time off removal:',
      'reps.import': 'reps:',
      'reps.link': 'link:',
      'settings.setEventType': 'slots:',
      'settings.setNoonCheck': 'noon check:',
      'settings.setStore': 'store:',
      'plan.start': 'plan start:',
      'plan.again': 'plan again:',
      'plan.cancel': 'plan cancel:',
      'plan.markLines': 'plan lines:',
      'plan.moveLine': 'plan line:',
      'plan.takeRepair': 'plan repair:',
      'plan.removeRepair': 'plan repair removal:',
      'plan.approve': 'plan approve:',
      'plan.undoApproval': 'plan undo:',
      'plan.coverAbsence': 'plan cover:',
      'plan.undoCover': 'plan undo cover:',
      'plan.coverLeaving': 'plan cover leaving:',
      'plan.coverClosedDay': 'plan cover closed:',
      'plan.discard': 'plan discard:',
      'plan.restore': 'plan restore:',
      'plan.setSettings': 'plan settings:',
      'plan.setNeverPlan': 'never plan:',
      'plan.setTurn': 'turn:',
      'plan.setException': 'turn of a day:',
      'settings.addHoliday': 'holiday:',
      'settings.removeHoliday': 'holiday removal:',
      'attendance.record': 'attendance:',
      'attendance.remove': 'attendance removal:',
      'notes.save': 'note:',
      'packets.addTemplate': 'template:',
      'packets.editTemplate': 'template edit:',
      'packets.moveTemplate': 'template move:',
      'packets.removeTemplate': 'template removal:',
      'packets.fetchInstructions': 'instructions:',
      'feeds.makeOfPerson': 'calendar of a person:',
      'feeds.revokeOfPerson': 'end of a person’s calendar:',
      'feeds.makeOfStore': 'calendar of a store:',
      'feeds.revokeOfStore': 'end of a store’s calendar:',
      'access.open': 'link open:',
      'access.accept': 'link accept:',
      'access.setUp': 'set-up:',
      'account.endSession': 'own session:',
      'account.changePassword': 'own password:',
      'sync.markMissingGone': 'mark gone:',
      'users.invite': 'invite:',
      'users.withdrawInvitation': 'invitation:',
      'users.setRole': 'role:',
      'users.setStores': 'stores:',
      'users.disable': 'disable:',
      'users.enable': 'enable:',
      'users.resetLink': 'reset link:',
      'users.endSession': 'session:',
    };
    /** Takes no input; and the ones whose own tests are beside their code. */
    const elsewhere = ['sync.refreshNow', 'reps.read', 'csv.preview', 'csv.import'];
    for (const [name, { _def: def }] of procedures) {
      if (def.type !== 'mutation' || elsewhere.includes(name)) continue;
      expect(
        cases.some(([what]) => words[name] && what.startsWith(words[name])),
        name,
      ).toBe(true);
    }
  });

  test.each(['', 'get-session', 'sign-in/email', 'nothing?a=b', '%E2%80%8B'])(
    'HEAD /api/auth/%s is no failure of ours',
    async (path) => {
      expect((await fetch(`${server.url}/api/auth/${path}`, { method: 'HEAD' })).status).toBe(404);
    },
  );

  test.each(['stores.list', 'access.open', 'nothing', '%25'])(
    'HEAD /trpc/%s is no failure of ours',
    async (path) => {
      expect((await fetch(`${server.url}/trpc/${path}`, { method: 'HEAD' })).status).toBe(404);
    },
  );

  test.each(['%25', '%25ff', 'nothing', ''])(
    'an address where nothing is, /trpc/%s, is told so',
    async (path) => {
      const { status } = await call(path, { type: 'query' });
      expect(status).toBe(404);
    },
  );

  /** Sends a body unchanged and returns the result. */
  const send = async (path: string, body: string, headers: Record<string, string> = {}) => {
    const answer = await fetch(server.url + path, {
      method: 'POST',
      headers: { origin: ORIGIN, 'content-type': 'application/json', ...headers },
      body,
    });
    return { status: answer.status, text: await answer.text() };
  };
  /** JSON of just so many bytes, and one more. */
  const around = (bytes: number) =>
    [`{"a":"${'x'.repeat(bytes - 8)}"}`, `{"a":"${'x'.repeat(bytes - 7)}"}`] as const;
  const KB = 1024;

  test('that isn’t JSON, or is a form, is refused before anything is read from it', async () => {
    const headers = { cookie: await server.cookieOf('dispatcher') };
    expect((await send('/trpc/schedules.create', '{"eventId":', headers)).status).toBe(400);
    for (const type of [
      'application/x-www-form-urlencoded',
      'multipart/form-data; boundary=x',
      'text/plain',
    ]) {
      const refused = await send('/trpc/schedules.create', 'a=b', { ...headers, 'content-type': type });
      expect(refused).toMatchObject({ status: 415, text: expect.stringContaining('Send JSON.') });
    }
    expect((await send('/healthz', '{}')).status).toBe(404);
  });

  test.each([
    ['/api/auth/sign-in/email', 16 * KB],
    ['/api/auth/nothing', 16 * KB],
    ['/trpc/access.open', 16 * KB],
    ['/trpc/access.open,access.accept?batch=1', 16 * KB],
    ['/trpc/csv.import,access.open?batch=1', 16 * KB],
    ['/trpc/schedules.create', 64 * KB],
    ['/trpc/csv.lengthen', 64 * KB],
    ['/trpc/csv.import,schedules.create?batch=1', 64 * KB],
    ['/trpc/users.invite', 64 * KB],
    ['/trpc/csv.preview', 8 * KB * KB],
    ['/trpc/csv.import', 8 * KB * KB],
    ['/trpc/csv.preview,csv.preview?batch=1', 64 * KB],
  ])('%s takes bodies of %i bytes and none that are longer', async (path, bytes) => {
    const headers = { cookie: await server.cookieOf('dispatcher') };
    const [fits, tooLong] = around(bytes);
    expect((await send(path, fits, headers)).status).not.toBe(413);
    expect((await send(path, tooLong, headers)).status).toBe(413);
    // The body is sent without its length.
    const answer = await fetch(server.url + path, {
      method: 'POST',
      headers: { origin: ORIGIN, 'content-type': 'application/json', ...headers },
      body: new Blob([tooLong]).stream(),
      duplex: 'half',
    });
    expect(answer.status).toBe(413);
    await answer.arrayBuffer();
  });

  test('of a file’s length is read only for users who may import one, and at most two of each at once', async () => {
    const [file] = around(2_000_000);
    expect(await send('/trpc/csv.import', file)).toMatchObject({
      status: 401,
      text: expect.stringContaining('"code":"signed_out"'),
    });
    expect((await send('/trpc/csv.import', file, { cookie: await server.cookieOf('viewer') })).status).toBe(
      403,
    );
    const cookie = await server.cookieOf('dispatcher');
    let received = 0;
    const count = ({ url }: { url?: string }) => {
      if (url === '/trpc/csv.preview') received += 1;
    };
    server.app.server.on('request', count);
    // Bodies that don't come hold places of their sender alone, and keep no thread.
    const begun = Array.from({ length: 2 }, () => {
      const under = request(`${server.url}/trpc/csv.preview`, {
        method: 'POST',
        headers: { origin: ORIGIN, cookie, 'content-type': 'application/json', 'content-length': 1000 },
      });
      under.on('error', () => {});
      under.flushHeaders();
      return under;
    });
    // One that asks too early would be one of the two itself. Who sends is looked up in order: theirs is known before this.
    await vi.waitFor(() => expect(received).toBe(2));
    await client(server.url, { cookie, origin: ORIGIN }).sync.summary.query();
    await vi.waitFor(async () =>
      expect(await send('/trpc/csv.import', '{}', { cookie })).toMatchObject({
        status: 429,
        text: expect.stringContaining('You have 2 files under way'),
      }),
    );
    expect((await send('/trpc/csv.import', '{}', { cookie: await server.cookieOf('admin') })).status).toBe(
      400,
    );
    for (const under of begun) under.destroy();
    await vi.waitFor(async () => expect((await send('/trpc/csv.import', '{}', { cookie })).status).toBe(400));
  });

  test('that holds several CSV files is no longer than any other batch, and refused', async () => {
    const cookie = await server.cookieOf('dispatcher');
    const text = 'x\n'.repeat(20_000);
    const batch = JSON.stringify({ 0: { text }, 1: { text } });
    const several = await send('/trpc/csv.preview,csv.preview?batch=1', batch, { cookie });
    expect(several).toMatchObject({ status: 413, text: expect.stringContaining('65536 bytes') });
    const small = JSON.stringify({ 0: { text: 'x' }, 1: { text: 'x' } });
    const few = await send('/trpc/csv.preview,csv.preview?batch=1', small, { cookie });
    expect(few).toMatchObject({
      status: 400,
      text: expect.stringContaining('Send csv.preview in a request of its own.'),
    });
  });

  test.each(['/trpc/access.open', '/trpc/schedules.create', '/trpc/csv.import', '/api/auth/sign-in/email'])(
    'that is nested deeply is refused before it is parsed: %s',
    async (path) => {
      const cookie = await server.cookieOf('dispatcher');
      for (const [open, close] of [
        ['[', ']'],
        ['{"a":', '}'],
      ] as const) {
        const nested = (levels: number) => `${open.repeat(levels)}1${close.repeat(levels)}`;
        for (const levels of [33, 2_000]) {
          const { status, text } = await send(path, `{"token":${nested(levels)}}`, { cookie });
          expect(status).toBe(400);
          expect(text).toContain('more than 32 levels deep');
        }
        expect((await send(path, `{"token":${nested(31)}}`, { cookie })).text).not.toContain('levels deep');
      }
    },
  );

  test('in an address is as bounded: depth, and names of unknown fields', async () => {
    const headers = { cookie: await server.cookieOf('viewer') };
    const get = (input: string) =>
      fetch(`${server.url}/trpc/settings.get?input=${encodeURIComponent(input)}`, { headers });
    const deep = await get(`${'['.repeat(100)}${']'.repeat(100)}`);
    expect([deep.status, await deep.text()]).toEqual([400, expect.stringContaining('levels deep')]);
    expect((await get(`{"storeId":"${'x'.repeat(20_000)}"}`)).status).toBe(431);
  });

  test('is answered in few words, however many fields are unknown or wrong', async () => {
    const cookie = await server.cookieOf('dispatcher');
    const unknown = Object.fromEntries(Array.from({ length: 700 }, (_, at) => [`field number ${at}`, 1]));
    const long = { ['x'.repeat(15_000)]: 1 };
    const stranger = await send('/trpc/access.open', JSON.stringify(unknown));
    expect(stranger.status).toBe(400);
    expect(stranger.text).toContain('field number 9 and 690 more');
    expect(stranger.text).not.toContain('field number 10');
    for (const [path, input] of [
      ['/trpc/access.open', unknown],
      ['/trpc/access.open', long],
      ['/trpc/schedules.createMany', { items: Array(500).fill({ eventId: 'x', other: 1 }) }],
      ['/trpc/csv.import', { text: '', rows: Array(30_000).fill('x') }],
      [
        '/trpc/csv.import',
        { text: '', ...Object.fromEntries(Array.from({ length: 30_000 }, (_, at) => [at, 1])) },
      ],
    ] as const) {
      const { status, text } = await send(path, JSON.stringify(input), { cookie });
      expect(status).toBe(400);
      expect(text.length).toBeLessThan(6_000);
    }
    const many = await send('/trpc/csv.import', `{"text":"","rows":[${'1,'.repeat(50_000)}1]}`, { cookie });
    expect(many).toMatchObject({ status: 400, text: expect.stringContaining('more than 40000 values') });
  });
});

test('what can’t be found or compared is refused, not a fault of ours', async () => {
  const cookie = await server.cookieOf('dispatcher');
  const input = (value: object) => encodeURIComponent(JSON.stringify(value));
  for (const [path, status] of [
    ['%25', 404],
    [`activity.attention?input=${input({ reason: '\u0000' })}`, 400],
    [`activity.history?input=${input({ actorId: '\u0000' })}`, 400],
    [`activity.attention?input=${input({ reason: '\ud800' })}`, 400],
  ] as const) {
    expect((await fetch(`${server.url}/trpc/${path}`, { headers: { cookie } })).status, path).toBe(status);
  }
});

test('a call from the page of somebody else than is signed in is nobody’s: read, written or sent as a file', async () => {
  const cookie = await server.cookieOf('dispatcher');
  const [own, other] = [emailOf('dispatcher'), emailOf('admin')].map(encodeURIComponent);
  const ask = async (path: string, pageUser = '', body?: string) => {
    const leave = new AbortController();
    const answer = await fetch(`${server.url}/trpc/${path}`, {
      method: body ? 'POST' : 'GET',
      headers: {
        cookie,
        origin: ORIGIN,
        'content-type': 'application/json',
        'x-scheduler-page-user': pageUser,
      },
      ...(body && { body }),
      signal: leave.signal,
    });
    leave.abort();
    return answer.status;
  };
  for (const [path, body] of [['stores.list'], ['employees.create', '{}'], ['csv.preview', '{}']] as const) {
    expect(await ask(path, other, body), path).toBe(401);
    expect(await ask(path, own, body), path).not.toBe(401);
  }
});

test('one person’s streams are limited in number; those that close make room', async () => {
  const cookie = await server.cookieOf('viewer');
  const leave = new AbortController();
  const open = (signal: AbortSignal) =>
    fetch(`${server.url}/trpc/sync.onChange`, { headers: { cookie }, signal });
  const streams = await Promise.all(Array.from({ length: 50 }, () => open(leave.signal)));
  expect(streams.every(({ status }) => status === 200)).toBe(true);
  const refused = await open(AbortSignal.timeout(5_000));
  const said = await refused.text();
  expect(said).toContain('TOO_MANY_REQUESTS');
  expect(said).toContain('50 pages');
  // Somebody else has their own.
  const other = await fetch(`${server.url}/trpc/sync.onChange`, {
    headers: { cookie: await server.cookieOf('dispatcher') },
    signal: leave.signal,
  });
  expect(other.status).toBe(200);
  leave.abort();
  await vi.waitFor(async () => {
    const again = new AbortController();
    expect((await open(again.signal)).status).toBe(200);
    again.abort();
  });
});

test.each(['TRACE', 'PUT', 'DELETE', 'PATCH', 'OPTIONS', 'PROPFIND'])(
  'another method than GET, HEAD and POST finds nothing: %s',
  async (method) => {
    const { port } = new URL(server.url);
    const cookie = await server.cookieOf('admin');
    for (const path of ['/trpc/stores.list', '/api/auth/sign-in/email', '/api/audit.csv', '/healthz']) {
      const requestHead = `${method} ${path} HTTP/1.1\r\nHost: a\r\nOrigin: ${ORIGIN}\r\nCookie: ${cookie}`;
      const answer = await sendRaw(Number(port), `${requestHead}\r\nConnection: close\r\n\r\n`);
      expect(answer, path).toMatch(/^HTTP\/1\.1 404/);
      expect(answer, path).not.toContain(cookie);
    }
  },
);

test('every malformed request is survived with all log levels on', async () => {
  const lines: string[] = [];
  const traced = await buildServer({
    databaseUrl: server.database.url,
    authSecret: 'only-for-tests-only-for-tests-only-for-tests',
    origins: [ORIGIN],
    sessions: { idleHours: 12, maxHours: 168 },
    trustedProxies: [],
    log: createLogger('server', 'trace', { write: (line) => lines.push(line) }),
  });
  const port = Number(new URL(await traced.listen({ host: '127.0.0.1', port: 0 })).port);
  for (const [what, request] of Object.entries(MALFORMED_REQUESTS)) {
    lines.length = 0;
    const answer = await sendRaw(port, request);
    expect(answer, what).toMatch(/^HTTP\/1\.1 4/);
    expect(answer, what).toMatch(/^content-security-policy: default-src 'none';.*frame-ancestors 'none'/m);
    expect(answer, what).toMatch(/^x-content-type-options: nosniff/m);
    expect(answer, what).toMatch(/^cache-control: no-store/m);
    expect(lines.map((line) => JSON.parse(line).msg).join(), what).toMatch(/client (error|header_overflow)/);
  }
  // Node's parser lets it through; the app refuses it, with the headers of all its answers.
  const withoutHost = await sendRaw(port, 'GET /healthz HTTP/1.1\r\nConnection: close\r\n\r\n');
  expect(withoutHost).toMatch(/^HTTP\/1\.1 400/);
  expect(withoutHost).toMatch(/^content-security-policy: .*frame-ancestors 'none'/m);
  expect(withoutHost).toMatch(/^x-content-type-options: nosniff/m);
  expect((await fetch(`http://127.0.0.1:${port}/healthz`)).status).toBe(200);
  await traced.close();
});

test('every answer is closed to other sites: nothing loads, frames or is kept', async () => {
  for (const path of ['/healthz', '/trpc/stores.list', '/api/auth/get-session', '/nothing']) {
    const { headers } = await fetch(server.url + path);
    expect(headers.get('content-security-policy'), path).toMatch(
      /default-src 'none'.*frame-ancestors 'none'/,
    );
    expect(headers.get('x-content-type-options'), path).toBe('nosniff');
    expect(headers.get('cache-control'), path).toContain('no-store');
    expect(headers.get('cross-origin-resource-policy'), path).toBe('same-origin');
    expect(headers.get('referrer-policy'), path).toBe('same-origin');
    // Over plain http on localhost, no browser may be told to use only https.
    expect(headers.get('strict-transport-security'), path).toBeNull();
  }
});

test('health tells an answering process from one that can work', async () => {
  expect((await fetch(`${server.url}/healthz`)).status).toBe(200);
  expect(await (await fetch(`${server.url}/readyz`)).json()).toEqual({ ok: true, reasons: [] });
});
