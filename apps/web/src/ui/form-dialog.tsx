import { Button } from '@scheduler/ui/button';
import { type ReactNode, type SubmitEvent, useId } from 'react';
import { problemOf } from '../lib/problem.ts';
import { Dialog } from './dialog.tsx';
import { Refusal } from './states.tsx';

/** The state of the mutation that sends the form. */
interface SaveState {
  error: unknown;
  isPending: boolean;
  reset(): void;
}

/**
 * A dialog with one form, which its button or Enter sends. A refusal is shown beside the button,
 * always visible, unless the fields show it. `onVersion` gets the current version if a colleague’s
 * change came first. `refused` replaces the refusal by one with more actions.
 */
export function FormDialog({
  title,
  description,
  shape = 'narrow',
  isTall = false,
  action,
  look = 'primary',
  saving,
  busyLabel = 'Saving…',
  disabled = false,
  refused,
  onSubmit,
  onVersion,
  onClose,
  children,
}: {
  title: string;
  description?: string;
  shape?: 'middle' | 'narrow';
  /** See {@link Dialog}. */
  isTall?: boolean;
  /** The label of the button that sends the form. */
  action: string;
  look?: 'primary' | 'danger';
  saving: SaveState;
  busyLabel?: string;
  disabled?: boolean;
  refused?: ReactNode;
  onSubmit: (form: FormData) => void;
  onVersion?: (version: number) => void;
  onClose: () => void;
  children: ReactNode;
}) {
  const formId = useId();
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    onSubmit(new FormData(event.currentTarget));
  };
  const isShownByFields = saving.error && Object.keys(problemOf(saving.error).fields).length > 0;
  const goOn = onVersion && {
    onGoOn: (version: number) => {
      onVersion(version);
      saving.reset();
    },
  };
  return (
    <Dialog
      shape={shape}
      isTall={isTall}
      title={title}
      {...(description !== undefined && { description })}
      onClose={onClose}
      footer={
        <>
          <div className="grid w-full gap-2 not-empty:mb-1">
            {refused ?? (!isShownByFields && <Refusal error={saving.error} {...goOn} />)}
          </div>
          <Button onClick={onClose}>Cancel</Button>
          <Button
            look={look}
            type="submit"
            form={formId}
            disabled={disabled}
            busy={saving.isPending}
            busyLabel={busyLabel}
            className="min-w-24"
          >
            {action}
          </Button>
        </>
      }
    >
      <form id={formId} onSubmit={submit} className="grid gap-3.5">
        {children}
      </form>
    </Dialog>
  );
}
