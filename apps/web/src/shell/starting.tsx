import type { ErrorComponentProps } from '@tanstack/react-router';
import { Button } from '../ui/button.tsx';

/** While the session is asked for. */
export function Starting() {
  return (
    <div role="status" className="grid min-h-dvh place-items-center text-sm text-ink-2">
      Opening the scheduler…
    </div>
  );
}

/** The page is here but the server is not. */
export function StartFailed({ error }: ErrorComponentProps) {
  return (
    <main className="grid min-h-dvh place-content-center justify-items-center gap-3 p-6 text-center">
      <h1 className="text-lg font-semibold">The scheduler could not be opened</h1>
      <p className="max-w-prose text-sm text-ink-2">
        {error instanceof Error ? error.message : ''} What was saved before is safe.
      </p>
      <Button look="primary" onClick={() => window.location.reload()}>
        Try again
      </Button>
    </main>
  );
}
