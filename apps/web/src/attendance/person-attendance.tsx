import { monthDays } from '@scheduler/scheduling';
import type { EmployeeDetail } from '@scheduler/server/router';
import { IconButton } from '@scheduler/ui/button';
import { keepPreviousData } from '@tanstack/react-query';
import { ChevronLeft, ChevronRight } from 'lucide-react';
import { useState } from 'react';
import { trpc } from '../lib/api.ts';
import { formatMonth, useToday } from '../lib/time.ts';
import { monthAfter, monthBefore } from '../month/months.ts';
import { useMayWrite } from '../shell/use-session.ts';
import { QueryView, Skeleton } from '../ui/states.tsx';
import { AttendanceCell } from './attendance-cell.tsx';
import { AttendanceDialog } from './attendance-dialog.tsx';
import { ExportAttendance } from './export-attendance.tsx';
import { countsInWords, rateInWords } from './statuses.ts';
import type { PersonDay } from './use-record-attendance.ts';

const WEEKDAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];

/** One person's attendance in a month, as a calendar. */
export function PersonAttendanceSection({ person }: { person: EmployeeDetail }) {
  const { timeZone } = person.store;
  const thisMonth = useToday(timeZone).slice(0, 7);
  const mayWrite = useMayWrite();
  const [month, setMonth] = useState(thisMonth);
  const [opened, setOpened] = useState<PersonDay>();
  const query = trpc.attendance.month.useQuery(
    { storeId: person.storeId, month, employeeId: person.id },
    { placeholderData: keepPreviousData },
  );
  return (
    <section
      aria-labelledby="their-attendance"
      className="grid grid-cols-1 gap-3 rounded-md border border-line bg-surface p-3"
    >
      <div className="flex flex-wrap items-center gap-1">
        <h2 id="their-attendance" className="font-semibold">
          Attendance in {formatMonth(month)}
        </h2>
        <ExportAttendance month={month} storeId={person.storeId} employeeId={person.id} timeZone={timeZone} />
        <IconButton label="Month before" onClick={() => setMonth(monthBefore(month))}>
          <ChevronLeft aria-hidden className="size-4" />
        </IconButton>
        <IconButton
          label="Month after"
          disabled={month >= thisMonth}
          onClick={() => setMonth(monthAfter(month))}
        >
          <ChevronRight aria-hidden className="size-4" />
        </IconButton>
      </div>
      <QueryView
        what="the attendance"
        queries={[query]}
        data={query.data}
        skeleton={<Skeleton className="h-56" />}
      >
        {(data) => {
          const own = data.people[0];
          const recordOn = new Map(own?.records.map((record) => [record.day, record]));
          return (
            <>
              <p className="text-sm text-ink-2">
                {own ? `${rateInWords(own)} on time. ${countsInWords(own)}.` : 'Nothing recorded.'}
                {own && own.unmarked > 0 && ` ${own.unmarked} work days not marked.`}
              </p>
              <ol className="grid max-w-80 grid-cols-7 gap-1 text-center text-xs">
                {WEEKDAYS.map((weekday) => (
                  <li key={weekday} aria-hidden className="text-ink-2">
                    {weekday}
                  </li>
                ))}
                {monthDays(data.month).map((day) => (
                  <li key={day} className="grid justify-items-center gap-0.5">
                    {day.startsWith(data.month) && (
                      <>
                        <span
                          aria-hidden
                          className={day === data.today ? 'font-semibold text-accent-text' : 'text-ink-3'}
                        >
                          {Number(day.slice(8))}
                        </span>
                        <AttendanceCell
                          name={person.name}
                          day={day}
                          record={recordOn.get(day)}
                          hasWork={own?.workDays.includes(day) ?? false}
                          isToCome={day > data.today}
                          stop={mayWrite && day <= data.today}
                          onOpen={
                            mayWrite && day <= data.today
                              ? () =>
                                  setOpened({
                                    employeeId: person.id,
                                    name: person.name,
                                    day,
                                    record: recordOn.get(day),
                                  })
                              : undefined
                          }
                        />
                      </>
                    )}
                  </li>
                ))}
              </ol>
            </>
          );
        }}
      </QueryView>
      {opened && <AttendanceDialog of={opened} onClose={() => setOpened(undefined)} />}
    </section>
  );
}
