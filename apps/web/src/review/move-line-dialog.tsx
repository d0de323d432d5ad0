import { instantAt, timeOf } from '@scheduler/scheduling';
import type { ProposalLineView, ProposalView, WeekBoard } from '@scheduler/server/router';
import { keepPreviousData, useMutation } from '@tanstack/react-query';
import { useId, useState } from 'react';
import { trpc } from '../lib/api.ts';
import { addDays, daysBetween, formatDay, formatTime, laterDay } from '../lib/time.ts';
import { lastDayOf, titleOf } from '../lib/words.ts';
import { UnablePeople } from '../planning/unable-people.tsx';
import { ReasonList } from '../ui/badges.tsx';
import { SelectField, TextField } from '../ui/field.tsx';
import { FormDialog } from '../ui/form-dialog.tsx';
import { Empty, QueryView, SkeletonRows } from '../ui/states.tsx';
import { moveLine } from './use-review.ts';

/** Gives a line of a plan another day, person or start, without dragging: people of a day are ranked. */
export function MoveLineDialog({
  proposal,
  line,
  board,
  onClose,
}: {
  proposal: ProposalView;
  line: ProposalLineView;
  board: WeekBoard;
  onClose: () => void;
}) {
  const { timeZone } = board.store;
  const event = board.tray.find(({ eventId }) => eventId === line.eventId);
  const first = laterDay(event?.startsOn ?? proposal.fromDay, addDays(board.today, 1));
  const last = event ? lastDayOf(event) : proposal.toDay;
  const days = Array.from({ length: Math.max(daysBetween(first, last) + 1, 1) }, (_, n) => addDays(first, n));
  const [day, setDay] = useState(line.day);
  const [employeeId, setEmployeeId] = useState(line.employeeId);
  const [typed, setTyped] = useState<string>();
  const name = useId();
  const suggestions = trpc.plan.suggest.useQuery(
    { eventId: line.eventId, day },
    { placeholderData: keepPreviousData, staleTime: 0 },
  );
  const people = suggestions.data?.people ?? [];
  const own = day === line.day && employeeId === line.employeeId;
  const best = people.find((each) => each.employeeId === employeeId);
  const usual = own ? line.startsAt : best?.startsAt;
  const time = typed ?? (usual ? timeOf(usual, timeZone) : '');
  const save = useMutation({
    mutationFn: () =>
      moveLine(proposal, { lineId: line.lineId, employeeId, day, ...(time !== '' && { time }) }),
    onSuccess: onClose,
  });
  const unchanged = own && (time === '' || instantAt(day, time, timeZone) === line.startsAt);
  const nameOf = (id: number) => board.people.find((person) => person.id === id)?.name ?? 'Somebody';
  return (
    <FormDialog
      title={`Change: ${titleOf({ name: line.eventName })}`}
      description={`Now ${line.employeeName}, ${formatDay(line.day)}, ${formatTime(line.startsAt, timeZone)}. Only the plan is changed.`}
      action="Change"
      saving={save}
      disabled={unchanged}
      onSubmit={() => save.mutate()}
      onClose={onClose}
    >
      <div className="grid grid-cols-2 gap-3">
        <SelectField
          label="Day"
          value={day}
          onChange={({ target }) => {
            setDay(target.value);
            setTyped(undefined);
          }}
        >
          {(days.includes(line.day) ? days : [line.day, ...days]).map((each) => (
            <option key={each} value={each}>
              {formatDay(each)}
            </option>
          ))}
        </SelectField>
        <TextField label="Start" type="time" value={time} onChange={({ target }) => setTyped(target.value)} />
      </div>
      <fieldset className="min-w-0" aria-busy={suggestions.isPlaceholderData}>
        <legend className="mb-1 text-sm font-medium">Person, the best first</legend>
        <QueryView
          what="people"
          queries={[suggestions]}
          data={suggestions.data}
          skeleton={<SkeletonRows count={4} height="h-11" />}
        >
          {({ people, cannot }) => (
            <>
              {people.length === 0 && <Empty title="Nobody can do it on this day." />}
              <div className="grid gap-1">
                {people.map((each) => (
                  <label
                    key={each.employeeId}
                    className={`flex items-start gap-2 rounded-md border px-2.5 py-1.5 pointer-coarse:py-2.5 ${each.employeeId === employeeId ? 'border-accent bg-accent-soft' : 'border-line hover:bg-surface-2'}`}
                  >
                    <input
                      type="radio"
                      name={name}
                      aria-labelledby={`${name}-${each.employeeId}`}
                      checked={each.employeeId === employeeId}
                      onChange={() => {
                        setEmployeeId(each.employeeId);
                        setTyped(undefined);
                      }}
                      className="mt-0.5 size-4 shrink-0 accent-accent"
                    />
                    <span className="min-w-0 flex-1 text-sm">
                      <span id={`${name}-${each.employeeId}`} className="font-medium">
                        {nameOf(each.employeeId)}
                      </span>
                      <span className="block text-xs text-ink-2 first-letter:uppercase">{each.because}</span>
                      <ReasonList reasons={each.needsReason} brief />
                    </span>
                  </label>
                ))}
              </div>
              <UnablePeople count={board.people.length - people.length} cannot={cannot} />
            </>
          )}
        </QueryView>
      </fieldset>
    </FormDialog>
  );
}
