import { useSearch } from '@tanstack/react-router';
import { lazy, type ReactNode, Suspense } from 'react';
import { trpc } from '../lib/api.ts';

/** Loaded when it is needed, because an address seldom names another store. */
const OtherStore = lazy(async () => ({ default: (await import('./other-store.tsx')).OtherStore }));

/** A page, unless its address names a store that is not one of the user's. */
export function OwnStore({ children }: { children: ReactNode }) {
  const store = useSearch({ strict: false, select: (search) => search.store });
  const { data: stores } = trpc.stores.list.useQuery(undefined, { staleTime: 300_000 });
  if (store === undefined || !stores || stores.some(({ id }) => id === store)) return children;
  return (
    <Suspense>
      <OtherStore stores={stores} />
    </Suspense>
  );
}
