import type { AttendanceMonth } from '@scheduler/server/router';
import { IconButton } from '@scheduler/ui/button';
import { keepPreviousData } from '@tanstack/react-query';
import { ChevronLeft, ChevronRight } from 'lucide-react';
import { useState } from 'react';
import { trpc } from '../lib/api.ts';
import { formatMonth, useToday } from '../lib/time.ts';
import { monthAfter, monthBefore } from '../month/months.ts';
import { useMayWrite } from '../shell/use-session.ts';
import { useStore } from '../shell/use-store.ts';
import { Empty, QueryView, SkeletonRows } from '../ui/states.tsx';
import { AttendanceCards } from './attendance-cards.tsx';
import { AttendanceDialog } from './attendance-dialog.tsx';
import { AttendanceTable } from './attendance-table.tsx';
import { ExportAttendance } from './export-attendance.tsx';
import { StatusLetter } from './status-letter.tsx';
import { rateInWords, STATUSES, statusLabel } from './statuses.ts';
import type { PersonDay } from './use-record-attendance.ts';

/** The attendance of a store's people in a month, of those whose names are shown. */
export function AttendanceView({
  storeId,
  month: monthInAddress,
  isShown,
  onMonth,
}: {
  /** By default the first one. */
  storeId: number | undefined;
  month: string | undefined;
  isShown: (person: AttendanceMonth['people'][number]) => boolean;
  onMonth: (month: string | undefined) => void;
}) {
  const store = useStore();
  const mayWrite = useMayWrite();
  const thisMonth = useToday(store?.timeZone).slice(0, 7);
  const month = monthInAddress ?? thisMonth;
  const [opened, setOpened] = useState<PersonDay>();
  const query = trpc.attendance.month.useQuery(
    { month, ...(storeId !== undefined && { storeId }) },
    { placeholderData: keepPreviousData },
  );
  return (
    <section aria-label="Attendance" className="grid grid-cols-1 gap-3">
      <div className="flex flex-wrap items-center gap-1">
        <IconButton label="Previous month" onClick={() => onMonth(monthBefore(month))}>
          <ChevronLeft aria-hidden className="size-4" />
        </IconButton>
        <h2 aria-live="polite" className="min-w-40 text-center font-semibold">
          {formatMonth(month)}
        </h2>
        <IconButton
          label="Next month"
          disabled={month >= thisMonth}
          onClick={() => onMonth(monthAfter(month))}
        >
          <ChevronRight aria-hidden className="size-4" />
        </IconButton>
        <ExportAttendance month={month} storeId={storeId} timeZone={store?.timeZone} />
      </div>
      <QueryView
        what="the attendance"
        queries={[query]}
        data={query.data}
        skeleton={<SkeletonRows count={8} height="h-9" />}
      >
        {(data) => {
          const people = data.people.filter(isShown);
          if (people.length === 0) return <Empty title="Nobody fits." />;
          return (
            <div
              aria-busy={query.isPlaceholderData}
              className={`grid grid-cols-1 gap-3 ${query.isPlaceholderData ? 'opacity-60' : ''}`}
            >
              <Totals month={data} />
              <AttendanceTable month={data} people={people} onOpen={mayWrite ? setOpened : undefined} />
              <AttendanceCards people={people} />
            </div>
          );
        }}
      </QueryView>
      {opened && <AttendanceDialog of={opened} onClose={() => setOpened(undefined)} />}
    </section>
  );
}

/** What each letter means and how often it was recorded, of the whole store. */
function Totals({ month }: { month: AttendanceMonth }) {
  return (
    <dl className="flex flex-wrap gap-x-5 gap-y-1 text-sm">
      <div className="flex gap-1.5">
        <dt className="text-ink-2">On-time rate</dt>
        <dd className="font-semibold tabular-nums">{rateInWords(month)}</dd>
      </div>
      {STATUSES.map((status) => (
        <div key={status} className="flex items-center gap-1.5">
          <dt className="flex items-center gap-1.5 text-ink-2">
            <StatusLetter status={status} />
            {statusLabel(status)}
          </dt>
          <dd className="tabular-nums">{month.counts[status]}</dd>
        </div>
      ))}
      <div className="flex gap-1.5">
        <dt className="text-ink-2">Work days not marked</dt>
        <dd className="tabular-nums">{month.unmarked}</dd>
      </div>
    </dl>
  );
}
