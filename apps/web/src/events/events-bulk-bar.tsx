import { instantAt } from '@scheduler/scheduling';
import type { Store } from '@scheduler/server/router';
import { useEffect } from 'react';
import { apiQueries, trpc } from '../lib/api.ts';
import { useExternalStore } from '../lib/external-store.ts';
import { titleOf } from '../lib/words.ts';
import { BULK_FIELD, BulkBar } from '../planning/bulk-bar.tsx';
import { firstFreeSlot } from '../planning/first-free-slot.ts';
import { clearSelection, selection } from '../planning/selection.ts';
import { DateInput } from '../ui/date-field.tsx';
import { onShortcut } from '../ui/shortcuts.ts';

/** The bar of the events that are selected in the list. Escape ends the selection. */
export function EventsBulkBar({ store, today }: { store: Store; today: string }) {
  const { id: storeId, timeZone } = store;
  const ids = useExternalStore(selection, (all) => all);
  const rows = trpc
    .useQueries((ask) => [...ids].map((eventId) => ask.events.get({ eventId })))
    .flatMap(({ data }) => data ?? []);
  const { data: people = [] } = trpc.employees.list.useQuery({ storeId });
  useEffect(
    () =>
      onShortcut((shortcut) => {
        if (shortcut === 'Escape') clearSelection();
        return shortcut === 'Escape';
      }),
    [],
  );
  const open = rows.filter(({ schedule }) => !schedule).map(({ event }) => event);
  const scheduled = rows.flatMap(({ event, schedule }) => (schedule ? [{ ...schedule, event }] : []));
  return (
    <BulkBar
      open={open}
      scheduled={scheduled}
      people={people}
      timeZone={timeZone}
      dayField={(day, onDay, none) => (
        <span className="flex items-center gap-1.5 text-xs text-ink-2">
          {day === '' && none}
          <DateInput aria-label="Day" min={today} value={day} onChange={onDay} className={BULK_FIELD} />
        </span>
      )}
      findStart={async (event, employeeId, day) => {
        const options = await apiQueries.events.options.fetch({ eventId: event.eventId, day });
        const time = firstFreeSlot(options, employeeId);
        if (time === undefined) {
          throw new Error(`${titleOf(event)} has no usual time. Schedule it by itself, and choose one.`);
        }
        return instantAt(day, time, timeZone);
      }}
      onFocusBack={() => {
        document.querySelector<HTMLElement>('[data-testid=event-rows] [role=row][tabindex="0"]')?.focus();
      }}
    />
  );
}
