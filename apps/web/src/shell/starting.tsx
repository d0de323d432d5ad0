import { Button } from '@scheduler/ui/button';
import { type ErrorComponentProps, useRouter } from '@tanstack/react-router';
import { useEffect } from 'react';
import { currentSession } from '../lib/session.ts';

/**
 * Short enough to continue soon after the server is back, and long enough to put little load on a
 * starting server.
 */
const TRY_AGAIN_MS = 5_000;

/** Shown while the session is loading. */
export function Starting() {
  return (
    <div role="status" className="grid min-h-dvh place-items-center text-sm text-ink-2">
      Opening the scheduler…
    </div>
  );
}

/**
 * Shown if the server can't be reached. Checks repeatedly whether it is back, and then continues.
 */
export function StartFailed({ error }: ErrorComponentProps) {
  const router = useRouter();
  useEffect(() => {
    // Checked separately, so that the page does not change until there is an answer.
    const tryAgain = () =>
      currentSession().then(
        () => router.invalidate(),
        () => undefined,
      );
    const timer = setInterval(tryAgain, TRY_AGAIN_MS);
    window.addEventListener('online', tryAgain);
    return () => {
      clearInterval(timer);
      window.removeEventListener('online', tryAgain);
    };
  }, [router]);
  return (
    <main className="grid min-h-dvh place-content-center justify-items-center gap-3 p-6 text-center">
      <h1 className="text-lg font-semibold">The scheduler could not be opened</h1>
      <p className="max-w-prose text-sm text-ink-2">
        {error instanceof Error ? error.message : ''} Saved changes are safe. The page retries every few
        seconds.
      </p>
      <Button look="primary" onClick={() => window.location.reload()}>
        Try again
      </Button>
    </main>
  );
}

/**
 * Shown for a page that failed or whose code could not be loaded. The frame around it still works.
 */
export function PageFailed() {
  return (
    <div role="alert" className="grid flex-1 place-content-center justify-items-center gap-3 p-6 text-center">
      <h1 className="text-lg font-semibold">This page could not be shown</h1>
      <p className="max-w-prose text-sm text-ink-2">
        Saved changes are safe. Reload the page. If this happens again, tell an admin of the scheduler.
      </p>
      <Button look="primary" onClick={() => window.location.reload()}>
        Reload
      </Button>
    </div>
  );
}
