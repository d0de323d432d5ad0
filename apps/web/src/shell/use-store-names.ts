import { trpc } from '../lib/api.ts';

/** Returns a function that names the stores of a user: `All stores`, or their names. */
export function useStoreNames(): (storeIds: readonly number[] | null) => string {
  const { data: stores = [] } = trpc.stores.list.useQuery(undefined, { staleTime: 300_000 });
  return (storeIds) => {
    if (storeIds === null) return 'All stores';
    const named = stores.filter(({ id }) => storeIds.includes(id));
    return named.map(({ name, number }) => `${name} (${number})`).join(', ');
  };
}
