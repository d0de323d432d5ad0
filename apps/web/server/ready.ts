import { readiness } from '@scheduler/runtime';

const SERVER_ANSWERS_WITHIN_MS = 2_000;

/** Returns the answer of `/readyz`: whether the API answers, or the reason why not. */
export const pageReadiness = (serverUrl: string): ReturnType<typeof readiness> =>
  readiness(async () => {
    const signal = AbortSignal.timeout(SERVER_ANSWERS_WITHIN_MS);
    // The API does not redirect, so another program answers at that address.
    const request = fetch(new URL('/healthz', serverUrl), { signal, redirect: 'error' });
    const answered = await request.then(
      (answer) => answer.ok,
      () => false,
    );
    return answered ? [] : ['The scheduling server does not answer.'];
  });
