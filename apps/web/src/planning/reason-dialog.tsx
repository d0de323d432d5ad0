import type { Reason } from '@scheduler/scheduling';
import { useState } from 'react';
import { problemOf } from '../lib/problem.ts';
import { formatWhen } from '../lib/time.ts';
import { titleOf } from '../lib/words.ts';
import { ReasonList } from '../ui/badges.tsx';
import { FormDialog } from '../ui/form-dialog.tsx';
import type { Edit } from './edit.ts';
import { EditRefusal, OverrideField, useSave } from './save.tsx';

/** An edit that rules speak against but don't forbid. */
export type Overridable = Extract<Edit, { kind: 'schedule' | 'move' }>;

/** Saves what rules warn of, with the reason that somebody gives. */
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
