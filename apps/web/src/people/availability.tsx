import type { AvailabilitySaved, EmployeeDetail } from '@scheduler/server/router';
import { Button } from '@scheduler/ui/button';
import { Plus } from 'lucide-react';
import { useState } from 'react';
import { useMayWrite } from '../shell/use-session.ts';
import { AvailabilityWeeks } from './availability-weeks.tsx';
import { BrokenSchedules } from './broken-schedules.tsx';
import { DaysDialog } from './days-dialog.tsx';
import { Exceptions } from './exceptions.tsx';
import { UsualWeek } from './usual-week.tsx';
import { WEEKDAYS } from './weekdays.ts';

/**
 * When somebody can work: what comes of it in the next weeks, the usual week, and what differs from
 * it.
 */
export function Availability({ person }: { person: EmployeeDetail }) {
  const mayWrite = useMayWrite();
  const [draft, setDraft] = useState<boolean[]>();
  const [isAdding, setAdding] = useState(false);
  const [broken, setBroken] = useState<AvailabilitySaved['broken']>([]);
  const pattern = draft ?? person.pattern ?? WEEKDAYS.map(() => true);
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
          <Button look="primary" className="ml-auto" onClick={() => setAdding(true)}>
            <Plus aria-hidden className="size-4" />
            Add days
          </Button>
        )}
      </div>
      <BrokenSchedules broken={broken} person={person} onSeen={() => setBroken([])} />
      <AvailabilityWeeks person={{ ...person, pattern }} />
      <UsualWeek person={person} draft={draft} onDraft={setDraft} onSaved={setBroken} />
      <Exceptions person={person} onSaved={setBroken} />
      {isAdding && <DaysDialog person={person} onSaved={setBroken} onClose={() => setAdding(false)} />}
    </section>
  );
}
