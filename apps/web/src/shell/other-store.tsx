import type { Store } from '@scheduler/server/router';
import { buttonClass } from '@scheduler/ui/button';
import { Link } from '@tanstack/react-router';
import { useHasAllStores } from './use-session.ts';
import { useTitle } from './use-title.ts';

/** In place of a page whose address names a store that the user doesn't have: says so, and offers theirs. */
export function OtherStore({ stores }: { stores: readonly Store[] }) {
  const hasAllStores = useHasAllStores();
  const title = hasAllStores ? 'There is no such store.' : 'This store is not one of yours.';
  useTitle(title);
  return (
    <div className="grid flex-1 content-center gap-4 px-4 py-8 text-center">
      <div className="grid gap-1">
        <h1 className="font-medium">{title}</h1>
        <p className="text-sm text-ink-2">
          {hasAllStores
            ? 'The address may be mistyped. Choose a store:'
            : 'You can see and plan these stores. If you need another one, ask an admin.'}
        </p>
      </div>
      <ul className="flex flex-wrap justify-center gap-2">
        {stores.map(({ id, name, number }) => (
          <li key={id}>
            <Link to="/" search={{ store: id }} className={buttonClass('plain')}>
              {name} ({number})
            </Link>
          </li>
        ))}
      </ul>
    </div>
  );
}
