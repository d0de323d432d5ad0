import type { AppRouter } from '@scheduler/server/router';
import { Button } from '@scheduler/ui/button';
import type { inferRouterOutputs } from '@trpc/server';
import { useState } from 'react';
import { trpc } from '../lib/api.ts';
import { formatDay, formatTime, workDateOf } from '../lib/time.ts';
import { titleOf, windowWords } from '../lib/words.ts';
import { Refusal } from '../ui/states.tsx';
import { toast } from '../ui/toast.tsx';

/** The number of rows that are shown at first, because an upgrade may find hundreds. */
const FIRST_ROWS = 10;

/**
 * Lists the Cores that an earlier import shortened, because it did not know that a file's minutes
 * exclude the lunch. Shows the effect of the correction on each, and the button that corrects them.
 * Shows nothing if there are none.
 */
export function ShortenedCores() {
  const utils = trpc.useUtils();
  const [all, setAll] = useState(false);
  const list = trpc.csv.shortened.useQuery();
  const lengthen = trpc.csv.lengthen.useMutation({
    onSuccess: ({ minutes, rows }) => {
      const result = rows.filter((row) => row.refused === null).length;
      toast(`${result} ${result === 1 ? 'Core takes' : 'Cores take'} ${minutes} minutes now.`);
    },
    // After a refusal, too, so that the present state is shown.
    onSettled: () => utils.invalidate(),
  });
  const { rows = [], minutes } = list.data ?? {};
  if (rows.length === 0) return null;
  const ready = rows.filter((row) => row.refused === null);
  const visibleRows = all ? rows : rows.slice(0, FIRST_ROWS);
  return (
    <section
      aria-labelledby="shortened-cores"
      className="grid gap-3 rounded-md border border-waiting/40 bg-waiting-soft p-3 sm:p-4"
    >
      <div className="flex flex-wrap items-start gap-3">
        <div className="min-w-0 flex-[1_1_20rem]">
          <h2 id="shortened-cores" className="text-sm font-semibold">
            {rows.length} {rows.length === 1 ? 'Core was' : 'Cores were'} shortened by an earlier import
          </h2>
          <p className="text-sm text-ink-2">
            Crossmark’s files count a Core as 360 minutes of work; here it lasts {minutes}, with lunch. Each
            keeps its start and its person, and the new end goes to Crossmark.
          </p>
        </div>
        <Button
          look="primary"
          disabled={ready.length === 0}
          busy={lengthen.isPending}
          busyLabel="Saving…"
          onClick={() =>
            lengthen.mutate({
              cores: ready.map(({ eventId, schedule }) => ({
                eventId,
                schedule: schedule && { scheduleId: schedule.scheduleId, version: schedule.version },
              })),
            })
          }
        >
          Set {ready.length} {ready.length === 1 ? 'Core' : 'Cores'} to {minutes} minutes
        </Button>
      </div>
      <Refusal error={lengthen.error} />
      <ul className="divide-y divide-line rounded-md border border-line bg-surface text-sm">
        {visibleRows.map((row) => (
          <li key={row.eventId} className="grid gap-x-3 px-3 py-2 sm:grid-cols-[minmax(0,1fr)_minmax(0,1fr)]">
            <span className="min-w-0">
              <span className="block">{titleOf(row)}</span>
              <span className="block text-xs text-ink-2">{windowWords(row)}</span>
            </span>
            <Effect row={row} />
          </li>
        ))}
      </ul>
      {visibleRows.length < rows.length && (
        <div>
          <Button onClick={() => setAll(true)}>Show all {rows.length}</Button>
        </div>
      )}
    </section>
  );
}

type Row = inferRouterOutputs<AppRouter>['csv']['shortened']['rows'][number];

/** The effect of the correction on a Core, or the reason why it is not changed. */
function Effect({ row: { schedule, refused, timeZone } }: { row: Row }) {
  const at = (instant: string) => formatTime(instant, timeZone);
  const ends = schedule && schedule.newEndsAt !== schedule.endsAt;
  return (
    <span className="min-w-0">
      {schedule ? (
        <span className="block">
          {formatDay(workDateOf(schedule.startsAt, timeZone))}, {schedule.employeeName}:{' '}
          <span className="whitespace-nowrap">{at(schedule.startsAt)} –</span>{' '}
          {ends && <s className="whitespace-nowrap text-ink-2">{at(schedule.endsAt)}</s>}{' '}
          <span className="whitespace-nowrap">{at(schedule.newEndsAt)}</span>
        </span>
      ) : (
        <span className="block text-ink-2">Not scheduled yet</span>
      )}
      {refused && <span className="block text-xs text-waiting">Not changed. {refused}</span>}
    </span>
  );
}
