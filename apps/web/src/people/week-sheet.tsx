import { daysTouched } from '@scheduler/scheduling';
import type { PersonWeek } from '@scheduler/server/router';
import { Button, buttonClass } from '@scheduler/ui/button';
import { getRouteApi, Link } from '@tanstack/react-router';
import { ChevronLeft, Printer } from 'lucide-react';
import { trpc } from '../lib/api.ts';
import { formatDay, formatTime, formatWeek } from '../lib/time.ts';
import { useTitle } from '../shell/use-title.ts';
import { QueryView, Skeleton } from '../ui/states.tsx';
import { isNobody, NoSuchPerson, personIdOf } from './no-such-person.tsx';

const route = getRouteApi('/people/$id/week');

/** A person's week on a sheet of paper. */
export function WeekSheet() {
  const { id } = route.useParams();
  const { week } = route.useSearch();
  const employeeId = personIdOf(id);
  const query = trpc.employees.week.useQuery(
    { employeeId: employeeId ?? 0, ...(week && { weekOf: week }) },
    { enabled: !!employeeId },
  );
  useTitle(query.data && `${query.data.employee.name}, ${formatWeek(query.data.weekOf)}`);
  return (
    <div className="paper min-h-dvh">
      <main className="mx-auto grid max-w-[52rem] grid-cols-1 gap-4 p-4 print:max-w-none print:p-0">
        <nav aria-label="Sheet" className="flex flex-wrap items-center gap-2 print:hidden">
          <Link
            to="/people/$id"
            params={{ id }}
            search={week ? { week } : {}}
            className={buttonClass('plain')}
          >
            <ChevronLeft aria-hidden className="size-4" />
            Back
          </Link>
          <Button onClick={() => window.print()} disabled={!query.data}>
            <Printer aria-hidden className="size-4" />
            Print
          </Button>
        </nav>
        {!employeeId || (isNobody(query.error) && !query.data) ? (
          <NoSuchPerson />
        ) : (
          <QueryView
            what="the week"
            queries={[query]}
            data={query.data}
            skeleton={<Skeleton className="h-96" />}
          >
            {(week) => <Sheet week={week} />}
          </QueryView>
        )}
      </main>
    </div>
  );
}

function Sheet({ week }: { week: PersonWeek }) {
  const { store, employee } = week;
  return (
    <>
      <header className="border-b-2 border-ink pb-2">
        <h1 className="text-2xl font-semibold">{employee.name}</h1>
        <p>
          Week of {formatWeek(week.weekOf)} · {store.name}, store {store.number}
        </p>
        <p className="text-sm text-ink-2">
          {employee.role} · all times are the store’s ({store.timeZone})
        </p>
      </header>
      <table className="w-full border-collapse text-left text-sm">
        <thead>
          <tr className="border-b border-line-strong">
            <th scope="col" className="w-16 py-1.5 pr-3 sm:w-24">
              Day
            </th>
            <th scope="col" className="w-24 py-1.5 pr-3 sm:w-40">
              Time
            </th>
            <th scope="col" className="py-1.5">
              Event
            </th>
          </tr>
        </thead>
        {week.days.map((day) => {
          const works = week.schedules.filter((work) => work.workDate === day);
          const off = week.off.find((one) => one.day === day);
          const holiday = week.holidays.find((one) => one.day === day);
          const before = week.schedules
            .filter(
              (work) =>
                work.workDate < day && daysTouched(work.startsAt, work.endsAt, store.timeZone).includes(day),
            )
            .map(
              (work) =>
                `${work.type} of ${formatDay(work.workDate)} until ${formatTime(work.endsAt, store.timeZone)}`,
            );
          const free = [...before, holiday && `Closed: ${holiday.name}`, off && `Off: ${off.reason}`].filter(
            Boolean,
          );
          return (
            <tbody key={day} className="break-inside-avoid border-b border-line align-top">
              {works.map((work, index) => (
                <tr key={work.scheduleId}>
                  {index === 0 && (
                    <th
                      scope="rowgroup"
                      rowSpan={works.length + (free.length > 0 ? 1 : 0)}
                      className="py-2 pr-3"
                    >
                      {formatDay(day)}
                    </th>
                  )}
                  <td className="py-2 pr-3">
                    {formatTime(work.startsAt, store.timeZone)} – {formatTime(work.endsAt, store.timeZone)}
                  </td>
                  <td className="py-2 wrap-anywhere">
                    <span className="block font-medium">
                      {work.type}
                      {work.eventNumber && ` ${work.eventNumber}`}
                    </span>
                    {work.eventName}
                  </td>
                </tr>
              ))}
              {(works.length === 0 || free.length > 0) && (
                <tr>
                  {works.length === 0 && (
                    <th scope="rowgroup" className="py-2 pr-3">
                      {formatDay(day)}
                    </th>
                  )}
                  <td colSpan={2} className="py-2 wrap-anywhere text-ink-2">
                    {free.join(' · ') || 'Nothing planned'}
                  </td>
                </tr>
              )}
            </tbody>
          );
        })}
      </table>
    </>
  );
}
