import { Button } from '@scheduler/ui/button';
import { type ErrorComponentProps, useRouter } from '@tanstack/react-router';
import { useEffect } from 'react';
import { currentSession } from '../lib/session.ts';

/**
 * Short enough to go on soon after the server is back, and little for a server that just starts.
 */
const TRY_AGAIN_MS = 5_000;

/** While the session is asked for. */
export function Starting() {
  return (
    <div role="status" className="grid min-h-dvh place-items-center text-sm text-ink-2">
      Opening the scheduler…
    </div>
  );
}

/**
 * The page is here but the server is not: asks again and again whether it is back, and then goes
 * on.
 */
export function StartFailed({ error }: ErrorComponentProps) {
  const router = useRouter();
  useEffect(() => {
    // Asked for beside the page, so that it stays as it is until there is an answer.
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
        {error instanceof Error ? error.message : ''} What was saved before is safe. The page retries every
        few seconds.
      </p>
      <Button look="primary" onClick={() => window.location.reload()}>
        Try again
      </Button>
    </main>
  );
}

/** A page that broke, or whose code could not be loaded; what stands around it still works. */
export function PageFailed() {
  return (
    <div role="alert" className="grid flex-1 place-content-center justify-items-center gap-3 p-6 text-center">
      <h1 className="text-lg font-semibold">This page could not be shown</h1>
      <p className="max-w-prose text-sm text-ink-2">
        What was saved is safe. Load it anew; should it happen again, tell whoever administers the scheduler.
      </p>
      <Button look="primary" onClick={() => window.location.reload()}>
        Load it anew
      </Button>
    </div>
  );
}
