import { afterEach, expect, it, vi } from 'vitest';
import { requestSignIn } from './sign-in.ts';

afterEach(() => vi.unstubAllGlobals());

const elsewhere =
  'This request came from http://127.0.0.1:5173, but the scheduler is at http://localhost:5173.';

it.each([
  [403, { message: elsewhere }, elsewhere],
  [403, {}, 'No answer.'],
  [429, { message: 'Wait 40 s.' }, 'Wait 40 s.'],
  [401, {}, 'E-mail or password is wrong. Check both and try again.'],
  [502, {}, 'No answer.'],
  [200, {}, undefined],
])('a sign-in that is answered %i with %j is told as: %s', async (status, body, sentence) => {
  vi.stubGlobal('fetch', async () => Response.json(body, { status }));
  expect(await requestSignIn('ada@demo.test', 'a password', 'No answer.')).toBe(sentence);
});
