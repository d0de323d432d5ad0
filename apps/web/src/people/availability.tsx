import { type Absence, absencesOn, holidayOn } from '@scheduler/scheduling';
import type { AvailabilitySaved, EmployeeDetail } from '@scheduler/server/router';
import { Button, IconButton } from '@scheduler/ui/button';
import { Link } from '@tanstack/react-router';
import { CircleAlert, Plus, Trash2 } from 'lucide-react';
import { useState } from 'react';
import { trpc } from '../lib/api.ts';
import { problemOf } from '../lib/problem.ts';
import { addDays, formatDay, formatWhen, weekStart } from '../lib/time.ts';
import { titleOf } from '../lib/words.ts';
import { useMayWrite } from '../shell/use-session.ts';
import { DateField } from '../ui/date-field.tsx';
import { SelectField, TextField, TickBox } from '../ui/field.tsx';
import { FormDialog } from '../ui/form-dialog.tsx';
import { Refusal } from '../ui/states.tsx';
import { toast } from '../ui/toast.tsx';

const WEEKDAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
const WEEKS_SHOWN = 6;

/** When somebody can work: what comes of it in the next weeks, the usual week, and what differs from it. */
export function Availability({ person }: { person: EmployeeDetail }) {
  const mayWrite = useMayWrite();
  const [draft, setDraft] = useState<boolean[]>();
  const [adding, setAdding] = useState(false);
  const [broken, setBroken] = useState<AvailabilitySaved['broken']>([]);
  const pattern = draft ?? person.pattern ?? WEEKDAYS.map(() => true);
  return (
    <section
      aria-labelledby="availability"
      className="grid grid-cols-1 gap-4 rounded-md border border-line bg-surface p-3"
    >
      <div className="flex flex-wrap items-center gap-2">
        <h2 id="availability" className="font-semibold">
          When they can work
        </h2>
        {mayWrite && (
          <Button look="primary" className="ml-auto" onClick={() => setAdding(true)}>
            <Plus aria-hidden className="size-4" />
            Add days
          </Button>
        )}
      </div>
      <Broken broken={broken} person={person} onSeen={() => setBroken([])} />
      <Weeks person={{ ...person, pattern }} />
      <UsualWeek person={person} draft={draft} onDraft={setDraft} onSaved={setBroken} />
      <Exceptions person={person} onSaved={setBroken} />
      {adding && <DaysDialog person={person} onSaved={setBroken} onClose={() => setAdding(false)} />}
    </section>
  );
}

/** Schedules that the last change put in the wrong, with the way to each. */
function Broken({
  broken,
  person,
  onSeen,
}: {
  broken: AvailabilitySaved['broken'];
  person: EmployeeDetail;
  onSeen: () => void;
}) {
  if (broken.length === 0) return null;
  return (
    <div role="alert" className="rounded-md border border-waiting/40 bg-waiting-soft p-2.5 text-sm">
      <p className="flex gap-2 font-medium text-waiting">
        <CircleAlert aria-hidden className="mt-0.5 size-4 shrink-0" />
        {broken.length === 1
          ? 'One schedule is now on a day on which they can’t work. It was not changed; the board marks it.'
          : `${broken.length} schedules are now on days on which they can’t work. They were not changed; the board marks them.`}
      </p>
      <ul className="mt-1.5 grid gap-1">
        {broken.slice(0, 12).map((work) => (
          <li key={work.scheduleId}>
            <Link
              to="/"
              search={{ week: weekStart(work.workDate), event: work.eventId }}
              className="inline-flex min-h-6 items-center underline"
            >
              {formatWhen(work.startsAt, person.store.timeZone)}: {titleOf({ name: work.eventName })}
            </Link>
          </li>
        ))}
        {broken.length > 12 && <li>and {broken.length - 12} more</li>}
      </ul>
      <Button className="mt-2" onClick={onSeen}>
        Leave them
      </Button>
    </div>
  );
}

const CAUSES: Record<Absence['cause'], string> = {
  time_off: 'Off',
  date_unavailable: 'Blocked',
  range_unavailable: 'Away',
  pattern_unavailable: 'No',
};

/** What comes of all that is known, day by day. */
function Weeks({ person }: { person: EmployeeDetail }) {
  const sunday = weekStart(person.today);
  return (
    <table className="w-full table-fixed text-center text-xs">
      <caption className="sr-only">The next {WEEKS_SHOWN} weeks</caption>
      <thead>
        <tr>
          {WEEKDAYS.map((weekday) => (
            <th key={weekday} scope="col" className="pb-1 font-medium text-ink-2">
              {weekday}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {Array.from({ length: WEEKS_SHOWN }, (_, week) => addDays(sunday, week * 7)).map((first) => (
          <tr key={first}>
            {WEEKDAYS.map((_, index) => (
              <DayCell key={addDays(first, index)} person={person} day={addDays(first, index)} />
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function DayCell({ person, day }: { person: EmployeeDetail; day: string }) {
  const [absence] = absencesOn(person, day);
  const holiday = holidayOn(day, person.holidays);
  const gone = person.terminatedOn !== null && day > person.terminatedOn;
  const word = gone ? 'Left' : holiday ? 'Closed' : absence ? CAUSES[absence.cause] : 'Yes';
  const why = gone ? 'after their last work day' : (holiday?.name ?? absence?.reason);
  const [, month, number] = formatDay(day).split(' ');
  const works = person.upcoming.filter((work) => work.workDate <= day && day <= work.lastDay).length;
  return (
    <td
      title={`${formatDay(day)}: ${why ?? 'can work'}${works ? `, ${works} planned` : ''}`}
      className={`h-11 border border-line px-0.5 ${day < person.today ? 'bg-surface text-ink-3' : why ? 'bg-off text-ink-2' : 'bg-surface'} ${why && works ? 'outline-2 -outline-offset-2 outline-waiting' : ''} ${day === person.today ? 'font-semibold' : ''}`}
    >
      <span className="block">
        {number === '1' || day === weekStart(person.today) ? `${month} ${number}` : number}
      </span>
      <span className={`block truncate ${why || day < person.today ? '' : 'text-synced'}`}>
        {word}
        {why && <span className="sr-only">: {why}</span>}
        {works > 0 && (
          <span>
            {' '}
            · {works}
            <span className="sr-only"> planned</span>
          </span>
        )}
      </span>
    </td>
  );
}

/** What each form of this page does after it saved. */
function useSaved(person: EmployeeDetail, onSaved: (broken: AvailabilitySaved['broken']) => void) {
  const utils = trpc.useUtils();
  return async ({ broken }: AvailabilitySaved) => {
    toast(`The days of ${person.name} are saved.`);
    onSaved(broken);
    void utils.board.week.invalidate();
    void utils.events.invalidate();
    await utils.employees.invalidate();
  };
}

/** The usual week. What is ticked shows in the weeks above at once and is saved by its button. */
function UsualWeek({
  person,
  draft,
  onDraft,
  onSaved,
}: {
  person: EmployeeDetail;
  draft: boolean[] | undefined;
  onDraft: (draft: boolean[] | undefined) => void;
  onSaved: (broken: AvailabilitySaved['broken']) => void;
}) {
  const mayWrite = useMayWrite();
  const saved = useSaved(person, onSaved);
  // The version that was there when the first day was ticked: a colleague's change since is refused, not overwritten.
  const [version, setVersion] = useState(person.version);
  const kept = person.pattern ?? WEEKDAYS.map(() => true);
  const shown = draft ?? kept;
  const save = trpc.employees.setAvailability.useMutation({
    onSuccess: async (result) => {
      await saved(result);
      onDraft(undefined);
    },
  });
  return (
    <form
      className="grid gap-2"
      onSubmit={(event) => {
        event.preventDefault();
        if (draft) save.mutate({ employeeId: person.id, version, pattern: draft });
      }}
    >
      <fieldset disabled={!mayWrite}>
        <legend className="mb-1 text-sm font-medium">Usual week</legend>
        <div className="flex flex-wrap gap-x-4 gap-y-1">
          {WEEKDAYS.map((weekday, index) => (
            <TickBox
              key={weekday}
              checked={shown[index] ?? true}
              onChange={(change) => {
                if (!draft) setVersion(person.version);
                const next = shown.with(index, change.target.checked);
                onDraft(next.join() === kept.join() ? undefined : next);
                save.reset();
              }}
            >
              {weekday}
            </TickBox>
          ))}
        </div>
      </fieldset>
      {mayWrite && (
        <div className="flex flex-wrap items-center gap-2">
          <Button
            look={draft ? 'primary' : 'plain'}
            type="submit"
            disabled={!draft}
            busy={save.isPending}
            busyLabel="Saving…"
            className="min-w-32"
          >
            Save usual week
          </Button>
          {draft && <Button onClick={() => onDraft(undefined)}>Undo</Button>}
        </div>
      )}
      <Refusal
        error={save.error}
        onGoOn={(current) => {
          setVersion(current);
          save.reset();
        }}
      />
    </form>
  );
}

interface Exception {
  key: string;
  word: string;
  startsOn: string;
  endsOn: string;
  reason: string | null;
  remove: () => void;
}

/** Everything that differs from the usual week, first day first; what is over is shown on request. */
function Exceptions({
  person,
  onSaved,
}: {
  person: EmployeeDetail;
  onSaved: (broken: AvailabilitySaved['broken']) => void;
}) {
  const mayWrite = useMayWrite();
  const [withPast, setWithPast] = useState(false);
  const onSuccess = useSaved(person, onSaved);
  const onError = (error: unknown) => toast(problemOf(error).message, { tone: 'problem' });
  const removeTimeOff = trpc.employees.removeTimeOff.useMutation({ onSuccess, onError });
  const removeRange = trpc.employees.removeRange.useMutation({ onSuccess, onError });
  const removeDate = trpc.employees.removeDate.useMutation({ onSuccess, onError });
  const busy = removeTimeOff.isPending || removeRange.isPending || removeDate.isPending;
  const seen = { employeeId: person.id, version: person.version };
  const all: Exception[] = [
    ...person.timeOff.map((off) => ({
      ...off,
      key: `off-${off.id}`,
      word: 'Time off',
      remove: () => removeTimeOff.mutate({ ...seen, timeOffId: off.id }),
    })),
    ...person.ranges.map((range) => ({
      ...range,
      key: `range-${range.id}`,
      word: range.available ? 'Available' : 'Not available',
      remove: () => removeRange.mutate({ ...seen, rangeId: range.id }),
    })),
    ...person.dates.map((date) => ({
      key: date.day,
      word: date.available ? 'Available' : 'Blocked',
      startsOn: date.day,
      endsOn: date.day,
      reason: date.reason,
      remove: () => removeDate.mutate({ ...seen, day: date.day }),
    })),
  ].sort((a, b) => a.startsOn.localeCompare(b.startsOn));
  const past = all.filter((one) => one.endsOn < person.today).length;
  const shown = withPast ? all : all.filter((one) => one.endsOn >= person.today);
  return (
    <div className="grid gap-1.5">
      <h3 className="text-sm font-medium">Other than usual</h3>
      {shown.length === 0 && <p className="text-sm text-ink-2">Nothing from today on.</p>}
      <ul className="divide-y divide-line" data-testid="exceptions">
        {shown.map((one) => (
          <li key={one.key} className="flex items-center gap-2 py-1.5 text-sm">
            <span className="min-w-0 flex-1">
              <span className="font-medium">{one.word}</span>{' '}
              {one.startsOn === one.endsOn
                ? formatDay(one.startsOn)
                : `${formatDay(one.startsOn)} – ${formatDay(one.endsOn)}`}
              , {one.endsOn.slice(0, 4)}
              {one.reason && <span className="block text-xs text-ink-2">{one.reason}</span>}
            </span>
            {mayWrite && (
              <IconButton
                label={`Remove ${one.word.toLowerCase()} ${formatDay(one.startsOn)}`}
                disabled={busy}
                onClick={one.remove}
              >
                <Trash2 aria-hidden className="size-4" />
              </IconButton>
            )}
          </li>
        ))}
      </ul>
      {past > 0 && (
        <TickBox checked={withPast} onChange={(change) => setWithPast(change.target.checked)}>
          Show {past} that {past === 1 ? 'is' : 'are'} over
        </TickBox>
      )}
    </div>
  );
}

const KINDS = {
  off: { word: 'Time off', hint: 'Blocks these days; nobody can plan them then.', days: 'many' },
  away: {
    word: 'Not available',
    hint: 'In place of the usual week; may be planned with a reason.',
    days: 'many',
  },
  works: { word: 'Available', hint: 'In place of the usual week.', days: 'many' },
  blocked: {
    word: 'One day blocked',
    hint: 'Nobody can plan them on that day.',
    days: 'one',
  },
  free: {
    word: 'One day available',
    hint: 'Although they usually can’t. Time off still wins.',
    days: 'one',
  },
} as const;
type Kind = keyof typeof KINDS;
const isKind = (value: string): value is Kind => value in KINDS;

/** Adds days that differ from the usual week. */
function DaysDialog({
  person,
  onSaved,
  onClose,
}: {
  person: EmployeeDetail;
  onSaved: (broken: AvailabilitySaved['broken']) => void;
  onClose: () => void;
}) {
  const [version, setVersion] = useState(person.version);
  const [kind, setKind] = useState<Kind>('off');
  const [startsOn, setStartsOn] = useState(person.today);
  const [endsOn, setEndsOn] = useState(person.today);
  const [reason, setReason] = useState('');
  const saved = useSaved(person, onSaved);
  const onSuccess = async (result: AvailabilitySaved) => {
    onClose();
    await saved(result);
  };
  const timeOff = trpc.employees.addTimeOff.useMutation({ onSuccess });
  const range = trpc.employees.addRange.useMutation({ onSuccess });
  const date = trpc.employees.setDate.useMutation({ onSuccess });
  const one = KINDS[kind].days === 'one';
  const used = kind === 'off' ? timeOff : one ? date : range;
  const problem = used.error ? problemOf(used.error) : undefined;
  const save = () => {
    const what = { employeeId: person.id, version, reason: reason.trim() || null };
    if (kind === 'off') timeOff.mutate({ ...what, startsOn, endsOn });
    else if (one) date.mutate({ ...what, day: startsOn, available: kind === 'free' });
    else range.mutate({ ...what, startsOn, endsOn, available: kind === 'works' });
  };
  return (
    <FormDialog
      title={`Days of ${person.name}`}
      description="What is planned already is not changed; you are told what it concerns."
      action="Save"
      saving={used}
      onSubmit={save}
      onVersion={setVersion}
      onClose={onClose}
    >
      <SelectField
        label="What"
        value={kind}
        hint={KINDS[kind].hint}
        onChange={(change) => {
          if (isKind(change.target.value)) setKind(change.target.value);
        }}
      >
        {Object.entries(KINDS).map(([key, { word }]) => (
          <option key={key} value={key}>
            {word}
          </option>
        ))}
      </SelectField>
      <div className="grid gap-3.5 sm:grid-cols-2">
        <DateField
          label={one ? 'Day' : 'First day'}
          required
          value={startsOn}
          onChange={(day) => {
            setStartsOn(day);
            if (day > endsOn) setEndsOn(day);
          }}
          problem={problem?.fields.startsOn ?? problem?.fields.day}
        />
        {!one && (
          <DateField
            label="Last day"
            required
            min={startsOn}
            value={endsOn}
            onChange={setEndsOn}
            problem={problem?.fields.endsOn}
          />
        )}
      </div>
      <TextField
        label="Reason"
        hint="May be left empty. Everybody who plans sees it."
        maxLength={200}
        value={reason}
        onChange={(change) => setReason(change.target.value)}
        problem={problem?.fields.reason}
      />
    </FormDialog>
  );
}
