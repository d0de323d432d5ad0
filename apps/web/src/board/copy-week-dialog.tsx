import { copyWeek } from '@scheduler/scheduling';
import type { WeekBoard } from '@scheduler/server/router';
import { Button } from '@scheduler/ui/button';
import { useMutation } from '@tanstack/react-query';
import { useMemo, useState } from 'react';
import { trpc, trpcClient } from '../lib/api.ts';
import { problemOf } from '../lib/problem.ts';
import { addDays, formatWeek } from '../lib/time.ts';
import { titleOf } from '../lib/words.ts';
import { useEdits } from '../planning/edits.ts';
import { recordChange } from '../planning/undo.ts';
import { Dialog } from '../ui/dialog.tsx';
import { Empty, QueryView, Refusal, SkeletonRows } from '../ui/states.tsx';
import { BlockedRow, countOf, Outcome, ReadyRow, type Row } from './copy-week-rows.tsx';
import { eventFacts, plannedWork } from './targets.ts';

/**
 * The dialog that copies a week's schedules to the following week. It first shows what can be
 * scheduled and what can't, and then saves the ticked rows.
 */
export function CopyWeekDialog({ board, onClose }: { board: WeekBoard; onClose: () => void }) {
  const nextWeek = addDays(board.weekOf, 7);
  const { timeZone } = board.store;
  const next = trpc.board.week.useQuery({ storeId: board.store.id, weekOf: nextWeek }, { staleTime: 0 });
  const [excluded, setExcluded] = useState<ReadonlySet<number>>(new Set());
  const edits = useEdits();
  const rows = useMemo(() => (next.data ? copiedRows(board, next.data) : []), [board, next.data]);
  const readyRows = rows.filter((row) => row.event !== null);
  const blockedRows = rows.filter((row) => row.event === null);
  const included = readyRows.filter((row) => !excluded.has(row.scheduleId));

  const copy = useMutation({
    mutationFn: () =>
      trpcClient.schedules.createMany.mutate({
        items: included.map(({ event, employeeId, startsAt }) => ({
          eventId: event?.id ?? 0,
          employeeId,
          startsAt,
        })),
      }),
    onSuccess: (results) => {
      const after = results.flatMap(({ saved }) => saved ?? []);
      if (after.length > 0) {
        recordChange(
          {
            message: `${countOf(after.length)} copied to ${formatWeek(nextWeek)}.`,
            before: [],
            after: after.map(({ scheduleId, version }) => ({ scheduleId, version })),
            undo: unscheduleAll,
          },
          () => void edits.refresh(),
        );
      }
      void edits.refresh();
      if (after.length === results.length) onClose();
    },
  });
  const results = copy.data;
  const refused = results?.filter(({ saved }) => saved === null) ?? [];

  return (
    <Dialog
      isTall
      title={`Copy to ${formatWeek(nextWeek)}`}
      description="The same people on the same weekdays and times, with unscheduled events of the same type. Supervisor events go along with their Cores."
      onClose={onClose}
      footer={
        results ? (
          <Button look="primary" onClick={onClose}>
            Close
          </Button>
        ) : (
          <>
            <Refusal error={copy.error} />
            <Button onClick={onClose}>Cancel</Button>
            <Button
              look="primary"
              className="min-w-28"
              disabled={included.length === 0 || next.isFetching}
              busy={copy.isPending}
              busyLabel="Copying…"
              onClick={() => copy.mutate()}
            >
              Schedule {countOf(included.length)}
            </Button>
          </>
        )
      }
    >
      {results ? (
        <Outcome copied={results.length - refused.length} refused={refused} rows={rows} />
      ) : (
        <QueryView
          what="the next week"
          queries={[next]}
          data={next.data}
          skeleton={<SkeletonRows count={6} height="h-11" />}
          empty={
            rows.length === 0 && (
              <Empty title="There is nothing to copy.">
                Nothing is scheduled in {formatWeek(board.weekOf)} that could be repeated.
              </Empty>
            )
          }
        >
          {() => (
            <div className="grid gap-5">
              <section aria-label="Can be copied" className="grid gap-1">
                <h3 className="text-sm font-semibold">Can be copied ({readyRows.length})</h3>
                {readyRows.length === 0 && (
                  <p className="text-sm text-ink-2">None of this week’s schedules can.</p>
                )}
                {readyRows.map((row) => (
                  <ReadyRow
                    key={row.scheduleId}
                    row={row}
                    timeZone={timeZone}
                    isChosen={!excluded.has(row.scheduleId)}
                    onChoose={(isChosen) => setExcluded(without(excluded, row.scheduleId, isChosen))}
                  />
                ))}
              </section>
              {blockedRows.length > 0 && (
                <section aria-label="Can’t be copied" className="grid gap-1">
                  <h3 className="text-sm font-semibold">Can’t be copied ({blockedRows.length})</h3>
                  {blockedRows.map((row) => (
                    <BlockedRow key={row.scheduleId} row={row} timeZone={timeZone} />
                  ))}
                </section>
              )}
            </div>
          )}
        </QueryView>
      )}
    </Dialog>
  );
}

/** Returns the rows of the copy, from the boards of both weeks. */
function copiedRows(week: WeekBoard, next: WeekBoard): Row[] {
  const rows = copyWeek({
    week: week.schedules.map((schedule) => ({ ...schedule, event: eventFacts(schedule.event, true) })),
    open: next.tray.map((event) => eventFacts(event, false)),
    people: next.people.filter(({ isGuest }) => !isGuest),
    planned: plannedWork(next),
    holidays: next.holidays.map((holiday) => ({ ...holiday, yearly: false })),
    store: next.store,
  });
  return rows.map((row) => {
    const source = week.schedules.find((schedule) => schedule.scheduleId === row.scheduleId);
    return {
      ...row,
      employeeName: week.people.find((person) => person.id === row.employeeId)?.name ?? 'Somebody',
      sourceTitle: source ? titleOf(source.event) : '',
    };
  });
}

/**
 * Undoes a copied week. Schedules that somebody changed meanwhile stay, and the message says so.
 */
async function unscheduleAll(after: readonly { scheduleId: number; version: number }[]) {
  const outcomes = await Promise.allSettled(after.map((ref) => trpcClient.schedules.unschedule.mutate(ref)));
  const failed = outcomes.filter((outcome) => outcome.status === 'rejected');
  const why = failed[0] && ` ${countOf(failed.length)} stayed: ${problemOf(failed[0].reason).message}`;
  return { restored: [], message: `${countOf(after.length - failed.length)} unscheduled again.${why ?? ''}` };
}

function without(left: ReadonlySet<number>, id: number, ticked: boolean): ReadonlySet<number> {
  const next = new Set(left);
  if (ticked) next.delete(id);
  else next.add(id);
  return next;
}
