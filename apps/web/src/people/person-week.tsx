import type { EmployeeDetail, PersonWeek } from '@scheduler/server/router';
import { Button, buttonClass, IconButton } from '@scheduler/ui/button';
import { keepPreviousData } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { CalendarArrowDown, CalendarDays, ChevronLeft, ChevronRight, Printer } from 'lucide-react';
import { trpc } from '../lib/api.ts';
import {
  addDays,
  formatDay,
  formatTime,
  formatWeek,
  otherZone,
  useIsPast,
  useToday,
  weekStart,
} from '../lib/time.ts';
import { hoursOffWords, STATE_WORDS, titleOf } from '../lib/words.ts';
import { TypeMark } from '../ui/badges.tsx';
import { QueryView, Skeleton } from '../ui/states.tsx';

const route = getRouteApi('/app/people/$id');

export function PersonWeekSection({ person }: { person: EmployeeDetail }) {
  const { week } = route.useSearch();
  const navigate = route.useNavigate();
  const today = useToday(person.store.timeZone);
  const thisWeek = weekStart(today);
  const weekOf = weekStart(week ?? today);
  const query = trpc.employees.week.useQuery(
    { employeeId: person.id, weekOf },
    { placeholderData: keepPreviousData },
  );
  const go = (sunday: string) =>
    void navigate({ search: sunday === thisWeek ? {} : { week: sunday }, replace: true });
  const data = query.data;
  const zone = otherZone(person.store.timeZone);
  const params = { id: String(person.id) };
  return (
    <section
      aria-labelledby="their-week"
      className="grid grid-cols-1 gap-3 rounded-md border border-line bg-surface p-3"
    >
      <div className="flex flex-wrap items-center gap-2">
        <h2 id="their-week" className="font-semibold">
          Week of {formatWeek(weekOf)}
        </h2>
        <div className="ml-auto flex items-center gap-1">
          <IconButton label="Week before" onClick={() => go(addDays(weekOf, -7))}>
            <ChevronLeft aria-hidden className="size-4" />
          </IconButton>
          <Button disabled={weekOf === thisWeek} onClick={() => go(thisWeek)}>
            This week
          </Button>
          <IconButton label="Week after" onClick={() => go(addDays(weekOf, 7))}>
            <ChevronRight aria-hidden className="size-4" />
          </IconButton>
        </div>
      </div>
      <QueryView what="the week" queries={[query]} data={query.data} skeleton={<Skeleton className="h-72" />}>
        {(week) => (
          <ol className={`divide-y divide-line ${query.isPlaceholderData ? 'opacity-60' : ''}`}>
            {week.days.map((day) => {
              const off = week.off.find((one) => one.day === day);
              const hoursOff = week.hoursOff.filter((part) => part.day === day && !part.isUsual);
              const holiday = week.holidays.find((one) => one.day === day);
              const works = week.schedules.filter((work) => work.workDate === day);
              return (
                <li key={day} className="grid grid-cols-[5.5rem_minmax(0,1fr)] gap-x-3 py-1.5 text-sm">
                  <span className={day === today ? 'font-semibold text-accent-text' : 'text-ink-2'}>
                    {formatDay(day)}
                    {day === today && <span className="block text-xs font-normal">Today</span>}
                  </span>
                  <div className="grid min-w-0 content-start gap-1">
                    {works.map((work) => (
                      <Work
                        key={work.scheduleId}
                        work={work}
                        weekOf={weekOf}
                        timeZone={person.store.timeZone}
                      />
                    ))}
                    {holiday && <span className="text-ink-2">Closed: {holiday.name}</span>}
                    {off && <span className="text-ink-2">Off: {off.reason}</span>}
                    {hoursOff.map((part) => (
                      <span key={part.fromTime} className="text-ink-2">
                        {hoursOffWords(part)}
                      </span>
                    ))}
                    {works.length === 0 && !off && !holiday && hoursOff.length === 0 && (
                      <span className="text-ink-3">Nothing planned</span>
                    )}
                  </div>
                </li>
              );
            })}
          </ol>
        )}
      </QueryView>
      {zone && <p className="text-xs text-ink-2">Days and times are the store’s: {zone}.</p>}
      <div className="flex flex-wrap items-center gap-2">
        {data?.hasCalendarFile ? (
          <a
            href={`/api/people/${person.id}/week.ics?weekOf=${weekOf}`}
            download
            className={buttonClass('plain')}
          >
            <CalendarArrowDown aria-hidden className="size-4" />
            Calendar file (.ics)
          </a>
        ) : (
          <Button disabled title="Nothing was ever planned in this week">
            <CalendarArrowDown aria-hidden className="size-4" />
            Calendar file (.ics)
          </Button>
        )}
        <Link
          to="/people/$id/print"
          params={params}
          search={{ week: weekOf }}
          className={buttonClass('plain')}
        >
          <Printer aria-hidden className="size-4" />
          Print week
        </Link>
        <Link to="/" search={{ week: weekOf }} className={buttonClass('quiet')}>
          <CalendarDays aria-hidden className="size-4" />
          Board
        </Link>
      </div>
    </section>
  );
}

/** One schedule of the person, as a link to the board unless it is in a store that is not the user's. */
function Work({
  work,
  weekOf,
  timeZone,
}: {
  work: PersonWeek['schedules'][number];
  weekOf: string;
  timeZone: string;
}) {
  const told = [
    ...(useIsPast(work.endsAt) ? ['over'] : []),
    ...(work.syncState === 'synced' ? [] : [STATE_WORDS[work.syncState]]),
  ];
  const look = 'flex min-h-6 flex-wrap items-center gap-x-2';
  const words = (
    <>
      <span className="whitespace-nowrap">
        {formatTime(work.startsAt, timeZone)} – {formatTime(work.endsAt, timeZone)}
      </span>
      <TypeMark type={work.type} />
      <span className="min-w-0 font-medium wrap-anywhere">{titleOf({ name: work.eventName })}</span>
      {told.length > 0 && <span className="text-xs text-ink-2">{told.join(' · ')}</span>}
    </>
  );
  if (work.isElsewhere) return <p className={look}>{words}</p>;
  return (
    <Link to="/" search={{ week: weekOf, event: work.eventId }} className={`${look} hover:underline`}>
      {words}
    </Link>
  );
}
