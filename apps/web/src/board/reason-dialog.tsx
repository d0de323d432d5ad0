import type { Reason } from '@scheduler/scheduling';
import { useId, useState } from 'react';
import { formatWhen } from '../time.ts';
import { ReasonList } from '../ui/badges.tsx';
import { Button } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { problemOf, titleOf } from '../words.ts';
import type { Edit } from './edits.ts';
import { OverrideField, Refused, useSave } from './save.tsx';

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
  const formId = useId();
  const [overrideReason, setOverrideReason] = useState('');
  const save = useSave(onClose);
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
        <OverrideField value={overrideReason} onChange={setOverrideReason} />
        <Refused saving={save} onLeave={onClose} />
      </form>
    </Dialog>
  );
}
