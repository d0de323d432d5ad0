import { Worker } from 'node:worker_threads';
import { expect, it } from 'vitest';
import { nextAnswer } from './thread.ts';

const THREAD = `data:text/javascript,
  import { parentPort } from 'node:worker_threads';
  parentPort.postMessage('the answer');`;

it('takes the answer of a thread, not what Node reports of the files of a thread that is watched', async () => {
  const thread = new Worker(new URL(THREAD), { env: { WATCH_REPORT_DEPENDENCIES: '1' } });
  const messages: unknown[] = [];
  thread.on('message', (message) => messages.push(message));
  expect(await nextAnswer(thread, new AbortController().signal)).toBe('the answer');
  expect(messages.length).toBeGreaterThan(1);
  await thread.terminate();
});
