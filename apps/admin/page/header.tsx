import { Button } from '@scheduler/ui/button';
import { type ReactNode, useState } from 'react';
import { PAGES, type PageName } from './place.ts';
import { csrfHeader, type Viewer } from './trpc.ts';

const NAMES: Record<PageName, string> = {
  overview: 'Overview',
  changes: 'Changes',
  charts: 'Charts',
  refreshes: 'Refreshes',
};

/** `status`: the moment that the page shows. `acts`: what can be done about all of sync. */
export function Header(props: { viewer: Viewer; page: PageName; status?: ReactNode; acts?: ReactNode }) {
  const { viewer, page } = props;
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
  const link = 'rounded-md px-1.5 py-1 font-medium whitespace-nowrap sm:px-2.5 pointer-coarse:py-2';
  return (
    <header className="border-b border-line bg-surface">
      <div className="flex min-h-11 flex-wrap items-center gap-x-3 gap-y-1 px-3 py-1 sm:px-4">
        <h1 className="flex items-center gap-2 font-semibold">
          <img src="/icon.svg" alt="" className="size-5" />
          Crossmark sync
        </h1>
        <nav aria-label="Pages" className="order-last flex w-full flex-wrap gap-0.5 lg:order-none lg:w-auto">
          {PAGES.map((name) => (
            <a
              key={name}
              href={name === 'overview' ? '#' : `#${name}`}
              aria-current={name === page ? 'page' : undefined}
              className={`${link} ${name === page ? 'bg-accent-soft text-accent-text' : 'text-ink-2 hover:bg-surface-2'}`}
            >
              {NAMES[name]}
            </a>
          ))}
          <a href="/queues" className={`${link} text-ink-2 hover:bg-surface-2`}>
            Queues
          </a>
        </nav>
        <div className="ml-auto flex flex-wrap items-center justify-end gap-2">
          {props.status}
          {props.acts}
          <Account viewer={viewer} onSignOut={signOut} />
        </div>
      </div>
      {stillSignedIn && (
        <p role="alert" className="border-t border-line bg-failed-soft px-4 py-1.5 text-center text-failed">
          You are still signed in: the admin server did not answer. Try again in a moment.
        </p>
      )}
      {viewer.role !== 'admin' && (
        <p className="border-t border-line px-4 py-1 text-center text-xs text-ink-2">
          You can see everything here. Changes require the role admin.
        </p>
      )}
    </header>
  );
}

/** The first letters of the first and the last name. */
function initialsOf(name: string): string {
  const words = name.split(/\s+/).filter(Boolean);
  return [...new Set([words[0], words.at(-1)])].map((word) => word?.charAt(0) ?? '').join('');
}

function Account({ viewer, onSignOut }: { viewer: Viewer; onSignOut: () => void }) {
  return (
    <>
      <button
        type="button"
        popoverTarget="account"
        className="grid size-7 place-items-center rounded-full bg-surface-2 text-xs font-semibold text-ink-2 hover:bg-surface-3 pointer-coarse:size-10"
      >
        {initialsOf(viewer.name)}
        <span className="sr-only">, account of {viewer.name}</span>
      </button>
      <div
        id="account"
        popover="auto"
        className="fixed inset-auto top-11 right-3 m-0 w-56 rounded-lg border border-line bg-surface p-3 text-ink shadow-float"
      >
        <p className="font-medium">{viewer.name}</p>
        <p className="mb-2 text-ink-2">{viewer.role}</p>
        <Button onClick={onSignOut} className="w-full">
          Sign out
        </Button>
      </div>
    </>
  );
}
