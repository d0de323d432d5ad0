import type { AvailabilitySaved, EmployeeDetail } from '@scheduler/server/router';
import { useState } from 'react';
import { trpc } from '../lib/api.ts';
import { problemOf } from '../lib/problem.ts';
import { DateField } from '../ui/date-field.tsx';
import { SelectField, TextField } from '../ui/field.tsx';
import { FormDialog } from '../ui/form-dialog.tsx';
import { useAvailabilitySaved } from './use-saved.ts';

const KINDS = {
  off: { word: 'Time off', hint: 'Blocks these days; nobody can plan them then.', days: 'many' },
  away: {
    word: 'Not available',
    hint: 'In place of the usual week; may be planned with a reason.',
    days: 'many',
  },
  works: { word: 'Available', hint: 'In place of the usual week.', days: 'many' },
  blocked: {
    word: 'One day blocked',
    hint: 'Nobody can plan them on that day.',
    days: 'one',
  },
  free: {
    word: 'One day available',
    hint: 'Although they usually can’t. Time off still wins.',
    days: 'one',
  },
} as const;

type Kind = keyof typeof KINDS;

const isKind = (value: string): value is Kind => value in KINDS;

/** Adds days that differ from the usual week. */
export function DaysDialog({
  person,
  onSaved,
  onClose,
}: {
  person: EmployeeDetail;
  onSaved: (broken: AvailabilitySaved['broken']) => void;
  onClose: () => void;
}) {
  const [version, setVersion] = useState(person.version);
  const [kind, setKind] = useState<Kind>('off');
  const [startsOn, setStartsOn] = useState(person.today);
  const [endsOn, setEndsOn] = useState(person.today);
  const [reason, setReason] = useState('');
  const saved = useAvailabilitySaved(person, onSaved);
  const onSuccess = async (result: AvailabilitySaved) => {
    onClose();
    await saved(result);
  };
  const timeOff = trpc.employees.addTimeOff.useMutation({ onSuccess });
  const range = trpc.employees.addRange.useMutation({ onSuccess });
  const date = trpc.employees.setDate.useMutation({ onSuccess });
  const isOneDay = KINDS[kind].days === 'one';
  const ofPattern = isOneDay ? date : range;
  const mutation = kind === 'off' ? timeOff : ofPattern;
  const problem = mutation.error ? problemOf(mutation.error) : undefined;
  const save = () => {
    const what = { employeeId: person.id, version, reason: reason.trim() || null };
    if (kind === 'off') timeOff.mutate({ ...what, startsOn, endsOn });
    else if (isOneDay) date.mutate({ ...what, day: startsOn, available: kind === 'free' });
    else range.mutate({ ...what, startsOn, endsOn, available: kind === 'works' });
  };
  return (
    <FormDialog
      title={`Days of ${person.name}`}
      description="What is planned already is not changed; you are told what it concerns."
      action="Save"
      saving={mutation}
      onSubmit={save}
      onVersion={setVersion}
      onClose={onClose}
    >
      <SelectField
        label="What"
        value={kind}
        hint={KINDS[kind].hint}
        onChange={(change) => {
          if (isKind(change.target.value)) setKind(change.target.value);
        }}
      >
        {Object.entries(KINDS).map(([key, { word }]) => (
          <option key={key} value={key}>
            {word}
          </option>
        ))}
      </SelectField>
      <div className="grid gap-3.5 sm:grid-cols-2">
        <DateField
          label={isOneDay ? 'Day' : 'First day'}
          required
          value={startsOn}
          onChange={(day) => {
            setStartsOn(day);
            if (day > endsOn) setEndsOn(day);
          }}
          problem={problem?.fields.startsOn ?? problem?.fields.day}
        />
        {!isOneDay && (
          <DateField
            label="Last day"
            required
            min={startsOn}
            value={endsOn}
            onChange={setEndsOn}
            problem={problem?.fields.endsOn}
          />
        )}
      </div>
      <TextField
        label="Reason"
        hint="May be left empty. Everybody who plans sees it."
        maxLength={200}
        value={reason}
        onChange={(change) => setReason(change.target.value)}
        problem={problem?.fields.reason}
      />
    </FormDialog>
  );
}
