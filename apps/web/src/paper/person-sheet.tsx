import { daysTouched } from '@scheduler/scheduling';
import type { PersonSheets } from '@scheduler/server/router';
import { addDays, formatDay, formatTime, formatWeek } from '../lib/time.ts';
import { hoursOffWords, titleOf, typeBefore } from '../lib/words.ts';
import { NoteOnPaper } from './note-on-paper.tsx';
import { Sheet } from './sheet.tsx';
import { timesOnPaper } from './times-on-paper.ts';

const SIZES = [{ largest: 11, smallest: 5 }] as const;

type PersonOnPaper = PersonSheets['people'][number];

/** One or two weeks of a person on one page. */
export function PersonSheet({ sheets, person }: { sheets: PersonSheets; person: PersonOnPaper }) {
  const { store, days } = sheets;
  const weeks = days.filter((_, index) => index % 7 === 0);
  return (
    <Sheet shape="upright" sizes={SIZES} label={`${person.name}, ${daysWords(days)}`}>
      <header>
        <h1>{person.name}</h1>
        <p>
          {daysWords(days)} · {store.name} ({store.number})
        </p>
        <NoteOnPaper subject={{ kind: 'person', employeeId: person.id }} />
      </header>
      <table className="person-days">
        <colgroup>
          <col className="day" />
          <col className="time" />
          <col className="lunch" />
          <col className="time" />
          <col />
        </colgroup>
        <thead>
          <tr>
            <th scope="col">Day</th>
            <th scope="col">Start</th>
            <th scope="col">Lunch</th>
            <th scope="col">End</th>
            <th scope="col">Event</th>
          </tr>
        </thead>
        {weeks.map((sunday) =>
          days
            .filter((day) => day >= sunday && day < addDays(sunday, 7))
            .map((day) => (
              <Day
                key={day}
                sheets={sheets}
                person={person}
                day={day}
                isSecondWeek={day === sunday && sunday !== days[0]}
              />
            )),
        )}
      </table>
    </Sheet>
  );
}

/** The weeks that some days are: `Nov 29 – Dec 5, 2026`, `Nov 29 – Dec 12, 2026`. */
export function daysWords(days: readonly string[]): string {
  const [first = '', last = first] = [days[0], days.at(-1)];
  const weekOf = addDays(last, -6);
  if (first === weekOf) return `Week of ${formatWeek(first)}`;
  const from = formatDay(first).split(' ').slice(1).join(' ');
  const to = formatDay(last).split(' ').slice(1).join(' ');
  const [firstYear, lastYear] = [first.slice(0, 4), last.slice(0, 4)];
  return `Weeks of ${from}${firstYear === lastYear ? '' : `, ${firstYear}`} – ${to}, ${lastYear}`;
}

function Day({
  sheets: { store, holidays },
  person,
  day,
  isSecondWeek,
}: {
  sheets: PersonSheets;
  person: PersonOnPaper;
  day: string;
  isSecondWeek: boolean;
}) {
  const works = person.schedules.filter((work) => work.workDate === day);
  const lasting = person.schedules.filter(
    (work) => work.workDate < day && daysTouched(work.startsAt, work.endsAt, work.timeZone).includes(day),
  );
  const holiday = holidays.find((one) => one.day === day);
  const off = person.off.find((one) => one.day === day);
  const facts = [
    ...lasting.map(
      (work) => `${work.type} of ${formatDay(work.workDate)} until ${formatTime(work.endsAt, work.timeZone)}`,
    ),
    ...(holiday ? [`Closed: ${holiday.name}`] : []),
    ...(off ? [`Off: ${off.reason}`] : []),
    ...person.hoursOff.filter((part) => part.day === day && !part.isUsual).map(hoursOffWords),
  ];
  const isFree = works.length === 0;
  return (
    <tbody className={isSecondWeek ? 'second-week' : ''}>
      {isFree && (
        <tr className={off || holiday ? 'free' : ''}>
          <th scope="rowgroup">{formatDay(day)}</th>
          <td colSpan={4}>
            {facts.join(' · ') || 'Nothing planned'}
            <NoteOnPaper subject={{ kind: 'day', storeId: store.id, day }} />
          </td>
        </tr>
      )}
      {works.map((work, index) => {
        const { start, lunch, end } = timesOnPaper(work, work);
        const title = titleOf({ name: work.eventName });
        return (
          <tr key={work.scheduleId} className={index > 0 ? 'within' : ''}>
            {index === 0 && (
              <th scope="rowgroup" rowSpan={works.length} className="of-day">
                {formatDay(day)}
              </th>
            )}
            <td>{start}</td>
            <td>{lunch}</td>
            <td>{end}</td>
            <td>
              <b>{typeBefore(work.type, work.type, title)}</b>
              {title}
              {work.eventNumber && ` · ${work.eventNumber}`}
              {work.otherStore && (
                <span>
                  {' '}
                  · at {work.otherStore.name} ({work.otherStore.number}), times of that store
                </span>
              )}
              <NoteOnPaper subject={{ kind: 'event', eventId: work.eventId }} />
              {index === works.length - 1 && (
                <>
                  {facts.length > 0 && <span>{facts.join(' · ')}</span>}
                  <NoteOnPaper subject={{ kind: 'day', storeId: store.id, day }} />
                </>
              )}
            </td>
          </tr>
        );
      })}
    </tbody>
  );
}
