import { isDuring, isWholeDay } from '@scheduler/scheduling';
import type { AvailabilitySaved } from '@scheduler/server/router';
import { SelectField, TextField, TickBox } from '@scheduler/ui/field';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { trpc } from '../lib/api.ts';
import { problemOf } from '../lib/problem.ts';
import { daysBetween, formatDay, useNow } from '../lib/time.ts';
import { hoursWords } from '../lib/words.ts';
import { useRecordOff } from '../review/use-record-off.ts';
import { DateField } from '../ui/date-field.tsx';
import { FormDialog } from '../ui/form-dialog.tsx';
import { MOST_COVERED_DAYS } from './covered-work.ts';
import { useSetAvailable } from './use-saved.ts';
import { WorkThen } from './work-then.tsx';

const KINDS = {
  off: { word: 'Off', hint: 'They can’t be scheduled then.' },
  away: {
    word: 'Not available',
    hint: 'In place of the usual week. They can be scheduled with a reason.',
  },
  works: { word: 'Available', hint: 'Although they usually can’t work then. Time off still applies.' },
} as const;

type Kind = keyof typeof KINDS;

const isKind = (value: string): value is Kind => value in KINDS;

/**
 * The one dialog for the days of a person: days or hours off, with others for their work of that
 * time, or days on which their usual week doesn't apply.
 */
export function DaysDialog({
  employeeId,
  name,
  startsOn: firstDay,
  endsOn: lastDay = firstDay,
  onBroken,
  onClose,
}: {
  employeeId: number;
  name: string;
  /** The days that are offered. */
  startsOn: string;
  endsOn?: string;
  /** Called with the schedules that the saved days invalidate and for which nobody is looked for. */
  onBroken?: (broken: AvailabilitySaved['broken']) => void;
  onClose: () => void;
}) {
  const person = trpc.employees.get.useQuery({ employeeId });
  const [kind, setKind] = useState<Kind>('off');
  const [startsOn, setStartsOn] = useState(firstDay);
  const [endsOn, setEndsOn] = useState(lastDay);
  const [isPart, setIsPart] = useState(false);
  const [times, setTimes] = useState({ from: '', until: '' });
  const [reason, setReason] = useState('');
  const [wantsCover, setWantsCover] = useState(true);
  const [keptVersion, setVersion] = useState<number>();
  const now = useNow();
  const recordOff = useRecordOff();
  const setAvailable = useSetAvailable(name);
  const isOff = kind === 'off';
  const hours =
    isOff && isPart
      ? { fromTime: times.from || null, untilTime: times.until || null }
      : { fromTime: null, untilTime: null };
  const isOneDay = startsOn === endsOn;
  const range = isOneDay ? `on ${formatDay(startsOn)}` : `${formatDay(startsOn)} – ${formatDay(endsOn)}`;
  const whichDays = isOneDay && startsOn === person.data?.today ? 'today' : range;
  const when = isWholeDay(hours) ? whichDays : `${whichDays} ${hoursWords(hours)}`;

  const theirs = (person.data?.upcoming ?? []).filter((work) => {
    if (isWholeDay(hours)) return startsOn <= work.workDate && work.workDate <= endsOn;
    const { timeZone } = person.data?.store ?? { timeZone: 'UTC' };
    return (
      startsOn <= work.workDate && work.workDate <= endsOn && isDuring(work, work.workDate, hours, timeZone)
    );
  });
  const begun = theirs.filter(({ startsAt }) => Date.parse(startsAt) <= now);
  const mayBeCovered = theirs.some((work) => work.isInOwnStore && !begun.includes(work));
  const mayFindCover = isOff && mayBeCovered && daysBetween(startsOn, endsOn) < MOST_COVERED_DAYS;
  const findCover = mayFindCover && wantsCover;

  const save = useMutation({
    mutationFn: async (version: number) => {
      const what = { employeeId, version, reason: reason.trim() || null };
      return isOff
        ? recordOff({ ...what, startsOn, endsOn, ...hours }, { name, when, findCover })
        : setAvailable({ ...what, startsOn, endsOn }, kind === 'works');
    },
    onSuccess: (broken) => {
      onBroken?.(broken);
      onClose();
    },
  });
  const version = keptVersion ?? person.data?.version;
  const problem = save.error ? problemOf(save.error) : undefined;
  return (
    <FormDialog
      title={isOff ? `${name} is off ${when}` : `Days of ${name}`}
      action={findCover ? 'Record, and find cover' : 'Record'}
      busyLabel="Recording…"
      saving={save}
      disabled={version === undefined}
      onSubmit={() => version !== undefined && save.mutate(version)}
      onVersion={setVersion}
      onClose={onClose}
    >
      <SelectField
        label="What"
        value={kind}
        hint={KINDS[kind].hint}
        onChange={({ target }) => isKind(target.value) && setKind(target.value)}
      >
        {Object.entries(KINDS).map(([key, { word }]) => (
          <option key={key} value={key}>
            {word}
          </option>
        ))}
      </SelectField>
      <div className="grid gap-3.5 sm:grid-cols-2">
        <DateField
          label="First day"
          required
          value={startsOn}
          onChange={(day) => {
            setStartsOn(day);
            if (day > endsOn) setEndsOn(day);
          }}
          problem={problem?.fields.startsOn ?? problem?.fields.day}
        />
        <DateField
          label="Last day"
          required
          min={startsOn}
          value={endsOn}
          onChange={setEndsOn}
          problem={problem?.fields.endsOn}
        />
      </div>
      {isOff && (
        <TickBox checked={isPart} onChange={({ target }) => setIsPart(target.checked)}>
          Only a part of {isOneDay ? 'the day' : 'each day'}
        </TickBox>
      )}
      {isOff && isPart && (
        <div className="grid grid-cols-2 gap-3.5">
          <TextField
            label="From"
            type="time"
            hint="Empty: when the day begins."
            value={times.from}
            onChange={({ target }) => setTimes({ ...times, from: target.value })}
            problem={problem?.fields.fromTime}
          />
          <TextField
            label="Until"
            type="time"
            hint="Empty: when the day ends."
            value={times.until}
            onChange={({ target }) => setTimes({ ...times, until: target.value })}
            problem={problem?.fields.untilTime}
          />
        </div>
      )}
      <TextField
        label="Reason"
        hint="May be left empty. Everybody who plans sees it."
        maxLength={200}
        value={reason}
        onChange={({ target }) => setReason(target.value)}
        problem={problem?.fields.reason}
      />
      {isOff && (
        <WorkThen
          person={person.data}
          work={theirs}
          begun={begun}
          findsCover={findCover}
          onFindCover={mayFindCover ? setWantsCover : undefined}
        />
      )}
    </FormDialog>
  );
}
