import { createLogger } from '@scheduler/runtime';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { emailOf, ORIGIN, startTestServer, type TestServer } from '../../test/fixture.ts';

const lines: string[] = [];
let server: TestServer;
beforeAll(async () => {
  server = await startTestServer(createLogger('server', 'info', { write: (line) => lines.push(line) }));
});
afterAll(() => server.close());

const lineOf = (path: string) =>
  vi.waitFor(() => {
    const entry = lines.map((line) => JSON.parse(line)).find((line) => line.path === path);
    if (!entry) throw new Error(`No line of ${path} in\n${lines.join('')}`);
    return entry;
  });

describe('the log says what was refused', () => {
  test('to whom, call by call, though calls that come together have one status', async () => {
    const { id } = await server.database.db.query.users
      .findMany()
      .then((users) => users.find(({ email }) => email === emailOf('viewer')) ?? { id: 'nobody' });
    const path = '/trpc/stores.list,users.list,nothing.here';
    const answer = await fetch(`${server.url}${path}?batch=1&input=%7B%7D`, {
      headers: { cookie: await server.cookieOf('viewer') },
    });
    expect(answer.status).toBe(207);
    expect(await lineOf(path)).toMatchObject({
      status: 207,
      userId: id,
      refused: expect.arrayContaining(['users.list FORBIDDEN', 'nothing.here NOT_FOUND']),
      address: '127.0.0.1',
    });
  });

  test('to whoever isn’t signed in, with where they are', async () => {
    await fetch(`${server.url}/trpc/events.list`, { headers: { 'x-forwarded-for': '203.0.113.9' } });
    expect(await lineOf('/trpc/events.list')).toMatchObject({
      status: 401,
      refused: ['events.list UNAUTHORIZED'],
      address: '203.0.113.9',
    });
  });

  test('to another site’s page, and to input of a wrong form', async () => {
    const send = (origin: string, path: string) =>
      server.cookieOf('dispatcher').then((cookie) =>
        fetch(server.url + path, {
          method: 'POST',
          headers: { origin, cookie, 'content-type': 'application/json' },
          body: '{"eventId":"no number"}',
        }),
      );
    await send('https://evil.example', '/trpc/schedules.unschedule');
    expect(await lineOf('/trpc/schedules.unschedule')).toMatchObject({ status: 403, address: '127.0.0.1' });
    await send(ORIGIN, '/trpc/schedules.create');
    expect(await lineOf('/trpc/schedules.create')).toMatchObject({
      status: 400,
      refused: ['schedules.create BAD_REQUEST'],
    });
  });

  test('but not where nothing was', async () => {
    const { status, refused, address } = await fetch(`${server.url}/trpc/stores.list`, {
      headers: { cookie: await server.cookieOf('viewer') },
    }).then(() => lineOf('/trpc/stores.list'));
    expect({ status, refused, address }).toEqual({ status: 200, refused: undefined, address: undefined });
  });
});
