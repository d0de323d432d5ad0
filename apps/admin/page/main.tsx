import { fetchAndSetClock } from '@scheduler/runtime/browser-clock';
import { keepFocusInLists } from '@scheduler/ui/focus';
import { tolerateTranslation } from '@scheduler/ui/translation';
import { QueryCache, QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { httpBatchLink, TRPCClientError } from '@trpc/client';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import './app.css';
import { App } from './app.tsx';
import { csrfHeader, trpc } from './trpc.ts';

const codeOf = (error: unknown): unknown => (error instanceof TRPCClientError ? error.data?.code : undefined);
const refused = (error: unknown) => ['UNAUTHORIZED', 'FORBIDDEN'].includes(String(codeOf(error)));

const queries = new QueryClient({
  queryCache: new QueryCache({
    onError: (error, query) => {
      // The session has ended. A reload removes all data of the page.
      if (codeOf(error) === 'UNAUTHORIZED' && query.state.data !== undefined) location.reload();
    },
  }),
  defaultOptions: { queries: { retry: (failures, error) => !refused(error) && failures < 1 } },
});
const client = trpc.createClient({
  links: [httpBatchLink({ url: '/trpc', fetch: fetchAndSetClock, headers: () => csrfHeader() })],
});

tolerateTranslation();
const root = document.getElementById('page');
if (!root) throw new Error('The page has no #page element.');
keepFocusInLists();
createRoot(root).render(
  <StrictMode>
    <trpc.Provider client={client} queryClient={queries}>
      <QueryClientProvider client={queries}>
        <App />
      </QueryClientProvider>
    </trpc.Provider>
  </StrictMode>,
);
