import { SelectField } from '@scheduler/ui/field';
import { useCallback } from 'react';
import { ActorField } from '../activity/actor-field.tsx';
import { trpc } from '../lib/api.ts';
import type { SearchChange } from '../search-params.ts';
import { DateField } from '../ui/date-field.tsx';
import { SearchBox, TypedField } from '../ui/search-box.tsx';
import { type AuditSearch, KINDS, NARROWING, OBJECTS } from './audit-search.ts';

export type Change = SearchChange<AuditSearch>;

export const clear: Change = Object.fromEntries(NARROWING.map((part) => [part, undefined]));

export const wordsOf = <Key extends string>(words: Record<Key, string>) =>
  Object.entries(words) as [Key, string][];

export function AuditFilters({
  search,
  onSearch,
}: {
  search: AuditSearch;
  onSearch: (change: Change) => void;
}) {
  const { by, kind, object, id, from, to } = search;
  const actors = trpc.audit.actors.useQuery();
  const { data: stores = [] } = trpc.stores.list.useQuery(undefined, { staleTime: 300_000 });
  const look = useCallback((q: string) => onSearch({ q: q || undefined }), [onSearch]);
  return (
    <form
      aria-label="Narrow down"
      onSubmit={(event) => event.preventDefault()}
      className="grid grid-cols-2 items-start gap-2 sm:grid-cols-3 lg:grid-cols-6"
    >
      <div className="col-span-full">
        <SearchBox
          label="Search the audit log"
          placeholder="Names, numbers and values, before or after"
          className="min-w-44"
          value={search.q ?? ''}
          onChange={look}
        />
      </div>
      {stores.length > 1 && (
        <SelectField
          label="Store"
          value={search.store ?? ''}
          onChange={(change) => onSearch({ store: Number(change.target.value) || undefined })}
        >
          <option value="">All stores</option>
          {stores.map((store) => (
            <option key={store.id} value={store.id}>
              {store.name} ({store.number})
            </option>
          ))}
        </SelectField>
      )}
      <ActorField actors={actors.data} by={by} onSearch={onSearch} />
      <SelectField
        label="Kind"
        value={kind ?? ''}
        onChange={(change) =>
          onSearch({ kind: wordsOf(KINDS).find(([each]) => each === change.target.value)?.[0] })
        }
      >
        <option value="">Everything</option>
        {wordsOf(KINDS).map(([each, word]) => (
          <option key={each} value={each}>
            {word}
          </option>
        ))}
      </SelectField>
      <SelectField
        label="Done to"
        value={object ?? ''}
        onChange={(change) =>
          onSearch({
            object: wordsOf(OBJECTS).find(([each]) => each === change.target.value)?.[0],
            id: undefined,
          })
        }
      >
        <option value="">Anything</option>
        {wordsOf(OBJECTS).map(([each, word]) => (
          <option key={each} value={each}>
            {word}
          </option>
        ))}
      </SelectField>
      {object && (
        <TypedField
          key={object}
          label={`Which ${OBJECTS[object].toLowerCase()}`}
          placeholder="Number or id"
          maxLength={200}
          value={id ?? ''}
          onChange={(next) => onSearch({ id: next || undefined })}
        />
      )}
      {(['from', 'to'] as const).map((end) => (
        <DateField
          key={end}
          label={end === 'from' ? 'From day' : 'To day'}
          value={(end === 'from' ? from : to) ?? ''}
          onChange={(day) => onSearch({ [end]: day || undefined })}
        />
      ))}
    </form>
  );
}
