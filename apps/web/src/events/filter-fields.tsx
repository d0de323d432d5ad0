import { CONDITIONS, EVENT_TYPES } from '@scheduler/scheduling';
import { skipToken } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { trpc } from '../lib/api.ts';
import { STATE_WORDS, STATES } from '../lib/words.ts';
import type { SearchChange } from '../search-params.ts';
import { useStore } from '../shell/use-store.ts';
import { DateInput } from '../ui/date-field.tsx';
import { SearchBox } from '../ui/search-box.tsx';
import type { EventsSearch } from './events-search.ts';

/** The filters of the list of events. For unreported work, conditions and days are fixed. */
export function FilterFields({
  search,
  onChange,
}: {
  search: EventsSearch;
  onChange: (change: SearchChange<EventsSearch>) => void;
}) {
  const storeId = useStore()?.id;
  const people = trpc.employees.list.useQuery(
    storeId === undefined ? skipToken : { includeRetired: true, storeId },
    { staleTime: 300_000 },
  );
  const all = search.view !== 'unreported';
  return (
    <>
      <SearchBox
        label="Search events"
        placeholder="Name, event number or plan id"
        value={search.q ?? ''}
        onChange={(q) => onChange({ q: q || undefined })}
      />
      <Pick
        label="Type"
        value={search.type}
        none="All types"
        options={EVENT_TYPES.map((type) => [type, type])}
        onChange={(type) => onChange({ type: EVENT_TYPES.find((each) => each === type) })}
      />
      {all && (
        <>
          <Pick
            label="Condition"
            value={search.condition}
            none="All conditions"
            options={CONDITIONS.map((condition) => [condition, condition])}
            onChange={(condition) => onChange({ condition: CONDITIONS.find((each) => each === condition) })}
          />
          <Pick
            label="Scheduled here"
            value={search.scheduled}
            none="Any schedule"
            options={[
              ['yes', 'Scheduled'],
              ['no', 'Not scheduled'],
            ]}
            onChange={(answer) =>
              onChange({ scheduled: answer === 'yes' || answer === 'no' ? answer : undefined })
            }
          />
        </>
      )}
      <Pick
        label="Sync with Crossmark"
        value={search.sync}
        none="Any sync"
        options={STATES.map((state) => [state, STATE_WORDS[state]])}
        onChange={(state) => onChange({ sync: STATES.find((each) => each === state) })}
      />
      <Pick
        label="Person"
        value={search.rep === undefined ? undefined : String(search.rep)}
        none="Everybody"
        options={(people.data ?? []).map((person) => [String(person.id), person.name])}
        onChange={(rep) => onChange({ rep: rep ? Number(rep) : undefined })}
      />
      {all && <Dates search={search} onChange={onChange} />}
    </>
  );
}

const BOX =
  'h-8 min-w-0 rounded-md border bg-surface px-2 text-sm pointer-coarse:h-11 aria-invalid:border-failed';
const look = (on: boolean) => (on ? 'border-accent bg-accent-soft!' : 'border-line-strong');

function Pick({
  label,
  value,
  none,
  options,
  onChange,
}: {
  label: string;
  value: string | undefined;
  /** The option for no choice. */
  none: string;
  options: readonly (readonly [value: string, word: string])[];
  onChange: (value: string) => void;
}) {
  return (
    <select
      aria-label={label}
      value={value ?? ''}
      onChange={(change) => onChange(change.target.value)}
      className={`${BOX} ${look(value !== undefined)} min-[1120px]:max-w-32`}
    >
      <option value="">{none}</option>
      {options.map(([each, word]) => (
        <option key={each} value={each}>
          {word}
        </option>
      ))}
    </select>
  );
}

function Dates({
  search,
  onChange,
}: {
  search: EventsSearch;
  onChange: (change: SearchChange<EventsSearch>) => void;
}) {
  const dates = ['from', 'to'] as const;
  return (
    <fieldset className="flex min-w-0 flex-wrap items-center gap-1.5 text-sm">
      <legend className="sr-only">Days</legend>
      <select
        aria-label="Which days"
        value={search.dates ?? 'window'}
        onChange={(change) => onChange({ dates: change.target.value === 'work' ? 'work' : undefined })}
        className={`${BOX} ${look(search.dates !== undefined)}`}
      >
        <option value="window">Window touches</option>
        <option value="work">Planned for</option>
      </select>
      {dates.map((end) => (
        <Day key={end} label={end === 'from' ? 'From' : 'To'}>
          <DateInput
            value={search[end] ?? ''}
            onChange={(day) => onChange({ [end]: day || undefined })}
            className={`${BOX} ${look(search[end] !== undefined)}`}
          />
        </Day>
      ))}
    </fieldset>
  );
}

function Day({ label, children }: { label: string; children: ReactNode }) {
  return (
    // biome-ignore lint/a11y/noLabelWithoutControl: the field is the child
    <label className="flex items-center gap-1 text-ink-2">
      {label}
      {children}
    </label>
  );
}
