import { currentInstant } from '@scheduler/runtime/browser-clock';
import type { AttendanceStatus } from '@scheduler/scheduling';
import { Button } from '@scheduler/ui/button';
import { TextField } from '@scheduler/ui/field';
import { Suspense, useState } from 'react';
import { trpc } from '../lib/api.ts';
import { lazyComponent } from '../lib/load.ts';
import { formatDay, useFormatMoment } from '../lib/time.ts';
import { Dialog } from '../ui/dialog.tsx';
import { StatusLetter } from './status-letter.tsx';
import { STATUSES, statusLabel } from './statuses.ts';
import { type PersonDay, useRecordAttendance } from './use-record-attendance.ts';

const DaysDialog = lazyComponent(() => import('../people/days-dialog.tsx'), 'DaysDialog');

/**
 * The dialog in which a person's day gets its status, or another one, with a note. Somebody who
 * called in today leaves work behind: the dialog that finds others for it follows, unless all of it
 * is over.
 */
export function AttendanceDialog({ of, onClose }: { of: PersonDay; onClose: () => void }) {
  const { record: known, name, day } = of;
  const [note, setNote] = useState(known?.note ?? '');
  const { record, remove } = useRecordAttendance();
  const formatMoment = useFormatMoment();
  const written = note.trim() || null;
  const isNoteChanged = known !== undefined && written !== known.note;
  const utils = trpc.useUtils();
  trpc.employees.get.usePrefetchQuery({ employeeId: of.employeeId });
  const [step, setStep] = useState<'choosing' | 'chosen' | 'covering'>('choosing');
  const leavesWork = async (): Promise<boolean> => {
    const { today, upcoming } = await utils.employees.get.ensureData({ employeeId: of.employeeId });
    return (
      today === day && upcoming.some(({ workDate, endsAt }) => workDate === day && endsAt > currentInstant())
    );
  };
  const save = async (status: AttendanceStatus) => {
    setStep('chosen');
    record(of, status, written);
    const calledIn = status === 'called_in' && known?.status !== 'called_in';
    if (calledIn && (await leavesWork().catch(() => false))) setStep('covering');
    else onClose();
  };
  if (step === 'covering') {
    return (
      <Suspense>
        <DaysDialog employeeId={of.employeeId} name={name} startsOn={day} onClose={onClose} />
      </Suspense>
    );
  }
  return (
    <Dialog
      shape="narrow"
      title={`Attendance of ${name}`}
      description={formatDay(day)}
      onClose={onClose}
      footer={
        <>
          {known && (
            <Button
              look="quiet"
              className="mr-auto"
              onClick={() => {
                onClose();
                remove(of);
              }}
            >
              Remove the mark
            </Button>
          )}
          <Button onClick={onClose}>Cancel</Button>
          {isNoteChanged && (
            <Button look="primary" onClick={() => void save(known.status)}>
              Save note
            </Button>
          )}
        </>
      }
    >
      <div className="grid gap-3.5">
        <TextField
          label="Note"
          hint="Saved with the status."
          maxLength={300}
          value={note}
          onChange={(change) => setNote(change.target.value)}
        />
        <fieldset disabled={step === 'chosen'} className="grid gap-1.5">
          <legend className="mb-1 text-sm font-medium">Status</legend>
          {STATUSES.map((status) => (
            <Button
              key={status}
              aria-pressed={known?.status === status}
              onClick={() => void save(status)}
              className={`justify-start! ${known?.status === status ? 'border-accent!' : ''}`}
            >
              <StatusLetter status={status} />
              {statusLabel(status)}
            </Button>
          ))}
        </fieldset>
        {known && (
          <p className="text-xs text-ink-2">
            Recorded by {known.recordedBy}, {formatMoment(known.recordedAt)}.
          </p>
        )}
      </div>
    </Dialog>
  );
}
