import { Button, IconButton } from '@scheduler/ui/button';
import { SelectField, TextField } from '@scheduler/ui/field';
import { Trash2 } from 'lucide-react';
import { type SubmitEvent, useState } from 'react';
import { trpc } from '../lib/api.ts';
import { problemOf } from '../lib/problem.ts';
import { formatDay, useToday } from '../lib/time.ts';
import { useMayWrite } from '../shell/use-session.ts';
import { DateField } from '../ui/date-field.tsx';
import { Empty, Refusal } from '../ui/states.tsx';
import { toast } from '../ui/toast.tsx';
import { KIND_WORDS, KINDS, type Kind, type RotationsProps } from './rotation-kinds.ts';

/** The days on which it is another person's turn. */
export function Exceptions({ rotations, timeZone }: RotationsProps) {
  const mayWrite = useMayWrite();
  const utils = trpc.useUtils();
  const today = useToday(timeZone);
  const { storeId, exceptions, choices } = rotations;
  const [day, setDay] = useState('');
  const [kind, setKind] = useState<Kind>('juicer');
  const save = trpc.plan.setException.useMutation({ onSettled: () => utils.invalidate() });
  const remove = trpc.plan.setException.useMutation({
    onError: (error) => toast(problemOf(error).message, { tone: 'problem' }),
    onSettled: () => utils.invalidate(),
  });
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = event.currentTarget;
    const values = new FormData(form);
    const reason = String(values.get('reason')).trim();
    const before = exceptions.find((each) => each.kind === kind && each.day === day);
    save.mutate(
      {
        storeId,
        kind,
        day,
        seen: before?.employeeId ?? null,
        employeeId: Number(values.get('employeeId')),
        ...(reason !== '' && { reason }),
      },
      {
        onSuccess: () => {
          form.reset();
          setDay('');
        },
      },
    );
  };
  return (
    <div className="grid gap-2 border-t border-line pt-3">
      <h3 className="text-sm font-medium">Exceptions</h3>
      {exceptions.length === 0 ? (
        <Empty title="There is no exception from today on." />
      ) : (
        <ul className="divide-y divide-line" data-testid="rotation-exceptions">
          {exceptions.map((each) => (
            <li key={`${each.kind} ${each.day}`} className="flex items-center gap-2 py-1 text-sm">
              <span className="min-w-0 flex-1">
                <span className="font-medium">{each.name}</span>, {KIND_WORDS[each.kind]} on{' '}
                {formatDay(each.day)}
                {each.reason && <span className="block text-xs text-ink-2">{each.reason}</span>}
              </span>
              {mayWrite && (
                <IconButton
                  label={`Remove ${KIND_WORDS[each.kind]} on ${formatDay(each.day)}`}
                  disabled={remove.isPending}
                  onClick={() =>
                    remove.mutate({
                      storeId,
                      kind: each.kind,
                      day: each.day,
                      employeeId: null,
                      seen: each.employeeId,
                    })
                  }
                >
                  <Trash2 aria-hidden className="size-4" />
                </IconButton>
              )}
            </li>
          ))}
        </ul>
      )}
      {mayWrite && (
        <form onSubmit={submit} className="grid gap-3">
          <div className="grid gap-3 sm:grid-cols-2">
            <DateField label="On" required min={today} value={day} onChange={setDay} />
            <SelectField label="Turn" value={kind} onChange={({ target }) => setKind(target.value as Kind)}>
              {KINDS.map((each) => (
                <option key={each} value={each}>
                  {KIND_WORDS[each]}
                </option>
              ))}
            </SelectField>
            <SelectField key={kind} label="Person" name="employeeId" required defaultValue="">
              <option value="" disabled>
                Choose somebody
              </option>
              {choices[kind].map(({ employeeId, name }) => (
                <option key={employeeId} value={employeeId}>
                  {name}
                </option>
              ))}
            </SelectField>
            <TextField label="Reason, if any" name="reason" maxLength={200} autoComplete="off" />
          </div>
          <Refusal error={save.error} />
          <div>
            <Button type="submit" busy={save.isPending} busyLabel="Saving…">
              Add exception
            </Button>
          </div>
        </form>
      )}
    </div>
  );
}
