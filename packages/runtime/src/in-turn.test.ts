import { AsyncLocalStorage } from 'node:async_hooks';
import fastify from 'fastify';
import { expect, test } from 'vitest';
import { answerInTurn } from './in-turn.ts';
import { sendRaw } from './testing.ts';

test('a request that waited does not run in the scope of the previous request', async () => {
  const scope = new AsyncLocalStorage<string>();
  const app = fastify();
  answerInTurn(app);
  app.get('/first', (_request, reply) => {
    scope.run('first', () => setImmediate(() => reply.send({ scope: scope.getStore() })));
  });
  app.get('/second', async () => ({ scope: scope.getStore() ?? 'none' }));
  const { port } = new URL(await app.listen({ host: '127.0.0.1', port: 0 }));
  const requests = [
    'GET /first HTTP/1.1\r\nHost: a\r\n\r\n',
    'GET /second HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n',
  ];
  const answers = await sendRaw(Number(port), requests.join(''));
  await app.close();
  expect(answers.match(/\{.*?\}/g)).toEqual(['{"scope":"first"}', '{"scope":"none"}']);
});
