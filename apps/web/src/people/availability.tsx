import type { AvailabilitySaved, EmployeeDetail } from '@scheduler/server/router';
import { Button } from '@scheduler/ui/button';
import { Plus } from 'lucide-react';
import { useState } from 'react';
import { useMayWrite } from '../shell/use-session.ts';
import { AvailabilityWeeks, type Days } from './availability-weeks.tsx';
import { BrokenSchedules } from './broken-schedules.tsx';
import { DaysDialog } from './days-dialog.tsx';
import { Exceptions } from './exceptions.tsx';
import { type UsualDays, UsualWeek, usualDaysOf } from './usual-week.tsx';

/** A person's availability: the next weeks, the usual week, and the exceptions. */
export function Availability({ person }: { person: EmployeeDetail }) {
  const mayWrite = useMayWrite();
  const [draft, setDraft] = useState<UsualDays>();
  const [chosenDays, setChosenDays] = useState<Days>();
  const [broken, setBroken] = useState<AvailabilitySaved['broken']>([]);
  const { pattern, hours: patternHours } = draft ?? usualDaysOf(person);
  return (
    <section
      aria-labelledby="availability"
      className="grid grid-cols-1 gap-4 rounded-md border border-line bg-surface p-3"
    >
      <div className="flex flex-wrap items-center gap-2">
        <h2 id="availability" className="font-semibold">
          When they can work
        </h2>
        {mayWrite && (
          <Button
            look="primary"
            className="ml-auto"
            onClick={() => setChosenDays({ startsOn: person.today, endsOn: person.today })}
          >
            <Plus aria-hidden className="size-4" />
            Add days
          </Button>
        )}
      </div>
      <BrokenSchedules broken={broken} person={person} onSeen={() => setBroken([])} />
      <AvailabilityWeeks
        person={{ ...person, pattern, patternHours }}
        onChoose={mayWrite && !person.terminatedOn ? setChosenDays : undefined}
      />
      <UsualWeek person={person} draft={draft} onDraft={setDraft} onSaved={setBroken} />
      <Exceptions person={person} onSaved={setBroken} />
      {chosenDays && (
        <DaysDialog
          employeeId={person.id}
          name={person.name}
          {...chosenDays}
          onBroken={setBroken}
          onClose={() => setChosenDays(undefined)}
        />
      )}
    </section>
  );
}
