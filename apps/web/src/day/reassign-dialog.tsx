import { REASSIGNABLE_TYPES } from '@scheduler/scheduling';
import type { DayBoard } from '@scheduler/server/router';
import { Button } from '@scheduler/ui/button';
import { SelectField } from '@scheduler/ui/field';
import { keepPreviousData } from '@tanstack/react-query';
import { useState } from 'react';
import { trpc } from '../lib/api.ts';
import { formatDay } from '../lib/time.ts';
import { SuggestionPicker } from '../planning/suggestion-picker.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { Empty, QueryView, Refusal, SkeletonRows } from '../ui/states.tsx';
import { Rows } from './reassign-rows.tsx';
import { countWords, useReassign } from './use-reassign.ts';

/** Gives the day's short work to another Lead or Club Supervisor, after a preview. */
export function ReassignDialog({ board, onClose }: { board: DayBoard; onClose: () => void }) {
  const [fromId, setFromId] = useState<number>();
  const [pickedId, setPickedId] = useState<number>();
  const [excluded, setExcluded] = useState<ReadonlySet<number>>(new Set());
  const takers = trpc.plan.suggestTakers.useQuery(
    { storeId: board.store.id, day: board.day, ...(fromId !== undefined && { fromEmployeeId: fromId }) },
    { placeholderData: keepPreviousData, staleTime: 0 },
  );
  // Until somebody is chosen, the best one is.
  const toId = pickedId ?? (takers.isPlaceholderData ? undefined : takers.data?.[0]?.employeeId);
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
        <Rows title="Not changed" rows={done.rows.filter(({ refused }) => refused !== null)} board={board} />
      </Dialog>
    );
  }
  return (
    <Dialog
      isTall
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
        <SelectField
          label="Whose work"
          value={fromId ?? ''}
          onChange={({ target }) => {
            const id = Number(target.value) || undefined;
            setFromId(id);
            setExcluded(new Set());
            if (id !== undefined && id === pickedId) setPickedId(undefined);
          }}
        >
          <option value="">Everybody’s</option>
          {[...holders].map((id) => (
            <option key={id} value={id}>
              {nameOf.get(id)}
            </option>
          ))}
        </SelectField>
        <QueryView
          what="people"
          queries={[takers]}
          data={takers.data}
          skeleton={<SkeletonRows count={3} height="h-11" />}
        >
          {(ranked) => (
            <SuggestionPicker
              legend="Give it to"
              what="people"
              choices={ranked.map(({ employeeId, name, role, because }) => ({
                id: employeeId,
                title: name,
                aside: role,
                because,
                reasons: [],
              }))}
              unable={[]}
              value={toId}
              isBusy={takers.isPlaceholderData}
              empty="There is nothing to give, or nobody to give it to."
              onChange={(id) => {
                setPickedId(id);
                setExcluded(new Set());
              }}
            />
          )}
        </QueryView>
        <div className="grid min-h-56 content-start gap-4" aria-busy={preview.isFetching}>
          {toId !== undefined && (
            <QueryView
              what="the preview"
              queries={[preview]}
              data={rows}
              skeleton={<SkeletonRows count={4} height="h-10" className="gap-1.5" />}
              empty={
                rows?.length === 0 && (
                  <Empty title="There is nothing to reassign.">
                    No other person has a Supervisor, Freeosk, Digital or Other event on that day.
                  </Empty>
                )
              }
            >
              {() => (
                <>
                  <Rows
                    title="To be reassigned"
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
                  <Rows title="Not changed" rows={staying} board={board} />
                </>
              )}
            </QueryView>
          )}
        </div>
      </div>
    </Dialog>
  );
}
