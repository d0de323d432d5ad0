import type { AvailabilitySaved, EmployeeDetail } from '@scheduler/server/router';
import { Button } from '@scheduler/ui/button';
import { useState } from 'react';
import { trpc } from '../lib/api.ts';
import { useMayWrite } from '../shell/use-session.ts';
import { TickBox } from '../ui/field.tsx';
import { Refusal } from '../ui/states.tsx';
import { useAvailabilitySaved } from './use-saved.ts';
import { WEEKDAYS } from './weekdays.ts';

/** The usual week. What is ticked shows in the weeks above at once and is saved by its button. */
export function UsualWeek({
  person,
  draft,
  onDraft,
  onSaved,
}: {
  person: EmployeeDetail;
  draft: boolean[] | undefined;
  onDraft: (draft: boolean[] | undefined) => void;
  onSaved: (broken: AvailabilitySaved['broken']) => void;
}) {
  const mayWrite = useMayWrite();
  const saved = useAvailabilitySaved(person, onSaved);
  // The version that was there when the first day was ticked: a colleague's change since is
  // refused, not overwritten.
  const [version, setVersion] = useState(person.version);
  const kept = person.pattern ?? WEEKDAYS.map(() => true);
  const pattern = draft ?? kept;
  const save = trpc.employees.setAvailability.useMutation({
    onSuccess: async (result) => {
      await saved(result);
      onDraft(undefined);
    },
  });
  return (
    <form
      className="grid gap-2"
      onSubmit={(event) => {
        event.preventDefault();
        if (draft) save.mutate({ employeeId: person.id, version, pattern: draft });
      }}
    >
      <fieldset disabled={!mayWrite}>
        <legend className="mb-1 text-sm font-medium">Usual week</legend>
        <div className="flex flex-wrap gap-x-4 gap-y-1">
          {WEEKDAYS.map((weekday, index) => (
            <TickBox
              key={weekday}
              checked={pattern[index] ?? true}
              onChange={(change) => {
                if (!draft) setVersion(person.version);
                const next = pattern.with(index, change.target.checked);
                onDraft(next.join() === kept.join() ? undefined : next);
                save.reset();
              }}
            >
              {weekday}
            </TickBox>
          ))}
        </div>
      </fieldset>
      {mayWrite && (
        <div className="flex flex-wrap items-center gap-2">
          <Button
            look={draft ? 'primary' : 'plain'}
            type="submit"
            disabled={!draft}
            busy={save.isPending}
            busyLabel="Saving…"
            className="min-w-32"
          >
            Save usual week
          </Button>
          {draft && <Button onClick={() => onDraft(undefined)}>Undo</Button>}
        </div>
      )}
      <Refusal
        error={save.error}
        onGoOn={(current) => {
          setVersion(current);
          save.reset();
        }}
      />
    </form>
  );
}
