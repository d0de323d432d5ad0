import { ROLES } from '@scheduler/scheduling';
import type { Employee } from '@scheduler/server/router';
import { SelectField, TextField, TickBox } from '@scheduler/ui/field';
import { useState } from 'react';
import { trpc } from '../lib/api.ts';
import { problemOf } from '../lib/problem.ts';
import { FormDialog } from '../ui/form-dialog.tsx';
import { toast } from '../ui/toast.tsx';

/** The dialog that adds or edits a person. */
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
      description="The RepID comes from Crossmark. It is looked up by employee number, then by name."
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
