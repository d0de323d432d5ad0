import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { type FastifyRequest, fastify } from 'fastify';
import { afterEach, expect, test, vi } from 'vitest';
import { boundUnreadAnswers } from './unread-answers.ts';

/** More than the system takes off an app's hands for a connection. */
const LONG_ANSWER = Buffer.alloc(32 * 1024 * 1024);

let app: ReturnType<typeof fastify>;
let port: number;
const sockets: Socket[] = [];

async function serve(bounds: { most?: number; longestMs?: number }): Promise<void> {
  app = fastify({ forceCloseConnections: true });
  const whoAsks = ({ headers: { who } }: FastifyRequest) => (typeof who === 'string' ? who : undefined);
  boundUnreadAnswers(app, { whoAsks, ...bounds });
  app.get('/long', async () => LONG_ANSWER);
  app.get('/short', async () => 'short');
  // As tRPC answers a subscription: never ending, its headers in a Response.
  app.get('/stream', async () => {
    const headers = { 'content-type': 'text/event-stream' };
    return new Response(
      new ReadableStream({ start: (stream) => stream.enqueue(Buffer.from('data: 1\n\n')) }),
      {
        headers,
      },
    );
  });
  await app.listen({ host: '127.0.0.1', port: 0 });
  port = app.addresses()[0]?.port ?? 0;
}
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await app.close();
});

/** Asks, and leaves the answer unread once it begins. */
async function leaveUnread(who: string): Promise<Socket> {
  const socket = connect(port, '127.0.0.1');
  sockets.push(socket);
  socket.write(`GET /long HTTP/1.1\r\nHost: a\r\nWho: ${who}\r\n\r\n`);
  await once(socket, 'readable');
  return socket;
}
const ask = async (who: string) =>
  (await fetch(`http://127.0.0.1:${port}/short`, { headers: { who } })).text();

test('a client that leaves answers unread is cut off; other clients are answered, and so is one that reads again', async () => {
  await serve({ most: 2 });
  const [first] = [await leaveUnread('ada'), await leaveUnread('ada')];
  await expect(ask('ada')).rejects.toThrow('fetch failed');
  expect(await ask('ben')).toBe('short');
  first?.destroy();
  await vi.waitFor(async () => expect(await ask('ada')).toBe('short'));
});

test('answers that are read don’t count', async () => {
  await serve({ most: 2 });
  for (let times = 0; times < 5; times++) expect(await ask('ada')).toBe('short');
});

test('a connection over which nothing of an answer is taken is closed, also a stranger’s', async () => {
  await serve({ longestMs: 50 });
  const closed = new Promise<void>((resolve) => {
    app.server.once('connection', (connection: Socket) => connection.once('close', () => resolve()));
  });
  await leaveUnread('');
  await closed;
});

test('live streams don’t count', async () => {
  await serve({ most: 1 });
  const leave = new AbortController();
  const open = () =>
    fetch(`http://127.0.0.1:${port}/stream`, { headers: { who: 'ada' }, signal: leave.signal });
  expect([(await open()).status, (await open()).status]).toEqual([200, 200]);
  expect(await ask('ada')).toBe('short');
  leave.abort();
});
