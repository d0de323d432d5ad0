import { Button } from '@scheduler/ui/button';
import { SelectField } from '@scheduler/ui/field';
import type { SearchChange } from '../search-params.ts';
import { Dialog } from '../ui/dialog.tsx';
import { COLUMNS } from './event-columns.ts';
import type { EventFilter, EventsSearch } from './events-search.ts';
import { FilterFields } from './filter-fields.tsx';

/** The filters and the order of the events, for screens without room for them on the page. */
export function FiltersDialog({
  search,
  filter,
  total,
  isNarrowed,
  onSearch,
  onClear,
  onClose,
}: {
  search: EventsSearch;
  filter: EventFilter;
  /** The number of events that match; undefined while it loads. */
  total: number | undefined;
  /** Whether a filter is set. */
  isNarrowed: boolean;
  onSearch: (change: SearchChange<EventsSearch>) => void;
  onClear: () => void;
  onClose: () => void;
}) {
  return (
    <Dialog
      shape="narrow"
      title="Filters"
      onClose={onClose}
      footer={
        <>
          <Button disabled={!isNarrowed} onClick={onClear}>
            Clear filters
          </Button>
          <Button look="primary" onClick={onClose}>
            Show {total ?? ''} events
          </Button>
        </>
      }
    >
      <div className="grid gap-2">
        <FilterFields search={search} onChange={onSearch} />
        <SelectField
          label="Order"
          value={`${filter.sort} ${filter.descending ? 'down' : 'up'}`}
          onChange={(change) => {
            const column = COLUMNS.find(({ sort }) => change.target.value.startsWith(`${sort} `));
            onSearch({ sort: column?.sort, desc: change.target.value.endsWith(' down') || undefined });
          }}
        >
          {COLUMNS.flatMap(({ sort, label }) => [
            <option key={`${sort} up`} value={`${sort} up`}>
              {label}
            </option>,
            <option key={`${sort} down`} value={`${sort} down`}>
              {label}, last first
            </option>,
          ])}
        </SelectField>
      </div>
    </Dialog>
  );
}
