import type { DayBoard } from '@scheduler/server/router';
import { buttonClass } from '@scheduler/ui/button';
import { getRouteApi, Link } from '@tanstack/react-router';
import { ArrowLeft } from 'lucide-react';
import { trpc } from '../lib/api.ts';
import { formatDay, otherZone, useToday } from '../lib/time.ts';
import { hoursWords, titleOf, typeBefore } from '../lib/words.ts';
import { useReadNotes } from '../notes/notes-in-view.ts';
import { useStore } from '../shell/use-store.ts';
import { useTitle } from '../shell/use-title.ts';
import { QueryView, SkeletonRows } from '../ui/states.tsx';
import { NoteOnPaper } from './note-on-paper.tsx';
import { PaperFrame } from './paper-frame.tsx';
import { timesOnPaper } from './times-on-paper.ts';
import './day-sheet.css';

const route = getRouteApi('/app/day/print');

/** The printed day for the store's office: all work by time, black on white. */
export function DaySheet() {
  const search = route.useSearch();
  const today = useToday(useStore()?.timeZone);
  const day = search.day ?? today;
  useTitle(`Daily sheet, ${formatDay(day)}, ${day.slice(0, 4)}`);
  const query = trpc.day.get.useQuery({ day, ...(search.store && { storeId: search.store }) });
  const board = query.data;
  const notes = useReadNotes(board && { storeId: board.store.id, from: board.day, to: board.day });
  return (
    <PaperFrame
      mayPrint={notes.isRead && board !== undefined}
      tools={
        <Link to="/day" search={search} className={buttonClass('plain')}>
          <ArrowLeft aria-hidden className="size-4" />
          Back to the day
        </Link>
      }
    >
      <QueryView
        what={notes.query.isError ? 'the notes' : 'the daily sheet'}
        queries={[query, notes.query]}
        data={notes.isRead ? board : undefined}
        skeleton={<SkeletonRows count={12} height="h-8" className="w-full max-w-3xl gap-2 p-6" />}
      >
        {(board) => <Sheet board={board} />}
      </QueryView>
    </PaperFrame>
  );
}

function Sheet({ board }: { board: DayBoard }) {
  const { store, day, schedules, people, holiday } = board;
  const nameOf = new Map(people.map(({ id, name }) => [id, name]));
  const off = people.flatMap(({ name, off, hoursOff }) => {
    if (off !== null) return [name];
    const parts = hoursOff.filter(({ isUsual }) => !isUsual).map(hoursWords);
    return parts.length > 0 ? [`${name} (${parts.join(', ')})`] : [];
  });
  const zone = otherZone(store.timeZone);
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
      <NoteOnPaper subject={{ kind: 'day', storeId: store.id, day }} />
      {schedules.length === 0 ? (
        <p>Nothing is planned on this day.</p>
      ) : (
        <table>
          <thead>
            <tr>
              <th scope="col">Start</th>
              <th scope="col">Lunch</th>
              <th scope="col">End</th>
              <th scope="col">Person</th>
              <th scope="col">Event</th>
              <th scope="col" className="sign">
                Signature
              </th>
            </tr>
          </thead>
          <tbody>
            {schedules.map((schedule) => {
              const { scheduleId, startsAt, endsAt, employeeId, event } = schedule;
              const { start, lunch, end } = timesOnPaper({ startsAt, endsAt, type: event.type }, store);
              return (
                <tr key={scheduleId}>
                  <td>{start}</td>
                  <td data-label="Lunch">{lunch}</td>
                  <td data-label="Until">{end}</td>
                  <th scope="row">{nameOf.get(employeeId)}</th>
                  <td>
                    {typeBefore(event.type, event.type, titleOf(event))}
                    {titleOf(event)}
                    {event.eventNumber && <span> · {event.eventNumber}</span>}
                    <NoteOnPaper subject={{ kind: 'event', eventId: event.eventId }} />
                  </td>
                  <td className="sign" />
                </tr>
              );
            })}
          </tbody>
        </table>
      )}
      {off.length > 0 && (
        <p>
          <b>Off:</b> {off.join(', ')}.
        </p>
      )}
    </div>
  );
}
