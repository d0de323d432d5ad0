import type { BoardPerson, BoardSchedule, WeekBoard } from '@scheduler/server/router';
import { isBriefWork } from '../board/schedule-card.tsx';
import { formatDay, formatTime, formatWeek, otherZone, shortTime } from '../lib/time.ts';
import { hoursWords, SHORT_ROLES, TYPES, titleParts, typeBefore } from '../lib/words.ts';
import { NoteOnPaper } from './note-on-paper.tsx';
import { Sheet } from './sheet.tsx';
import { timesOnPaper } from './times-on-paper.ts';

const SIZES = [
  { largest: 14, smallest: 6.5 },
  { largest: 9, smallest: 5, isTight: true },
] as const;

/** A week for the wall on one page: people by days, with times and short names. */
export function WallSheet({
  board,
  people,
  hasNotes,
}: {
  board: WeekBoard;
  people: readonly BoardPerson[];
  /** Whether the notes are read. The sheet says so where it is printed without them. */
  hasNotes: boolean;
}) {
  const { store, weekOf, days } = board;
  const title = `Week of ${formatWeek(weekOf)}`;
  const zone = otherZone(store.timeZone);
  const isEverybody = people.length === board.people.length;
  return (
    <Sheet shape="wide" sizes={SIZES} label={title}>
      <header>
        <h1>{title}</h1>
        <p>
          {store.name} ({store.number})
          {!isEverybody && ` · ${people.length} of ${board.people.length} people`}
          {zone && ` · Times are the store’s: ${zone}`}
          {!hasNotes && ' · Without the notes, which were not read yet'}
        </p>
      </header>
      <table className="wall">
        <colgroup>
          <col />
          <col span={7} />
        </colgroup>
        <thead>
          <tr>
            <th scope="col">
              <span className="sr-only">Person</span>
            </th>
            {days.map((day) => (
              <th key={day} scope="col">
                <b>{formatDay(day)}</b>
                {board.holidays
                  .filter((holiday) => holiday.day === day)
                  .map(({ name }) => (
                    <span key={name} className="cut">
                      Closed: {name}
                    </span>
                  ))}
                <NoteOnPaper subject={{ kind: 'day', storeId: store.id, day }} isCut />
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {people.map((person, index) => (
            <tr
              key={person.id}
              className={index > 0 && person.role !== people[index - 1]?.role ? 'first-of-role' : ''}
            >
              <th scope="row">
                <span className="cut">{person.name}</span>
                <span className="small">{SHORT_ROLES[person.role]}</span>
              </th>
              {days.map((day) => (
                <DayOfPerson key={day} board={board} person={person} day={day} />
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </Sheet>
  );
}

function DayOfPerson({ board, person, day }: { board: WeekBoard; person: BoardPerson; day: string }) {
  const works = board.schedules
    .filter(({ employeeId, workDate }) => employeeId === person.id && workDate === day)
    .sort((a, b) => (a.startsAt < b.startsAt ? -1 : 1));
  const isOff = person.off.some((off) => off.day === day);
  const isClosed = board.holidays.some((holiday) => holiday.day === day);
  // Why somebody is off is nobody else's business.
  const hoursOff = person.hoursOff.filter((part) => part.day === day && !part.isUsual);
  return (
    <td className={isOff || isClosed ? 'free' : ''}>
      {works.map((schedule) => (
        <Work key={schedule.scheduleId} schedule={schedule} store={board.store} />
      ))}
      {isOff && <span className="small">Off</span>}
      {!isOff && hoursOff.length > 0 && (
        <span className="small">Off {hoursOff.map(hoursWords).join(', ')}</span>
      )}
    </td>
  );
}

function Work({ schedule, store }: { schedule: BoardSchedule; store: WeekBoard['store'] }) {
  const { event, startsAt, endsAt } = schedule;
  const isBrief = isBriefWork(event);
  const { end } = timesOnPaper({ startsAt, endsAt, type: event.type }, store);
  const clock = (time: string) => shortTime(time).replace(':00', '');
  const { product } = titleParts(event);
  return (
    <div className="work">
      <span className="cut">
        <b>
          {clock(formatTime(startsAt, store.timeZone))}
          {!isBrief && <span className="until">–{clock(end)}</span>}
        </b>{' '}
        {event.type !== 'Core' && typeBefore(event.type, TYPES[event.type].short, product)}
        {product}
      </span>
      <NoteOnPaper subject={{ kind: 'event', eventId: event.eventId }} isCut />
    </div>
  );
}
