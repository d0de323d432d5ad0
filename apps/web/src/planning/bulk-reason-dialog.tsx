import { useState } from 'react';
import { FormDialog } from '../ui/form-dialog.tsx';
import { OverrideField } from './save.tsx';

/** Asks once for the reason of several changes that go against warnings. */
export function BulkReasonDialog({
  warnings,
  isSaving,
  onSave,
  onClose,
}: {
  /** What each change goes against. */
  warnings: readonly string[];
  isSaving: boolean;
  onSave: (overrideReason: string) => void;
  onClose: () => void;
}) {
  const [reason, setReason] = useState('');
  const count = warnings.length === 1 ? '1 event needs a reason' : `${warnings.length} events need a reason`;
  return (
    <FormDialog
      title={count}
      description="Not saved yet: each of them goes against a warning."
      action="Save anyway"
      saving={{ error: null, isPending: isSaving, reset: () => {} }}
      disabled={reason.trim() === ''}
      onSubmit={() => onSave(reason.trim())}
      onClose={onClose}
    >
      <ul aria-label="Warnings" className="grid max-h-60 gap-1 overflow-y-auto text-sm">
        {warnings.map((warning) => (
          <li key={warning}>{warning}</li>
        ))}
      </ul>
      <OverrideField value={reason} onChange={setReason} />
    </FormDialog>
  );
}
