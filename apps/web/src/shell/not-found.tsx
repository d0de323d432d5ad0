import { buttonClass } from '@scheduler/ui/button';
import { Link } from '@tanstack/react-router';
import { useTitle } from './use-title.ts';

export function NotFound() {
  useTitle('Not found');
  return (
    <main className="grid min-h-dvh place-content-center justify-items-center gap-3 p-6 text-center">
      <h1 className="text-lg font-semibold">There is no such page</h1>
      <p className="text-sm text-ink-2">The address may be mistyped or old.</p>
      <Link to="/" className={buttonClass('primary')}>
        Go to the board
      </Link>
    </main>
  );
}
