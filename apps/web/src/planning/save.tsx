import { Button } from '@scheduler/ui/button';
import { TextField } from '@scheduler/ui/field';
import { type UseMutationResult, useMutation } from '@tanstack/react-query';
import { problemOf } from '../lib/problem.ts';
import { Refusal } from '../ui/states.tsx';
import type { Edit } from './edit.ts';
import { useEdits } from './edits.ts';
import { reapply } from './reapply.ts';

type SaveMutation = UseMutationResult<void, Error, Edit>;

/** Saves an edit of a dialog, which shows a refusal with {@link EditRefusal}. */
export function useSave(onSaved: () => void, onRefused?: () => void): SaveMutation {
  const { save } = useEdits();
  return useMutation({
    mutationFn: save,
    onSuccess: onSaved,
    ...(onRefused && { onError: onRefused }),
  });
}

/** A refused edit: who changed what, and the possible actions if another change came first. */
export function EditRefusal({ saving, onLeave }: { saving: SaveMutation; onLeave: () => void }) {
  const { error, variables, mutateAsync } = saving;
  if (!error) return null;
  return (
    <>
      <Refusal error={error} />
      {problemOf(error).code === 'stale' && variables && (
        <div className="flex flex-wrap gap-2">
          <Button
            onClick={() => void reapply(variables, (fresh) => mutateAsync(fresh).catch(() => undefined))}
          >
            Reapply my change
          </Button>
          <Button onClick={onLeave}>Leave it as it is now</Button>
        </div>
      )}
    </>
  );
}

/**
 * A field for the reason of an override, which is stored with the schedule and in the audit log.
 */
export function OverrideField({
  form,
  value,
  onChange,
}: {
  /** The id of its form, if the field is outside of the form. */
  form?: string;
  value: string;
  onChange: (reason: string) => void;
}) {
  return (
    <TextField
      label="Reason for going against the warning"
      hint="Kept with the schedule for whoever asks later."
      name="overrideReason"
      {...(form && { form })}
      required
      maxLength={300}
      value={value}
      onChange={(change) => onChange(change.target.value)}
    />
  );
}
