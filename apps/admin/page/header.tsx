import { Button } from '@scheduler/ui/button';
import { useState } from 'react';
import { csrfHeader, type Viewer } from './trpc.ts';

export function Header({ viewer }: { viewer: Viewer }) {
  const [stillSignedIn, setStillSignedIn] = useState(false);
  const signOut = async () => {
    const answer = await fetch('/api/auth/sign-out', {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...csrfHeader() },
      body: '{}',
    }).catch(() => undefined);
    if (answer?.ok || answer?.status === 401) location.reload();
    else setStillSignedIn(true);
  };
  return (
    <header className="border-b border-line bg-surface">
      <div className="mx-auto flex max-w-7xl flex-wrap items-center gap-x-6 gap-y-2 px-4 py-2 sm:px-6">
        <h1 className="font-semibold">Crossmark sync</h1>
        <nav aria-label="Pages" className="flex gap-1 text-sm">
          <a
            href="/"
            aria-current="page"
            className="rounded-md bg-accent-soft px-3 py-2 font-medium text-accent-text"
          >
            Overview
          </a>
          <a href="/queues" className="rounded-md px-3 py-2 font-medium text-ink-2 hover:bg-surface-2">
            Queues
          </a>
        </nav>
        <div className="ml-auto flex items-center gap-3 text-sm">
          <span className="text-ink-2">
            {viewer.name} <span className="text-ink-3">({viewer.role})</span>
          </span>
          <Button onClick={signOut}>Sign out</Button>
        </div>
      </div>
      {stillSignedIn && (
        <p
          role="alert"
          className="border-t border-line bg-failed-soft px-4 py-1.5 text-center text-sm text-failed"
        >
          You are still signed in: the admin server did not answer. Try again in a moment.
        </p>
      )}
      {viewer.role !== 'admin' && (
        <p className="border-t border-line px-4 py-1.5 text-center text-sm text-ink-3">
          You see everything here. Changing something takes the role admin.
        </p>
      )}
    </header>
  );
}
