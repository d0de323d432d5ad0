import { reasonsAgainstDay, roleObstacle, type StoreRules } from '@scheduler/scheduling';
import type { BoardEvent, BoardPerson } from '@scheduler/server/router';
import { useState } from 'react';
import { formatDay } from '../lib/time.ts';
import { ReasonList } from '../ui/badges.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { Empty } from '../ui/states.tsx';
import { TrayEvent } from './tray-event.tsx';
import { byDueDay, FilterBar, filterEvents, type TrayFilter } from './tray-filter.tsx';

/** For an empty cell: which of the unscheduled events that the person may do on that day. */
export function ChooseEventDialog({
  store,
  holidays,
  person,
  day,
  tray,
  onPick,
  onClose,
}: {
  store: StoreRules;
  holidays: readonly { day: string; name: string }[];
  person: BoardPerson;
  day: string;
  tray: readonly BoardEvent[];
  onPick: (event: BoardEvent) => void;
  onClose: () => void;
}) {
  const [filter, setFilter] = useState<TrayFilter>({});
  const dayObstacles = reasonsAgainstDay(
    person,
    day,
    holidays.map((holiday) => ({ ...holiday, yearly: false })),
  );
  const open = tray.filter(
    (event) =>
      event.startsOn <= day && day < event.dueOn && roleObstacle(person.role, event.type, store) !== 'hard',
  );
  const rows = filterEvents(open, filter).sort(byDueDay);
  const isTheirs = (event: BoardEvent) => roleObstacle(person.role, event.type, store) === null;
  const groups = [
    { title: null, events: rows.filter(isTheirs) },
    { title: 'Work of other roles: needs a reason', events: rows.filter((event) => !isTheirs(event)) },
  ].filter(({ events }) => events.length > 0);
  return (
    <Dialog
      shape="narrow"
      title={`What shall ${person.name} do on ${formatDay(day)}?`}
      description={`Unscheduled events that a ${person.role} may work on that day, those due first on top.`}
      onClose={onClose}
    >
      <div className="grid min-h-64 content-start gap-3">
        <ReasonList reasons={dayObstacles} />
        <FilterBar filter={filter} events={open} onFilter={setFilter} />
        {rows.length === 0 ? (
          <Empty
            title={
              open.length === 0
                ? `No unscheduled event on that day is for a ${person.role}.`
                : 'No such event.'
            }
          />
        ) : (
          groups.map(({ title, events }) => (
            <section key={title} aria-label={title ?? undefined} className="grid gap-1">
              {title && <h3 className="text-xs font-medium text-waiting">{title}</h3>}
              <ul className="grid items-start gap-1 sm:grid-cols-2">
                {events.map((event) => (
                  <li key={event.eventId}>
                    <TrayEvent event={event} onPick={onPick} />
                  </li>
                ))}
              </ul>
            </section>
          ))
        )}
      </div>
    </Dialog>
  );
}
