import type { AvailabilitySaved, EmployeeDetail } from '@scheduler/server/router';
import { Button } from '@scheduler/ui/button';
import { Link } from '@tanstack/react-router';
import { CircleAlert } from 'lucide-react';
import { formatWhen, weekStart } from '../lib/time.ts';
import { titleOf } from '../lib/words.ts';
import { ChangePersonButton } from '../planning/change-person-button.tsx';

/** The schedules that the last change of availability invalidates, with links to them. */
export function BrokenSchedules({
  broken,
  person,
  onSeen,
}: {
  broken: AvailabilitySaved['broken'];
  person: EmployeeDetail;
  onSeen: () => void;
}) {
  if (broken.length === 0) return null;
  return (
    <div role="alert" className="rounded-md border border-waiting/40 bg-waiting-soft p-2.5 text-sm">
      <p className="flex gap-2 font-medium text-waiting">
        <CircleAlert aria-hidden className="mt-0.5 size-4 shrink-0" />
        {broken.length === 1
          ? 'One schedule is now on a day on which they can’t work. It was not changed; the board marks it.'
          : `${broken.length} schedules are now on days on which they can’t work. They were not changed; the board marks them.`}
      </p>
      <ul className="mt-1.5 grid gap-1">
        {broken.slice(0, 12).map((work) => (
          <li key={work.scheduleId} className="flex flex-wrap items-center gap-x-3">
            {work.isElsewhere ? (
              <span>
                {formatWhen(work.startsAt, person.store.timeZone)}: {work.eventName}
              </span>
            ) : (
              <>
                <Link
                  to="/"
                  search={{ week: weekStart(work.workDate), event: work.eventId }}
                  className="inline-flex min-h-6 items-center underline"
                >
                  {formatWhen(work.startsAt, person.store.timeZone)}: {titleOf({ name: work.eventName })}
                </Link>
                <ChangePersonButton eventId={work.eventId} timeZone={person.store.timeZone} />
              </>
            )}
          </li>
        ))}
        {broken.length > 12 && <li>and {broken.length - 12} more</li>}
      </ul>
      <Button className="mt-2" onClick={onSeen}>
        Leave them
      </Button>
    </div>
  );
}
