import type { AppRouter } from '@scheduler/server/router';
import { QueryCache, QueryClient } from '@tanstack/react-query';
import { httpBatchLink, httpSubscriptionLink, splitLink, TRPCClientError } from '@trpc/client';
import { createTRPCReact } from '@trpc/react-query';
import { attendance } from './attended.ts';
import { reportReachable, reportSignedOut } from './connection.ts';

export const trpc = createTRPCReact<AppRouter>();
/** Notes whether the API can be reached at all: a refusal by the API is an answer, a gateway's is not. */
const watchedFetch = async (url: string | URL | Request, init?: object): Promise<Response> => {
  try {
    const answer = await fetch(url, init);
    reportReachable(![502, 503, 504].includes(answer.status));
    return answer;
  } catch (error) {
    if (!(error instanceof DOMException && error.name === 'AbortError')) reportReachable(false);
    throw error;
  }
};

export const trpcClient = trpc.createClient({
  links: [
    splitLink({
      condition: (operation) => operation.type === 'subscription',
      true: httpSubscriptionLink({ url: '/trpc' }),
      false: httpBatchLink({ url: '/trpc', fetch: watchedFetch, headers: attendance, maxURLLength: 2000 }),
    }),
  ],
});

/** Codes of refusals that a second try can't change. */
const FINAL = ['UNAUTHORIZED', 'FORBIDDEN', 'NOT_FOUND', 'BAD_REQUEST'];

export const queryClient = new QueryClient({
  queryCache: new QueryCache({
    onError: (error) => {
      if (codeOf(error) === 'UNAUTHORIZED') reportSignedOut();
    },
  }),
  defaultOptions: {
    queries: {
      staleTime: 30_000,
      retry: (count, error) => count < 2 && !FINAL.includes(codeOf(error) ?? ''),
    },
  },
});

/** The API's code of a refusal; undefined where there was no answer. */
function codeOf(error: unknown): string | undefined {
  return error instanceof TRPCClientError ? error.data?.code : undefined;
}
