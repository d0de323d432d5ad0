import { instantAt, timeOf } from '@scheduler/scheduling';
import type { ProposalLineView, ProposalView, WeekBoard } from '@scheduler/server/router';
import { SelectField, TextField } from '@scheduler/ui/field';
import { keepPreviousData, useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { trpc } from '../lib/api.ts';
import { addDays, daysBetween, formatDay, formatTime, laterDay } from '../lib/time.ts';
import { lastDayOf, titleOf } from '../lib/words.ts';
import { PeoplePicker } from '../planning/people-picker.tsx';
import { FormDialog } from '../ui/form-dialog.tsx';
import { QueryView, SkeletonRows } from '../ui/states.tsx';
import { moveLine } from './line-changes.ts';

/** Gives a line of a plan another day, person or start, without dragging: people of a day are ranked. */
export function MoveLineDialog({
  proposal: live,
  line: liveLine,
  board,
  onClose,
}: {
  proposal: ProposalView;
  line: ProposalLineView;
  board: WeekBoard;
  onClose: () => void;
}) {
  const { timeZone } = board.store;
  // The plan as it was when the dialog was opened: a colleague's change of the line is not overwritten.
  const [proposal] = useState(live);
  const [line] = useState(liveLine);
  const event = board.tray.find(({ eventId }) => eventId === line.eventId);
  const first = laterDay(event?.startsOn ?? proposal.fromDay, addDays(board.today, 1));
  const last = event ? lastDayOf(event) : proposal.toDay;
  const window = Array.from({ length: Math.max(daysBetween(first, last) + 1, 1) }, (_, n) =>
    addDays(first, n),
  );
  // A noon check is done on the day of its Core.
  const days = line.coreEventId === null ? window : [line.day];
  const [day, setDay] = useState(line.day);
  const [employeeId, setEmployeeId] = useState(line.employeeId);
  const [typed, setTyped] = useState<string>();
  const suggestions = trpc.plan.suggest.useQuery(
    { eventId: line.eventId, day, proposalId: proposal.proposalId },
    { placeholderData: keepPreviousData, staleTime: 0 },
  );
  const people = suggestions.data?.people ?? [];
  const own = day === line.day && employeeId === line.employeeId;
  const best = people.find((each) => each.employeeId === employeeId);
  const usual = own ? line.startsAt : best?.startsAt;
  const time = typed ?? (usual ? timeOf(usual, timeZone) : '');
  const save = useMutation({
    mutationFn: () => moveLine(proposal, line, { employeeId, day, ...(time !== '' && { time }) }, timeZone),
    onSuccess: onClose,
  });
  const unchanged = own && (time === '' || instantAt(day, time, timeZone) === line.startsAt);
  return (
    <FormDialog
      isTall
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
      <QueryView
        what="people"
        queries={[suggestions]}
        data={suggestions.data}
        skeleton={<SkeletonRows count={4} height="h-11" />}
      >
        {(ranked) => (
          <PeoplePicker
            suggestions={ranked}
            isStale={suggestions.isPlaceholderData}
            currentId={line.employeeId}
            value={employeeId}
            onChange={(id) => {
              setEmployeeId(id);
              setTyped(undefined);
            }}
          />
        )}
      </QueryView>
    </FormDialog>
  );
}
