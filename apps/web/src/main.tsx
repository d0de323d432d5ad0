import './app.css';
import { keepFocusInLists } from '@scheduler/ui/focus';
import { tolerateTranslation } from '@scheduler/ui/translation';
import { QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { weekInput } from './board/board-search.ts';
import { apiQueries, queryClient, trpc, trpcClient } from './lib/api.ts';
import { refuseStrayFiles } from './lib/file-drops.ts';
import { router } from './routes.tsx';
import { pressOnce } from './ui/shortcuts.ts';

const page = document.getElementById('page');
if (!page) throw new Error('index.html has no #page');

// The page needs Temporal for all times, and browsers before 2026 lack it.
if (!('Temporal' in globalThis)) await import('temporal-polyfill/global');

/** The time without anything on the page in which it may load. */
const PATIENCE_MS = 300;

pressOnce();
tolerateTranslation();

// The page's code and the board's week load at the same time as the session, not after it.
const first: Promise<unknown>[] = [router.load()];
for (const { routeId, search } of router.matchRoutes(router.latestLocation)) {
  if (routeId === '/app/') first.push(apiQueries.board.week.prefetch(weekInput(search)));
  void router.loadRouteChunk(router.routesById[routeId as keyof typeof router.routesById]);
}

keepFocusInLists();
refuseStrayFiles();
// With everything at hand the page is rendered at once. What takes longer is shown as it comes.
await Promise.race([Promise.allSettled(first), new Promise((resolve) => setTimeout(resolve, PATIENCE_MS))]);
createRoot(page).render(
  <StrictMode>
    <trpc.Provider client={trpcClient} queryClient={queryClient}>
      <QueryClientProvider client={queryClient}>
        <RouterProvider router={router} />
      </QueryClientProvider>
    </trpc.Provider>
  </StrictMode>,
);
