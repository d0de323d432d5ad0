import { type Hours, isWholeDay } from '@scheduler/scheduling';
import type { AvailabilitySaved, EmployeeDetail } from '@scheduler/server/router';
import { Button } from '@scheduler/ui/button';
import { TickBox } from '@scheduler/ui/field';
import { useState } from 'react';
import { trpc } from '../lib/api.ts';
import { useMayWrite } from '../shell/use-session.ts';
import { TimeInput } from '../ui/date-field.tsx';
import { Refusal } from '../ui/states.tsx';
import { useAvailabilitySaved } from './use-saved.ts';
import { WEEKDAYS } from './weekdays.ts';

/** The weekdays on which a person works, Sunday first, and the hours of those that have any. */
export interface UsualDays {
  pattern: boolean[];
  hours: (Hours | null)[];
}

/** Returns the usual week of a person as it is saved. */
export const usualDaysOf = ({
  pattern,
  patternHours,
}: Pick<EmployeeDetail, 'pattern' | 'patternHours'>): UsualDays => ({
  pattern: pattern ?? WEEKDAYS.map(() => true),
  hours: patternHours ?? WEEKDAYS.map(() => null),
});

/** The usual week. Ticks are shown in the weeks above at once and saved by the button. */
export function UsualWeek({
  person,
  draft,
  onDraft,
  onSaved,
}: {
  person: EmployeeDetail;
  draft: UsualDays | undefined;
  onDraft: (draft: UsualDays | undefined) => void;
  onSaved: (broken: AvailabilitySaved['broken']) => void;
}) {
  const mayWrite = useMayWrite();
  const saved = useAvailabilitySaved(person, onSaved);
  // The version when the first day was ticked. With it, the save is refused if a colleague has made
  // a change since.
  const [version, setVersion] = useState(person.version);
  const kept = usualDaysOf(person);
  const { pattern, hours } = draft ?? kept;
  const [withHours, setWithHours] = useState(kept.hours.some(Boolean));
  const change = (next: UsualDays) => {
    if (!draft) setVersion(person.version);
    onDraft(JSON.stringify(next) === JSON.stringify(kept) ? undefined : next);
    save.reset();
  };
  const setHour = (index: number, which: keyof Hours, time: string) => {
    const before = hours[index] ?? { fromTime: null, untilTime: null };
    const day = { ...before, [which]: time || null };
    change({ pattern, hours: hours.with(index, isWholeDay(day) ? null : day) });
  };
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
        if (draft) save.mutate({ employeeId: person.id, version, ...draft });
      }}
    >
      <fieldset disabled={!mayWrite}>
        <legend className="mb-1 text-sm font-medium">Usual week</legend>
        <div className="flex flex-wrap gap-x-4 gap-y-1">
          {WEEKDAYS.map((weekday, index) => (
            <TickBox
              key={weekday}
              checked={pattern[index] ?? true}
              onChange={({ target }) => change({ hours, pattern: pattern.with(index, target.checked) })}
            >
              {weekday}
            </TickBox>
          ))}
        </div>
        {(mayWrite || withHours) && (
          <div className="mt-1.5">
            <TickBox
              checked={withHours}
              onChange={({ target }) => {
                setWithHours(target.checked);
                if (!target.checked) change({ pattern, hours: WEEKDAYS.map(() => null) });
              }}
            >
              Only some hours of a day
            </TickBox>
          </div>
        )}
        {withHours && (
          <ul className="mt-1.5 grid gap-1 text-sm">
            {WEEKDAYS.map((weekday, index) =>
              pattern[index] ? (
                <li key={weekday} className="flex flex-wrap items-center gap-x-2 gap-y-1">
                  <span className="w-9">{weekday}</span>
                  <TimeInput
                    aria-label={`${weekday} from`}
                    value={hours[index]?.fromTime ?? ''}
                    onChange={(time) => setHour(index, 'fromTime', time)}
                  />
                  <span aria-hidden>–</span>
                  <TimeInput
                    aria-label={`${weekday} until`}
                    value={hours[index]?.untilTime ?? ''}
                    onChange={(time) => setHour(index, 'untilTime', time)}
                  />
                </li>
              ) : null,
            )}
          </ul>
        )}
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
