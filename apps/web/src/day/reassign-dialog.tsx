import { REASSIGNABLE_TYPES } from '@scheduler/scheduling';
import type { DayBoard } from '@scheduler/server/router';
import { Button } from '@scheduler/ui/button';
import { keepPreviousData } from '@tanstack/react-query';
import { useState } from 'react';
import { trpc } from '../lib/api.ts';
import { formatDay } from '../lib/time.ts';
import { Dialog } from '../ui/dialog.tsx';
import { SelectField } from '../ui/field.tsx';
import { Empty, QueryView, Refusal, SkeletonRows } from '../ui/states.tsx';
import { Rows } from './reassign-rows.tsx';
import { countWords, useReassign } from './use-reassign.ts';

/**
 * Gives the day's short work to another Lead or Club Supervisor: first what would come of it, then
 * the deed.
 */
export function ReassignDialog({ board, onClose }: { board: DayBoard; onClose: () => void }) {
  const [fromId, setFromId] = useState<number>();
  const [toId, setToId] = useState<number>();
  const [excluded, setExcluded] = useState<ReadonlySet<number>>(new Set());
  const preview = trpc.day.reassignPreview.useQuery(
    {
      storeId: board.store.id,
      day: board.day,
      toEmployeeId: toId ?? 0,
      ...(fromId !== undefined && { fromEmployeeId: fromId }),
    },
    { enabled: toId !== undefined, placeholderData: keepPreviousData, staleTime: 0 },
  );
  const reassign = useReassign(onClose);
  const done = reassign.data;

  const nameOf = new Map(board.people.map(({ id, name }) => [id, name]));
  const holders = new Set(
    board.schedules
      .filter(({ event }) => REASSIGNABLE_TYPES.includes(event.type))
      .map(({ employeeId }) => employeeId),
  );
  const takers = board.people.filter(
    ({ id, role }) => id !== fromId && (role === 'Lead Event Specialist' || role === 'Club Supervisor'),
  );
  const rows = toId === undefined ? undefined : preview.data?.rows;
  const movable = rows?.filter(({ refused }) => refused === null) ?? [];
  const staying = rows?.filter(({ refused }) => refused !== null) ?? [];
  const included = movable.filter(({ scheduleId }) => !excluded.has(scheduleId));

  if (done) {
    return (
      <Dialog
        title={`${countWords(done.rows.filter(({ refused }) => refused === null).length)} given to ${done.to.name}`}
        onClose={onClose}
        footer={
          <Button look="primary" onClick={onClose}>
            Close
          </Button>
        }
      >
        <Rows
          title="Stays as it is"
          rows={done.rows.filter(({ refused }) => refused !== null)}
          board={board}
        />
      </Dialog>
    );
  }
  return (
    <Dialog
      title={`Reassign the short work of ${formatDay(board.day)}`}
      description="Supervisor, Freeosk, Digital and Other events keep their times and go to another Lead or Club Supervisor. Nothing is saved before you confirm."
      onClose={onClose}
      footer={
        <>
          <div className="w-full not-empty:mb-1">
            <Refusal error={reassign.error} />
          </div>
          <Button onClick={onClose}>Cancel</Button>
          <Button
            look="primary"
            className="min-w-32"
            disabled={included.length === 0 || preview.isPlaceholderData}
            busy={reassign.isPending}
            busyLabel="Reassigning…"
            onClick={() => toId !== undefined && reassign.mutate({ toId, rows: included })}
          >
            Reassign{included.length > 0 && ` ${countWords(included.length)}`}
          </Button>
        </>
      }
    >
      <div className="grid gap-4">
        <div className="grid gap-3 sm:grid-cols-2">
          <SelectField
            label="Whose work"
            value={fromId ?? ''}
            onChange={({ target }) => {
              const id = Number(target.value) || undefined;
              setFromId(id);
              if (id !== undefined && id === toId) setToId(undefined);
            }}
          >
            <option value="">Everybody’s</option>
            {[...holders].map((id) => (
              <option key={id} value={id}>
                {nameOf.get(id)}
              </option>
            ))}
          </SelectField>
          <SelectField
            label="Give it to"
            value={toId ?? ''}
            onChange={({ target }) => {
              setToId(Number(target.value) || undefined);
              setExcluded(new Set());
            }}
          >
            <option value="">Choose somebody</option>
            {takers.map(({ id, name, off }) => (
              <option key={id} value={id}>
                {name}
                {off === null ? '' : ` (off: ${off})`}
              </option>
            ))}
          </SelectField>
        </div>
        <div className="grid min-h-56 content-start gap-4" aria-busy={preview.isFetching}>
          {toId === undefined ? (
            <Empty title="Choose who shall do it.">
              What would go over and what would stay is shown here.
            </Empty>
          ) : (
            <QueryView
              what="the preview"
              queries={[preview]}
              data={rows}
              skeleton={<SkeletonRows count={4} height="h-10" className="gap-1.5" />}
              empty={
                rows?.length === 0 && (
                  <Empty title="There is nothing to give.">
                    No Supervisor, Freeosk, Digital or Other event of that day is somebody else’s.
                  </Empty>
                )
              }
            >
              {() => (
                <>
                  <Rows
                    title="Goes over"
                    rows={movable}
                    board={board}
                    left={excluded}
                    onTick={(scheduleId, on) => {
                      const next = new Set(excluded);
                      if (on) next.delete(scheduleId);
                      else next.add(scheduleId);
                      setExcluded(next);
                    }}
                  />
                  <Rows title="Stays as it is" rows={staying} board={board} />
                </>
              )}
            </QueryView>
          )}
        </div>
      </div>
    </Dialog>
  );
}
