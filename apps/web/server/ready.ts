import { readiness } from '@scheduler/runtime';

const SERVER_ANSWERS_WITHIN_MS = 2_000;

/** What `/readyz` of the page's server answers: whether the API is there, and why not. */
export const pageReadiness = (serverUrl: string): ReturnType<typeof readiness> =>
  readiness(async () => {
    const signal = AbortSignal.timeout(SERVER_ANSWERS_WITHIN_MS);
    // A redirect is no answer of ours: whoever answers there is not the server that calls go to.
    const request = fetch(new URL('/healthz', serverUrl), { signal, redirect: 'error' });
    const answered = await request.then(
      (answer) => answer.ok,
      () => false,
    );
    return answered ? [] : ['The scheduling server does not answer.'];
  });
