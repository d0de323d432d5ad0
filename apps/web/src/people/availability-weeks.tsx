import { type Absence, absencesOn, holidayOn, hoursOffOn } from '@scheduler/scheduling';
import type { EmployeeDetail } from '@scheduler/server/router';
import { addDays, formatDay, weekStart } from '../lib/time.ts';
import { hoursWords } from '../lib/words.ts';
import { useChooseDays } from './choose-days.ts';
import { WEEKDAYS, WEEKS_SHOWN } from './weekdays.ts';

const CAUSES: Record<Absence['cause'], string> = {
  time_off: 'Off',
  date_unavailable: 'Blocked',
  range_unavailable: 'Away',
  pattern_unavailable: 'No',
};

/** Some days in a row, both ends included. */
export interface Days {
  startsOn: string;
  endsOn: string;
}

/**
 * The days of the next weeks, with whether the person can work. A click, a drag over days, or the
 * arrow keys with Shift choose days; a viewer only reads them.
 */
export function AvailabilityWeeks({
  person,
  onChoose,
}: {
  person: EmployeeDetail;
  onChoose: ((days: Days) => void) | undefined;
}) {
  const sunday = weekStart(person.today);
  const last = addDays(sunday, WEEKS_SHOWN * 7 - 1);
  const { isChosen, tabStop, handlersOf } = useChooseDays({ first: person.today, last, onChoose });
  return (
    <div className="grid gap-1">
      <table className="w-full table-fixed text-center text-xs">
        <caption className="sr-only">
          The next {WEEKS_SHOWN} weeks{onChoose && '. Arrow keys walk the days, Shift extends, Enter records'}
        </caption>
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
              {WEEKDAYS.map((_, index) => {
                const day = addDays(first, index);
                const { words, ground, content } = lookOf(person, day);
                return (
                  <td
                    key={day}
                    title={words}
                    className={`h-11 border border-line p-0 ${ground} ${isChosen(day) ? 'bg-accent-soft! outline-2 -outline-offset-2 outline-accent!' : ''}`}
                  >
                    {onChoose && day >= person.today ? (
                      <button
                        type="button"
                        data-day={day}
                        tabIndex={day === tabStop ? 0 : -1}
                        aria-pressed={isChosen(day)}
                        className="block size-full cursor-cell px-0.5 select-none hover:bg-accent-soft focus-visible:-outline-offset-2"
                        {...handlersOf(day)}
                      >
                        {content}
                      </button>
                    ) : (
                      <span className="block px-0.5">{content}</span>
                    )}
                  </td>
                );
              })}
            </tr>
          ))}
        </tbody>
      </table>
      {onChoose && (
        <p className="text-xs text-ink-2">
          Click a day, or drag over several, to record time off or other exceptions.
        </p>
      )}
    </div>
  );
}

/** Returns the words and the look of a day. */
function lookOf(person: EmployeeDetail, day: string) {
  const [absence] = absencesOn(person, day);
  const [part] = hoursOffOn(person, day);
  const holiday = holidayOn(day, person.holidays);
  const gone = person.terminatedOn !== null && day > person.terminatedOn;
  const word = () => {
    if (gone) return 'Left';
    if (holiday) return 'Closed';
    if (absence) return CAUSES[absence.cause];
    return part ? 'Part' : 'Yes';
  };
  const why = gone ? 'after their last work day' : (holiday?.name ?? absence?.reason);
  const inPart = part && `off ${hoursWords(part)}: ${part.reason}`;
  const works = person.upcoming.filter((work) => work.workDate <= day && day <= work.lastDay).length;
  const [, month, number] = formatDay(day).split(' ');
  const isPast = day < person.today;
  const ground = [
    why && !isPast ? 'bg-off text-ink-2' : 'bg-surface',
    isPast && 'text-ink-3',
    (why || part) && works > 0 && 'outline-2 -outline-offset-2 outline-waiting',
    day === person.today && 'font-semibold',
  ];
  const words = `${formatDay(day)}: ${why ?? inPart ?? 'can work'}${works ? `, ${works} planned` : ''}`;
  return {
    words,
    ground: ground.filter(Boolean).join(' '),
    content: (
      <>
        <span className="sr-only">{words}</span>
        <span aria-hidden className="block">
          {number === '1' || day === weekStart(person.today) ? `${month} ${number}` : number}
        </span>
        <span aria-hidden className={`block truncate ${why || part || isPast ? '' : 'text-synced'}`}>
          {word()}
          {works > 0 && ` · ${works}`}
        </span>
      </>
    ),
  };
}
