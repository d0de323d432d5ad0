import { detectEventType, EVENT_TYPES } from '@scheduler/scheduling';
import type { EventRow } from '@scheduler/server/router';
import { SelectField } from '@scheduler/ui/field';
import { useState } from 'react';
import { trpc } from '../lib/api.ts';
import { titleOf } from '../lib/words.ts';
import { FormDialog } from '../ui/form-dialog.tsx';
import { toast } from '../ui/toast.tsx';

/** The choice that leaves the type to the event's name. */
const BY_NAME = '';

/**
 * The dialog that sets the type of an event whose name gives a wrong one, or resets it to the type
 * by name.
 */
export function TypeDialog({ row, onClose }: { row: EventRow; onClose: () => void }) {
  const { event, typeByHand } = row;
  const utils = trpc.useUtils();
  // The type as it was when the dialog was opened: the server refuses to overwrite a colleague’s
  // choice.
  const [seen] = useState(event.type);
  const [chosen, setChosen] = useState<string>(typeByHand ? event.type : BY_NAME);
  const setType = trpc.events.setType.useMutation({
    onSuccess: ({ type }) => {
      toast(`${titleOf(event)} is ${type} now.`);
      onClose();
    },
    // Also after a refusal: the panel behind the dialog then shows the current type.
    onSettled: () => {
      void utils.events.invalidate();
      void utils.schedules.invalidate();
      void utils.board.week.invalidate();
    },
  });
  return (
    <FormDialog
      title="What kind of work is it?"
      description={event.name}
      action="Save"
      saving={setType}
      onSubmit={() =>
        setType.mutate({
          eventId: event.eventId,
          type: EVENT_TYPES.find((type) => type === chosen) ?? null,
          seen,
        })
      }
      onClose={onClose}
    >
      <SelectField
        label="Type"
        hint="A type set by hand stays, whatever Crossmark’s list says later. The duration follows the type, unless a file told it. A schedule keeps its times."
        value={chosen}
        onChange={(change) => setChosen(change.target.value)}
      >
        <option value={BY_NAME}>By its name: {detectEventType(event.name)}</option>
        {EVENT_TYPES.map((type) => (
          <option key={type}>{type}</option>
        ))}
      </SelectField>
    </FormDialog>
  );
}
