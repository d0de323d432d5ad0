import { TickBox } from '@scheduler/ui/field';
import { useState } from 'react';
import { trpc } from '../lib/api.ts';

/** The stores that are chosen in a form with a {@link StoresField}; null for all stores. */
export const storesOf = (form: FormData): number[] | null =>
  form.get('stores') === 'all' ? null : form.getAll('store').map(Number);

/** The stores of a user: all, or some of them. An admin has all. */
export function StoresField({
  defaultValue,
  isAdmin,
}: {
  defaultValue: readonly number[] | null;
  isAdmin: boolean;
}) {
  const [isLimited, setIsLimited] = useState(defaultValue !== null);
  const [chosen, setChosen] = useState<ReadonlySet<number>>(new Set(defaultValue));
  const toggle = (id: number) => () =>
    setChosen(new Set(chosen.has(id) ? [...chosen].filter((each) => each !== id) : [...chosen, id]));
  const stores = trpc.stores.list.useQuery();
  if (isAdmin) {
    return (
      <p className="text-sm text-ink-2">
        <input type="hidden" name="stores" value="all" />
        An admin has all stores.
      </p>
    );
  }
  const choice = 'flex items-center gap-2 text-sm pointer-coarse:min-h-10';
  return (
    <fieldset className="grid gap-2">
      <legend className="pb-1 text-sm font-medium">Stores</legend>
      <label className={choice}>
        <input
          type="radio"
          name="stores"
          value="all"
          className="size-4 accent-accent"
          checked={!isLimited}
          onChange={() => setIsLimited(false)}
        />
        All stores, also those that are added later
      </label>
      <label className={choice}>
        <input
          type="radio"
          name="stores"
          value="some"
          className="size-4 accent-accent"
          checked={isLimited}
          // The browser says it where the form is sent.
          ref={(input) =>
            input?.setCustomValidity(isLimited && chosen.size === 0 ? 'Choose at least one store.' : '')
          }
          onChange={() => setIsLimited(true)}
        />
        Only these
      </label>
      {isLimited && (
        <div className="grid max-h-48 gap-1 overflow-y-auto pl-6">
          {stores.data?.map(({ id, name, number }) => (
            <TickBox key={id} name="store" value={id} checked={chosen.has(id)} onChange={toggle(id)}>
              {name} ({number})
            </TickBox>
          ))}
        </div>
      )}
    </fieldset>
  );
}
