import { type Absence, absencesOn, holidayOn } from '@scheduler/scheduling';
import type { EmployeeDetail } from '@scheduler/server/router';
import { addDays, formatDay, weekStart } from '../lib/time.ts';
import { WEEKDAYS, WEEKS_SHOWN } from './weekdays.ts';

const CAUSES: Record<Absence['cause'], string> = {
  time_off: 'Off',
  date_unavailable: 'Blocked',
  range_unavailable: 'Away',
  pattern_unavailable: 'No',
};

/** What comes of all that is known, day by day. */
export function AvailabilityWeeks({ person }: { person: EmployeeDetail }) {
  const sunday = weekStart(person.today);
  return (
    <table className="w-full table-fixed text-center text-xs">
      <caption className="sr-only">The next {WEEKS_SHOWN} weeks</caption>
      <thead>
        <tr>
          {WEEKDAYS.map((weekday) => (
            <th key={weekday} scope="col" className="pb-1 font-medium text-ink-2">
              {weekday}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {Array.from({ length: WEEKS_SHOWN }, (_, week) => addDays(sunday, week * 7)).map((first) => (
          <tr key={first}>
            {WEEKDAYS.map((_, index) => (
              <DayCell key={addDays(first, index)} person={person} day={addDays(first, index)} />
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function DayCell({ person, day }: { person: EmployeeDetail; day: string }) {
  const [absence] = absencesOn(person, day);
  const holiday = holidayOn(day, person.holidays);
  const gone = person.terminatedOn !== null && day > person.terminatedOn;
  const word = () => {
    if (gone) return 'Left';
    if (holiday) return 'Closed';
    return absence ? CAUSES[absence.cause] : 'Yes';
  };
  const why = gone ? 'after their last work day' : (holiday?.name ?? absence?.reason);
  const [, month, number] = formatDay(day).split(' ');
  const works = person.upcoming.filter((work) => work.workDate <= day && day <= work.lastDay).length;
  const ground = why ? 'bg-off text-ink-2' : 'bg-surface';
  return (
    <td
      title={`${formatDay(day)}: ${why ?? 'can work'}${works ? `, ${works} planned` : ''}`}
      className={`h-11 border border-line px-0.5 ${day < person.today ? 'bg-surface text-ink-3' : ground} ${why && works ? 'outline-2 -outline-offset-2 outline-waiting' : ''} ${day === person.today ? 'font-semibold' : ''}`}
    >
      <span className="block">
        {number === '1' || day === weekStart(person.today) ? `${month} ${number}` : number}
      </span>
      <span className={`block truncate ${why || day < person.today ? '' : 'text-synced'}`}>
        {word()}
        {why && <span className="sr-only">: {why}</span>}
        {works > 0 && (
          <span>
            {' '}
            · {works}
            <span className="sr-only"> planned</span>
          </span>
        )}
      </span>
    </td>
  );
}
