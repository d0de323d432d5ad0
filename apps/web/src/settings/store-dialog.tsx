import { currentInstant } from '@scheduler/runtime/browser-clock';
import type { Settings } from '@scheduler/server/router';
import { SelectField, TextField } from '@scheduler/ui/field';
import { useState } from 'react';
import { trpc } from '../lib/api.ts';
import { problemOf } from '../lib/problem.ts';
import { formatTime } from '../lib/time.ts';
import { FormDialog } from '../ui/form-dialog.tsx';
import { toast } from '../ui/toast.tsx';

export function StoreDialog({ settings, onClose }: { settings: Settings; onClose: () => void }) {
  const utils = trpc.useUtils();
  const { store, upcoming } = settings;
  const [version, setVersion] = useState(store.version);
  const [timeZone, setTimeZone] = useState(store.timeZone);
  const save = trpc.settings.setStore.useMutation({
    onSuccess: async (saved) => {
      toast(`${saved.name} is saved.`);
      onClose();
      await utils.invalidate();
    },
  });
  const problem = save.error ? problemOf(save.error) : undefined;
  const moved = timeZone !== store.timeZone;
  const zones = [...new Set([store.timeZone, ...Intl.supportedValuesOf('timeZone')])].sort();
  const now = currentInstant();
  return (
    <FormDialog
      title={`Edit ${store.name}`}
      action={moved ? 'Save and change the zone' : 'Save'}
      look={moved ? 'danger' : 'primary'}
      saving={save}
      onSubmit={(form) =>
        save.mutate({
          storeId: store.id,
          version,
          name: String(form.get('name')).trim(),
          number: String(form.get('number')).trim(),
          timeZone,
        })
      }
      onVersion={setVersion}
      onClose={onClose}
    >
      <TextField
        label="Name"
        name="name"
        required
        maxLength={120}
        defaultValue={store.name}
        problem={problem?.fields.name}
      />
      <TextField
        label="Number"
        name="number"
        required
        maxLength={20}
        hint="The company’s own, as in CSV files."
        defaultValue={store.number}
        problem={problem?.fields.number}
      />
      <SelectField
        label="Time zone"
        value={timeZone}
        onChange={(change) => setTimeZone(change.target.value)}
        problem={problem?.fields.timeZone}
      >
        {zones.map((zone) => (
          <option key={zone}>{zone}</option>
        ))}
      </SelectField>
      {moved && (
        <div role="status" className="rounded-md border border-waiting/40 bg-waiting-soft p-2.5 text-sm">
          <p className="font-medium text-waiting">What another zone means</p>
          <ul className="mt-1 list-disc pl-4">
            <li>
              Now it is {formatTime(now, store.timeZone)} by the old zone and {formatTime(now, timeZone)} by
              the new one.
            </li>
            <li>
              {upcoming === 0
                ? 'Nothing is planned from today on.'
                : `${upcoming} planned ${upcoming === 1 ? 'schedule keeps its instant' : 'schedules keep their instants'}. The board shows them with the time and day of the new zone.`}
            </li>
            <li>
              Crossmark’s list is read again, because its times are in the store’s zone. Bookings that it
              shows at another time are adopted.
            </li>
          </ul>
        </div>
      )}
    </FormDialog>
  );
}
