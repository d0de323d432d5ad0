import type { Store } from '@scheduler/server/router';
import { useSearch } from '@tanstack/react-router';
import { trpc } from '../lib/api.ts';

/**
 * Returns the store of the page: the one in its address, otherwise the first. Undefined if none is
 * known.
 */
export function useStore(): Store | undefined {
  const store = useSearch({ strict: false, select: (search) => search.store });
  const { data } = trpc.stores.list.useQuery(undefined, { staleTime: 300_000 });
  return data?.find(({ id }) => id === store) ?? data?.[0];
}
