import { trpc } from '../lib/api.ts';
import { TruncatedText } from '../ui/truncated-text.tsx';
import { useStore } from './use-store.ts';

/** The store of the page, or a choice if there are several stores. */
export function StoreName({ onChange }: { onChange: (storeId: number) => void }) {
  const store = useStore();
  const { data: stores = [] } = trpc.stores.list.useQuery(undefined, { staleTime: 300_000 });
  if (stores.length < 2) {
    return (
      store && (
        <TruncatedText
          text={`${store.name} (${store.number})`}
          className="hidden! max-w-60 text-sm text-ink-2 sm:block!"
        />
      )
    );
  }
  return (
    <select
      aria-label="Store"
      value={store?.id ?? ''}
      onChange={(change) => onChange(Number(change.target.value))}
      className="h-8 max-w-60 max-[379px]:max-w-32 rounded-md border border-line-strong bg-surface px-2 text-sm text-ink-2 pointer-coarse:h-10"
    >
      {stores.map(({ id, name, number }) => (
        <option key={id} value={id}>
          {name} ({number})
        </option>
      ))}
    </select>
  );
}
