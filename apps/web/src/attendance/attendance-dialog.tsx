import { currentInstant } from '@scheduler/runtime/browser-clock';
import type { AttendanceStatus } from '@scheduler/scheduling';
import { Button } from '@scheduler/ui/button';
import { TextField } from '@scheduler/ui/field';
import { Suspense, useEffect, useRef, useState } from 'react';
import { trpc } from '../lib/api.ts';
import { lazyComponent } from '../lib/load.ts';
import { formatDay, useFormatMoment } from '../lib/time.ts';
import { Dialog } from '../ui/dialog.tsx';
import { Refusal } from '../ui/states.tsx';
import { StatusLetter } from './status-letter.tsx';
import { STATUSES, statusLabel } from './statuses.ts';
import { type PersonDay, tellProblem, useRecordAttendance } from './use-record-attendance.ts';

const DaysDialog = lazyComponent(() => import('../people/days-dialog.tsx'), 'DaysDialog');

/**
 * The dialog in which a person's day gets its status, or another one, with a note. Somebody who
 * called in today leaves work behind: the dialog that finds others for it follows, unless all of it
 * is over. It closes once the change is saved: what was typed is lost by no refusal.
 */
export function AttendanceDialog({ of: live, onClose }: { of: PersonDay; onClose: () => void }) {
  // The record that the user saw when the dialog was opened: one that a colleague makes meanwhile is
  // not replaced unseen.
  const [of, setOf] = useState(live);
  const { record: known, name, day } = of;
  const [note, setNote] = useState(known?.note ?? '');
  const { record, remove } = useRecordAttendance();
  const formatMoment = useFormatMoment();
  const written = note.trim() || null;
  const isNoteChanged = known !== undefined && written !== known.note;
  const utils = trpc.useUtils();
  const [step, setStep] = useState<'choosing' | 'chosen' | 'covering'>('choosing');
  /** Reads the person as they are now, whatever was read before. */
  const readPerson = () => utils.employees.get.fetch({ employeeId: of.employeeId }, { staleTime: 0 });
  const leavesWork = async (): Promise<boolean> => {
    const { today, upcoming } = await readPerson();
    return (
      today === day && upcoming.some(({ workDate, endsAt }) => workDate === day && endsAt > currentInstant())
    );
  };
  const [problem, setProblem] = useState<unknown>();
  const isOpen = useRef(true);
  useEffect(() => {
    isOpen.current = true;
    return () => {
      isOpen.current = false;
    };
  }, []);
  /** Makes a change, and returns whether it is saved. Otherwise shows why not, and the present record. */
  const change = async (changing: () => Promise<void>): Promise<boolean> => {
    setStep('chosen');
    setProblem(undefined);
    try {
      await changing();
      return true;
    } catch (error) {
      if (!isOpen.current) tellProblem(error);
      setProblem(error);
      await readAgain().catch(() => undefined);
      setStep('choosing');
      return false;
    }
  };
  const readAgain = async () => {
    const { employeeId } = of;
    const { storeId } = await readPerson();
    const input = { storeId, employeeId, month: day.slice(0, 7) };
    const month = await utils.attendance.month.fetch(input, { staleTime: 0 });
    const record = month.people[0]?.records.find((each) => each.day === day);
    setOf({ ...of, record });
  };
  const save = async (status: AttendanceStatus) => {
    if (!(await change(() => record(of, status, written)))) return;
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
              disabled={step === 'chosen'}
              onClick={() => void change(() => remove(of)).then((isRemoved) => isRemoved && onClose())}
            >
              Remove the mark
            </Button>
          )}
          <Button onClick={onClose}>Cancel</Button>
          {isNoteChanged && (
            <Button look="primary" disabled={step === 'chosen'} onClick={() => void save(known.status)}>
              Save note
            </Button>
          )}
        </>
      }
    >
      <div className="grid gap-3.5">
        <Refusal error={problem} />
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
