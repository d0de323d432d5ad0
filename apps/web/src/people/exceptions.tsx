import { type Hours, isWholeDay } from '@scheduler/scheduling';
import type { AvailabilitySaved, EmployeeDetail } from '@scheduler/server/router';
import { IconButton } from '@scheduler/ui/button';
import { TickBox } from '@scheduler/ui/field';
import { Trash2 } from 'lucide-react';
import { useState } from 'react';
import { trpc } from '../lib/api.ts';
import { problemOf } from '../lib/problem.ts';
import { formatDay } from '../lib/time.ts';
import { hoursWords } from '../lib/words.ts';
import { useMayWrite } from '../shell/use-session.ts';
import { toast } from '../ui/toast.tsx';
import { useAvailabilitySaved } from './use-saved.ts';

interface Exception {
  key: string;
  word: string;
  startsOn: string;
  endsOn: string;
  reason: string | null;
  hours?: Hours;
  remove: () => void;
}

/** The exceptions from the usual week by day. Past ones are shown on request. */
export function Exceptions({
  person,
  onSaved,
}: {
  person: EmployeeDetail;
  onSaved: (broken: AvailabilitySaved['broken']) => void;
}) {
  const mayWrite = useMayWrite();
  const [withPast, setWithPast] = useState(false);
  const onSuccess = useAvailabilitySaved(person, onSaved);
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
      hours: off,
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
  const visible = withPast ? all : all.filter((one) => one.endsOn >= person.today);
  return (
    <div className="grid gap-1.5">
      <h3 className="text-sm font-medium">Exceptions</h3>
      {visible.length === 0 && <p className="text-sm text-ink-2">Nothing from today on.</p>}
      <ul className="divide-y divide-line" data-testid="exceptions">
        {visible.map((one) => (
          <li key={one.key} className="flex items-center gap-2 py-1.5 text-sm">
            <span className="min-w-0 flex-1">
              <span className="font-medium">{one.word}</span>{' '}
              {one.startsOn === one.endsOn
                ? formatDay(one.startsOn)
                : `${formatDay(one.startsOn)} – ${formatDay(one.endsOn)}`}
              , {one.endsOn.slice(0, 4)}
              {one.hours && !isWholeDay(one.hours) && `, ${hoursWords(one.hours)}`}
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
          Show {past} past {past === 1 ? 'exception' : 'exceptions'}
        </TickBox>
      )}
    </div>
  );
}
