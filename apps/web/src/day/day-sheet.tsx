import type { DayBoard } from '@scheduler/server/router';
import { Button, buttonClass } from '@scheduler/ui/button';
import { getRouteApi, Link } from '@tanstack/react-router';
import { ArrowLeft, Printer } from 'lucide-react';
import { trpc } from '../lib/api.ts';
import { formatDay, formatTime, otherZone, useToday } from '../lib/time.ts';
import { titleOf } from '../lib/words.ts';
import { useStore } from '../shell/use-store.ts';
import { useTitle } from '../shell/use-title.ts';
import { QueryView, SkeletonRows } from '../ui/states.tsx';
import './day-sheet.css';

const route = getRouteApi('/app/day/print');

/** The day on paper, for the store's office: everybody's work by time, black on white. */
export function DaySheet() {
  const search = route.useSearch();
  const today = useToday(useStore()?.timeZone);
  const day = search.day ?? today;
  useTitle(`Daily sheet, ${formatDay(day)}, ${day.slice(0, 4)}`);
  const query = trpc.day.get.useQuery({ day, ...(search.store && { storeId: search.store }) });
  return (
    <div className="min-h-0 flex-1 overflow-auto print:overflow-visible">
      <div className="flex items-center gap-2 border-b border-line bg-surface px-3 py-2 print:hidden">
        <Link to="/day" search={search} className={buttonClass('plain')}>
          <ArrowLeft aria-hidden className="size-4" />
          Back to the day
        </Link>
        <Button look="primary" className="ml-auto" disabled={!query.data} onClick={() => window.print()}>
          <Printer aria-hidden className="size-4" />
          Print
        </Button>
      </div>
      <QueryView
        what="the daily sheet"
        queries={[query]}
        data={query.data}
        skeleton={<SkeletonRows count={12} height="h-8" className="mx-auto w-full max-w-3xl gap-2 p-6" />}
      >
        {(board) => <Sheet board={board} />}
      </QueryView>
    </div>
  );
}

function Sheet({ board }: { board: DayBoard }) {
  const { store, day, schedules, people, holiday } = board;
  const nameOf = new Map(people.map(({ id, name }) => [id, name]));
  const off = people.filter((person) => person.off !== null);
  const zone = otherZone(store.timeZone);
  const at = (instant: string) => formatTime(instant, store.timeZone);
  return (
    <div className="day-sheet">
      <header>
        <h1>
          {formatDay(day)}, {day.slice(0, 4)}
        </h1>
        <p>
          {store.name} ({store.number}){zone && ` · Times are the store’s: ${zone}`}
        </p>
      </header>
      {holiday && <p>The store is closed: {holiday}.</p>}
      {schedules.length === 0 ? (
        <p>Nothing is planned on this day.</p>
      ) : (
        <table>
          <thead>
            <tr>
              <th scope="col">Time</th>
              <th scope="col">Person</th>
              <th scope="col">Work</th>
              <th scope="col">Event</th>
            </tr>
          </thead>
          <tbody>
            {schedules.map(({ scheduleId, startsAt, endsAt, employeeId, event }) => (
              <tr key={scheduleId}>
                <td>
                  {at(startsAt)} – {at(endsAt)}
                </td>
                <th scope="row">{nameOf.get(employeeId)}</th>
                <td>{event.type}</td>
                <td>
                  {titleOf(event)}
                  {event.eventNumber && <span> · {event.eventNumber}</span>}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {off.length > 0 && (
        <p>
          <b>Off:</b> {off.map(({ name }) => name).join(', ')}.
        </p>
      )}
    </div>
  );
}
