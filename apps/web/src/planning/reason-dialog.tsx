import type { Reason } from '@scheduler/scheduling';
import { useState } from 'react';
import { problemOf } from '../lib/problem.ts';
import { formatWhen } from '../lib/time.ts';
import { titleOf } from '../lib/words.ts';
import { ReasonList } from '../ui/badges.tsx';
import { FormDialog } from '../ui/form-dialog.tsx';
import type { Edit } from './edit.ts';
import { EditRefusal, OverrideField, useSave } from './save.tsx';

/** An edit that soft rules forbid without a reason. */
export type Overridable = Extract<Edit, { kind: 'schedule' | 'move' }>;

/** The dialog that asks for the reason of such an edit and saves it. */
export function ReasonDialog({
  edit,
  reasons,
  onClose,
}: {
  edit: Overridable;
  /** The reasons that the board found. If the server finds more, its reasons are shown. */
  reasons: readonly Reason[];
  onClose: () => void;
}) {
  const [overrideReason, setOverrideReason] = useState('');
  const save = useSave(onClose);
  const event = edit.kind === 'move' ? edit.from.event : edit.event;
  const wish = { ...edit, overrideReason: overrideReason.trim() };
  const refusedFor = save.error ? problemOf(save.error).reasons : [];
  const displayedReasons = (refusedFor.length > 0 ? refusedFor : reasons).filter(
    ({ severity }) => severity !== 'hint',
  );
  return (
    <FormDialog
      title={`Needs a reason: ${titleOf(event)}`}
      description={`${edit.to.employeeName}, ${formatWhen(edit.to.startsAt, edit.timeZone)}`}
      action={edit.kind === 'move' ? 'Move anyway' : 'Schedule anyway'}
      saving={save}
      disabled={wish.overrideReason === ''}
      refused={<EditRefusal saving={save} onLeave={onClose} />}
      onSubmit={() => save.mutate(wish)}
      onClose={onClose}
    >
      <ReasonList reasons={displayedReasons} />
      <OverrideField value={overrideReason} onChange={setOverrideReason} />
    </FormDialog>
  );
}
