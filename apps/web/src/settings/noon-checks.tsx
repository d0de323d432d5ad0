import { NOON_CHECK_ORDERS } from '@scheduler/scheduling';
import type { Settings } from '@scheduler/server/router';
import { Button } from '@scheduler/ui/button';
import { Pencil } from 'lucide-react';
import { useState } from 'react';
import { trpc } from '../lib/api.ts';
import { NOON_CHECK_WORDS } from '../lib/words.ts';
import { FormDialog } from '../ui/form-dialog.tsx';
import { toast } from '../ui/toast.tsx';
import { SECTION, type SectionProps } from './section.ts';
import { Choice } from './work-dialog.tsx';

export function NoonCheckSection({ settings, isAdmin }: SectionProps) {
  const [isEditing, setIsEditing] = useState(false);
  return (
    <section aria-labelledby="noon-checks" className={SECTION}>
      <div className="flex items-center gap-2">
        <h2 id="noon-checks" className="font-semibold">
          Noon checks
        </h2>
        {isAdmin && (
          <Button className="ml-auto" onClick={() => setIsEditing(true)}>
            <Pencil aria-hidden className="size-4" />
            Edit noon checks
          </Button>
        )}
      </div>
      <p className="text-sm">{NOON_CHECK_WORDS[settings.store.noonCheckBy]}.</p>
      {isEditing && <NoonCheckDialog settings={settings} onClose={() => setIsEditing(false)} />}
    </section>
  );
}

function NoonCheckDialog({ settings, onClose }: { settings: Settings; onClose: () => void }) {
  const utils = trpc.useUtils();
  const { store } = settings;
  const [version, setVersion] = useState(store.version);
  const [noonCheckBy, setNoonCheckBy] = useState(store.noonCheckBy);
  const save = trpc.settings.setNoonCheck.useMutation({
    onSuccess: async () => {
      toast('The setting for noon checks is saved.');
      onClose();
      await utils.invalidate();
    },
  });
  return (
    <FormDialog
      title="Noon checks"
      description="The person who gets the Supervisor event when its Core is scheduled. Existing schedules do not change."
      action="Save"
      saving={save}
      onSubmit={() => save.mutate({ storeId: store.id, version, noonCheckBy })}
      onVersion={setVersion}
      onClose={onClose}
    >
      <Choice
        legend="Who gets it first"
        words={NOON_CHECK_WORDS}
        options={NOON_CHECK_ORDERS}
        value={noonCheckBy}
        onChange={setNoonCheckBy}
      />
    </FormDialog>
  );
}
