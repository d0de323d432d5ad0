import { eventTitle, formatDay } from '@scheduler/scheduling';
import type { BoardEvent, BoardPerson, BoardSchedule, WeekBoard } from '@scheduler/server/router';
import { memo, useEffect, useState } from 'react';
import { createRoot } from 'react-dom/client';

/*
 * The yardstick of `pnpm web:measure`: the same week as on the board, in the plainest React page
 * that shows it. Its data is in the page, it has no router, no session, no dragging and no keys. It
 * can open a card, filter the tray and scroll.
 */

/** The page: the unscheduled events, the week, and the opened event. */
function Page({ week }: { week: WeekBoard }) {
  const [opened, setOpened] = useState<BoardEvent>();
  useEffect(() => {
    const closeOnEscape = ({ key }: KeyboardEvent) => key === 'Escape' && setOpened(undefined);
    document.addEventListener('keydown', closeOnEscape);
    return () => document.removeEventListener('keydown', closeOnEscape);
  }, []);
  return (
    <main>
      <Tray events={week.tray} />
      <Week week={week} onOpen={setOpened} />
      {opened && <Panel event={opened} />}
    </main>
  );
}

const Tray = memo(function Tray({ events }: { events: readonly BoardEvent[] }) {
  const [text, setText] = useState('');
  const matches = events.filter(({ name }) => name.toLowerCase().includes(text.toLowerCase()));
  return (
    <aside>
      <h2>Unscheduled {matches.length}</h2>
      <input type="search" value={text} onChange={({ target }) => setText(target.value)} />
      {matches.map((event) => (
        <button type="button" key={event.eventId} title={event.name}>
          {eventTitle(event.name)} {hoursOf(event)}
        </button>
      ))}
    </aside>
  );
});

const Week = memo(function Week({
  week: { days, people, schedules, store },
  onOpen,
}: {
  week: WeekBoard;
  onOpen: (event: BoardEvent) => void;
}) {
  const clock = new Intl.DateTimeFormat('en-US', {
    hour: 'numeric',
    minute: '2-digit',
    timeZone: store.timeZone,
  });
  const sorted = schedules.toSorted((a, b) => (a.startsAt < b.startsAt ? -1 : 1));
  const work = Map.groupBy(sorted, ({ employeeId, workDate }) => `${employeeId} ${workDate}`);
  return (
    <section aria-label="Week board">
      <div className="row days">
        <div>{people.length} people</div>
        {days.map((day) => (
          <div key={day}>
            {formatDay(day)}
            <br />
            {schedules.filter(({ workDate }) => workDate === day).length} events
          </div>
        ))}
      </div>
      {people.map((person) => (
        <div className="row" key={person.id}>
          <PersonHead person={person} />
          {days.map((day) => (
            <div key={day}>
              {work.get(`${person.id} ${day}`)?.map((schedule) => (
                <Card
                  key={schedule.scheduleId}
                  schedule={schedule}
                  time={clock.format(new Date(schedule.startsAt))}
                  onOpen={onOpen}
                />
              ))}
            </div>
          ))}
        </div>
      ))}
    </section>
  );
});

function PersonHead({ person: { name, role } }: { person: BoardPerson }) {
  return (
    <div>
      <strong>{name}</strong>
      <br />
      {role}
    </div>
  );
}

function Card({
  schedule: { event },
  time,
  onOpen,
}: {
  schedule: BoardSchedule;
  time: string;
  onOpen: (event: BoardEvent) => void;
}) {
  const [client, product] = eventTitle(event.name).split('\u00a0– ');
  return (
    <button
      type="button"
      className="card"
      data-event-id={event.eventId}
      title={event.name}
      onClick={() => onOpen(event)}
    >
      <b>{time}</b> {hoursOf(event)}
      <br />
      {product ?? client}
      <br />
      {product && client}
    </button>
  );
}

function Panel({ event }: { event: BoardEvent }) {
  return (
    <div role="dialog" aria-label={event.name}>
      <h2>{eventTitle(event.name)}</h2>
      <p>
        {event.type} {event.condition} {event.eventNumber}
      </p>
      <p>
        {formatDay(event.startsOn)} – {formatDay(event.dueOn)}, {hoursOf(event)}
      </p>
    </div>
  );
}

const hoursOf = ({ durationMinutes }: BoardEvent) => `${durationMinutes / 60} h`;

const page = document.getElementById('page');
const week = document.getElementById('week')?.textContent;
if (!page || !week) throw new Error('The page has no data.');
createRoot(page).render(<Page week={JSON.parse(week)} />);
