import type { AttendanceMonth } from '@scheduler/server/router';
import { Link } from '@tanstack/react-router';
import { countsInWords, rateInWords } from './statuses.ts';

/** A month's attendance on a phone: a card a person, which leads to their own month. */
export const AttendanceCards = ({ people }: { people: AttendanceMonth['people'] }) => (
  <ul className="grid gap-2 md:hidden">
    {people.map((person) => (
      <li key={person.employeeId} className="rounded-md border border-line bg-surface">
        <Link
          to="/people/$id"
          params={{ id: String(person.employeeId) }}
          className="grid grid-cols-[minmax(0,1fr)_auto] gap-x-3 px-3 py-2 text-sm"
        >
          <span className="truncate font-medium">{person.name}</span>
          <span className="tabular-nums">{rateInWords(person)}</span>
          <span className="col-span-2 text-xs text-ink-2">
            {countsInWords(person)}
            {person.unmarked > 0 && ` · ${person.unmarked} not marked`}
          </span>
        </Link>
      </li>
    ))}
  </ul>
);
