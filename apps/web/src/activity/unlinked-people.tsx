import type { UnlinkedPerson } from '@scheduler/server/router';
import { Link } from '@tanstack/react-router';
import { UserRoundX } from 'lucide-react';
import { formatDay } from '../lib/time.ts';

export function UnlinkedPeople({ people }: { people: readonly UnlinkedPerson[] }) {
  return (
    <section aria-labelledby="unlinked" className="rounded-md border border-line bg-surface">
      <h2 id="unlinked" className="border-b border-line px-3 py-2 text-sm font-semibold">
        People who can’t be booked in Crossmark
      </h2>
      <ul className="divide-y divide-line">
        {people.map((person) => (
          <li key={person.employeeId} className="flex flex-wrap items-center gap-x-3 gap-y-1 p-3 text-sm">
            <UserRoundX aria-hidden className="size-4 shrink-0 text-waiting" />
            <div className="min-w-0 flex-1 basis-60">
              <p>
                <span className="font-medium">{person.name}</span>{' '}
                <span className="text-ink-2">
                  {person.schedules === 1 ? '1 schedule' : `${person.schedules} schedules`}, the next on{' '}
                  {formatDay(person.nextOn)}
                </span>
              </p>
              <p>{person.linkReason ?? 'Not looked up in Crossmark’s list of reps yet.'}</p>
            </div>
            <Link to="/people" className="text-accent-text underline pointer-coarse:py-2">
              Open People
            </Link>
          </li>
        ))}
      </ul>
    </section>
  );
}
