import { Button } from '@scheduler/ui/button';
import { type UseMutationResult, useMutation } from '@tanstack/react-query';
import { problemOf } from '../lib/problem.ts';
import { TextField } from '../ui/field.tsx';
import { Refusal } from '../ui/states.tsx';
import type { Edit } from './edit.ts';
import { useEdits } from './edits.ts';
import { reapply } from './reapply.ts';

type SaveMutation = UseMutationResult<void, Error, Edit>;

/** Saving an edit from a dialog, which shows what came of it by {@link EditRefusal}. */
export function useSave(onSaved: () => void, onRefused?: () => void): SaveMutation {
  const { save } = useEdits();
  return useMutation({
    mutationFn: save,
    onSuccess: onSaved,
    ...(onRefused && { onError: onRefused }),
  });
}

/** A refused edit: who changed what, and where somebody else was first the ways on. */
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
 * Asks why a warning is gone against; the reason is kept with the schedule and in the audit log.
 */
export function OverrideField({
  form,
  value,
  onChange,
}: {
  /** The form it belongs to, where it stands outside of it. */
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
