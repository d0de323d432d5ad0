import type { Reason } from '@scheduler/scheduling';
import { useMutation } from '@tanstack/react-query';
import { useId, useState } from 'react';
import { formatWhen } from '../time.ts';
import { ReasonList } from '../ui/badges.tsx';
import { Button } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { TextField } from '../ui/field.tsx';
import { problemOf, titleOf } from '../words.ts';
import { type Edit, reapply, useEdits } from './edits.ts';
import { Refused } from './refused.tsx';

/** An edit that rules speak against but don't forbid. */
export type Overridable = Extract<Edit, { kind: 'schedule' | 'move' }>;

/** Asks why a warning is gone against; the reason is kept with the schedule and in the audit log. */
export function ReasonDialog({
  edit,
  reasons,
  onClose,
}: {
  edit: Overridable;
  /** As the board judged it; where the server found more, its own are shown. */
  reasons: readonly Reason[];
  onClose: () => void;
}) {
  const formId = useId();
  const [overrideReason, setOverrideReason] = useState('');
  const edits = useEdits();
  const save = useMutation({ mutationFn: edits.save, onSuccess: onClose });
  const event = edit.kind === 'move' ? edit.from.event : edit.event;
  const wish = { ...edit, overrideReason: overrideReason.trim() };
  const found = save.error ? problemOf(save.error).reasons : [];
  const shown = (found.length > 0 ? found : reasons).filter(({ severity }) => severity !== 'hint');
  return (
    <Dialog
      shape="narrow"
      title={`Needs a reason: ${titleOf(event)}`}
      description={`${edit.to.employeeName}, ${formatWhen(edit.to.startsAt, edit.timeZone)}`}
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button
            look="primary"
            type="submit"
            form={formId}
            disabled={wish.overrideReason === ''}
            busy={save.isPending}
            busyLabel="Saving…"
            className="min-w-28"
          >
            {edit.kind === 'move' ? 'Move anyway' : 'Schedule anyway'}
          </Button>
        </>
      }
    >
      <form
        id={formId}
        onSubmit={(submitted) => {
          submitted.preventDefault();
          save.mutate(wish);
        }}
        className="grid gap-4"
      >
        <ReasonList reasons={shown} />
        <TextField
          label="Reason for going against the warning"
          hint="Kept with the schedule for whoever asks later."
          name="overrideReason"
          required
          maxLength={300}
          value={overrideReason}
          onChange={(change) => setOverrideReason(change.target.value)}
        />
        <Refused
          error={save.error}
          onReapply={() => void reapply(wish, (fresh) => save.mutateAsync(fresh).catch(() => undefined))}
          onLeave={onClose}
        />
      </form>
    </Dialog>
  );
}
