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
import { OfflineError } from './problem.ts';
import { pageUserHeaders } from './session.ts';

export const trpc = createTRPCReact<AppRouter>();
/**
 * Notes whether the API can be reached at all: a refusal by the API is an answer, a gateway's is
 * not.
 */
const watchedFetch = async (url: string | URL | Request, init?: object): Promise<Response> => {
  try {
    const answer = await fetchAndSetClock(url, init);
    reportReachable(![502, 503, 504].includes(answer.status));
    return answer;
  } catch (error) {
    if (!(error instanceof DOMException && error.name === 'AbortError')) reportReachable(false);
    throw error;
  }
};

const headers = () => ({ ...attendanceHeaders(), ...pageUserHeaders() });

/**
 * Refuses at once what can't be sent: an edit that waited for the network would come as a surprise.
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
 * An edit that is refused because the session has ended did nothing: it is made once more when the
 * same person is signed in again.
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
        // The server takes files and lists of any length in requests of their own.
        condition: (operation) => operation.path.startsWith('csv.'),
        true: httpLink({ url: '/trpc', fetch: watchedFetch, headers }),
        false: httpBatchLink({ url: '/trpc', fetch: watchedFetch, headers, maxURLLength: 2000 }),
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
    // Offline they would be kept and sent later; they are refused instead, above.
    mutations: { networkMode: 'always' },
  },
});

/** For what is read outside of components. */
export const apiQueries = createTRPCQueryUtils({ queryClient, client: trpcClient });

/** The API's code of a refusal; undefined where there was no answer. */
function codeOf(error: unknown): string | undefined {
  return error instanceof TRPCClientError ? error.data?.code : undefined;
}
