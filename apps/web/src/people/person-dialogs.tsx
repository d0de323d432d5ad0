import { ROLES } from '@scheduler/scheduling';
import type { Employee } from '@scheduler/server/router';
import { IconButton } from '@scheduler/ui/button';
import { UserPlus } from 'lucide-react';
import { useState } from 'react';
import { trpc } from '../lib/api.ts';
import { problemOf } from '../lib/problem.ts';
import { addDays, formatDay, useToday } from '../lib/time.ts';
import { DateField } from '../ui/date-field.tsx';
import { SelectField, TextField, TickBox } from '../ui/field.tsx';
import { FormDialog } from '../ui/form-dialog.tsx';
import { toast } from '../ui/toast.tsx';

/** Takes a retired person back at a click. */
export function TakeBack({ person }: { person: Employee }) {
  const utils = trpc.useUtils();
  const update = trpc.employees.update.useMutation({
    onSuccess: () => {
      toast(`${person.name} is back.`);
      return utils.employees.invalidate();
    },
    onError: (error) => toast(problemOf(error).message, { tone: 'problem' }),
  });
  return (
    <IconButton
      label={`Take ${person.name} back`}
      disabled={update.isPending}
      onClick={() =>
        update.mutate({ employeeId: person.id, version: person.version, changes: { terminatedOn: null } })
      }
    >
      <UserPlus aria-hidden className="size-4" />
    </IconButton>
  );
}

/** Adds a person, or changes one. */
export function PersonDialog({ person, onClose }: { person?: Employee; onClose: () => void }) {
  const utils = trpc.useUtils();
  const [version, setVersion] = useState(person?.version ?? 1);
  const done = (message: string) => {
    toast(message);
    void utils.employees.invalidate();
    void utils.board.week.invalidate();
    onClose();
  };
  const create = trpc.employees.create.useMutation({
    onSuccess: (made) => done(`${made.name} is added and being looked up in Crossmark.`),
  });
  const update = trpc.employees.update.useMutation({
    onSuccess: (changed) => done(`${changed.name} is saved.`),
  });
  const used = person ? update : create;
  const problem = used.error ? problemOf(used.error) : undefined;

  const submit = (form: FormData) => {
    const orNull = (name: string) => String(form.get(name) ?? '').trim() || null;
    const role = ROLES.find((each) => each === form.get('role')) ?? 'Event Specialist';
    const fields = {
      name: String(form.get('name')).trim(),
      email: orNull('email'),
      phone: orNull('phone'),
      role,
      employeeNumber: orNull('employeeNumber'),
      adultBeverageTrained: form.get('adultBeverageTrained') !== null,
    };
    if (person) update.mutate({ employeeId: person.id, version, changes: fields });
    else create.mutate(fields);
  };

  return (
    <FormDialog
      title={person ? `Edit ${person.name}` : 'Add a person'}
      description="The RepID comes from Crossmark alone: it is looked up by employee number, then by name."
      action={person ? 'Save' : 'Add'}
      saving={used}
      onSubmit={submit}
      onVersion={setVersion}
      onClose={onClose}
    >
      <TextField
        label="Name"
        name="name"
        required
        maxLength={120}
        autoComplete="off"
        defaultValue={person?.name}
        problem={problem?.fields.name}
      />
      <SelectField label="Role" name="role" defaultValue={person?.role ?? 'Event Specialist'}>
        {ROLES.map((role) => (
          <option key={role}>{role}</option>
        ))}
      </SelectField>
      <TextField
        label="Employee number"
        name="employeeNumber"
        hint="Two letters and six digits, such as US123456."
        pattern="\s*[A-Za-z]{2}[0-9]{6}\s*"
        title="Two letters and six digits, such as US123456"
        autoComplete="off"
        defaultValue={person?.employeeNumber ?? ''}
        problem={problem?.fields.employeeNumber}
      />
      <div className="grid gap-3.5 sm:grid-cols-2">
        <TextField
          label="E-mail"
          name="email"
          type="email"
          autoComplete="off"
          defaultValue={person?.email ?? ''}
          problem={problem?.fields.email}
        />
        <TextField
          label="Phone"
          name="phone"
          type="tel"
          maxLength={40}
          autoComplete="off"
          defaultValue={person?.phone ?? ''}
          problem={problem?.fields.phone}
        />
      </div>
      <TickBox name="adultBeverageTrained" defaultChecked={person?.adultBeverageTrained}>
        Adult beverage trained
      </TickBox>
    </FormDialog>
  );
}

/** Ends somebody's time here, and shows beforehand what is left to be given to others. */
export function RetireDialog({ person, onClose }: { person: Employee; onClose: () => void }) {
  const utils = trpc.useUtils();
  const detail = trpc.employees.get.useQuery({ employeeId: person.id });
  const stores = trpc.stores.list.useQuery();
  const zone = stores.data?.find((store) => store.id === person.storeId)?.timeZone;
  const day = useToday(zone);
  const today = zone && day;
  const [chosen, setChosen] = useState<string>();
  const lastWorkDay = chosen ?? today;
  const retire = trpc.employees.delete.useMutation({
    onSuccess: ({ outcome, terminatedOn, schedulesToReassign }) => {
      const left = schedulesToReassign.length;
      toast(
        outcome === 'deleted'
          ? `${person.name} is removed: nothing was ever scheduled for them.`
          : `${person.name} is retired${terminatedOn ? ` as of ${formatDay(terminatedOn)}` : ''}.${left ? ` ${left} later ${left === 1 ? 'schedule needs' : 'schedules need'} somebody else.` : ''}`,
      );
      void utils.employees.invalidate();
      void utils.board.week.invalidate();
      onClose();
    },
  });
  const after = (detail.data?.upcoming ?? []).filter((work) => lastWorkDay && work.lastDay > lastWorkDay);
  return (
    <FormDialog
      title={`Retire ${person.name}?`}
      description="They can’t be planned after their last work day. What they did stays on record. Somebody who was never scheduled is removed."
      action="Retire"
      look="danger"
      saving={retire}
      disabled={!lastWorkDay}
      onSubmit={() => {
        if (lastWorkDay) retire.mutate({ employeeId: person.id, version: person.version, lastWorkDay });
      }}
      onClose={onClose}
    >
      <DateField
        label="Last work day"
        required
        value={lastWorkDay ?? ''}
        max={today && addDays(today, 365)}
        onChange={setChosen}
      />
      <div className="min-h-16 text-sm">
        {after.length > 0 && (
          <>
            <p className="text-waiting">
              {after.length === 1
                ? 'One schedule after that day needs'
                : `${after.length} schedules after that day need`}{' '}
              somebody else:
            </p>
            <ul className="mt-1 list-disc pl-5 text-ink-2">
              {after.slice(0, 8).map((work) => (
                <li key={work.scheduleId}>
                  {formatDay(work.workDate)}: {work.eventName}
                </li>
              ))}
              {after.length > 8 && <li>and {after.length - 8} more</li>}
            </ul>
          </>
        )}
        {detail.data && after.length === 0 && (
          <p className="text-ink-2">Nothing is planned for them after that day.</p>
        )}
      </div>
    </FormDialog>
  );
}
