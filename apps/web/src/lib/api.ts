import { fetchAndSetClock } from '@scheduler/runtime/browser-clock';
import type { AppRouter } from '@scheduler/server/router';
import { QueryCache, QueryClient } from '@tanstack/react-query';
import {
  httpBatchLink,
  httpLink,
  httpSubscriptionLink,
  splitLink,
  TRPCClientError,
  type TRPCLink,
} from '@trpc/client';
import { createTRPCQueryUtils, createTRPCReact } from '@trpc/react-query';
import { observable } from '@trpc/server/observable';
import { attendanceHeaders } from './attended.ts';
import { isOnline, reportReachable, reportSignedOut, untilSignedInAgain } from './connection.ts';
import { isRequestedEarly, takeEarlyRequest } from './early.ts';
import { OfflineError } from './problem.ts';
import { pageUserHeaders } from './session.ts';

export const trpc = createTRPCReact<AppRouter>();
/**
 * Like `fetch`, and records whether the API can be reached. A refusal by the API counts as an
 * answer, an error of a gateway does not.
 */
const watchedFetch = async (url: string | URL | Request, init?: object): Promise<Response> => {
  try {
    const answer = await fetchAndSetClock(url, init, takeEarlyRequest(url));
    reportReachable(![502, 503, 504].includes(answer.status));
    return answer;
  } catch (error) {
    if (!(error instanceof DOMException && error.name === 'AbortError')) reportReachable(false);
    throw error;
  }
};

const headers = () => ({ ...attendanceHeaders(), ...pageUserHeaders() });

/**
 * Refuses edits while offline. An edit that waited for the network would be made at an unexpected
 * time.
 */
const refuseEditsOffline: TRPCLink<AppRouter> =
  () =>
  ({ op, next }) =>
    op.type !== 'mutation' || isOnline()
      ? next(op)
      : observable((observer) => {
          const message = 'You are offline, so nothing was saved. Try again once you are connected.';
          observer.error(TRPCClientError.from(new OfflineError(message)));
        });

/**
 * Repeats an edit that was refused because the session had ended, once the same person is signed in
 * again. The refused edit has changed nothing.
 */
const repeatWhenSignedIn: TRPCLink<AppRouter> =
  () =>
  ({ op, next }) =>
    observable((observer) => {
      let over = false;
      let call = { unsubscribe: () => {} };
      const send = () => {
        call = next(op).subscribe({
          next: observer.next,
          complete: observer.complete,
          error: (error) => {
            if (op.type !== 'mutation' || codeOf(error) !== 'UNAUTHORIZED') observer.error(error);
            else void untilSignedInAgain().then(() => over || send());
          },
        });
      };
      send();
      return () => {
        over = true;
        call.unsubscribe();
      };
    });

export const trpcClient = trpc.createClient({
  links: [
    refuseEditsOffline,
    repeatWhenSignedIn,
    splitLink({
      condition: (operation) => operation.type === 'subscription',
      true: httpSubscriptionLink({ url: '/trpc' }),
      false: splitLink({
        // The server accepts files and long lists only in separate requests.
        condition: (operation) => operation.path.startsWith('csv.'),
        true: httpLink({ url: '/trpc', fetch: watchedFetch, headers }),
        false: splitLink({
          condition: ({ path }) => isRequestedEarly(`/trpc/${path}?`),
          true: httpBatchLink({ url: '/trpc', fetch: watchedFetch, headers, maxItems: 1 }),
          false: httpBatchLink({ url: '/trpc', fetch: watchedFetch, headers, maxURLLength: 2000 }),
        }),
      }),
    }),
  ],
});

/** Codes of refusals that a second attempt can't change. */
const FINAL = ['UNAUTHORIZED', 'FORBIDDEN', 'NOT_FOUND', 'BAD_REQUEST'];

export const queryClient = new QueryClient({
  queryCache: new QueryCache({
    onError: (error) => {
      if (codeOf(error) === 'UNAUTHORIZED') reportSignedOut('ended');
    },
  }),
  defaultOptions: {
    queries: {
      staleTime: 30_000,
      retry: (count, error) => count < 2 && !FINAL.includes(codeOf(error) ?? ''),
    },
    // By default, edits made offline would be kept and sent later. A link above refuses them
    // instead.
    mutations: { networkMode: 'always' },
  },
});

/** Queries for use outside of components. */
export const apiQueries = createTRPCQueryUtils({ queryClient, client: trpcClient });

/** Returns the API's code of a refusal; undefined if there was no answer. */
function codeOf(error: unknown): string | undefined {
  return error instanceof TRPCClientError ? error.data?.code : undefined;
}
