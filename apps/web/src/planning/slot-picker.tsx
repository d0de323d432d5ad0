import { instantAt, oddityOf, type Reason, timeOf } from '@scheduler/scheduling';
import type { ScheduleOptions } from '@scheduler/server/router';
import { useId, useRef } from 'react';
import { formatClock, formatDay } from '../lib/time.ts';
import { TimeInput } from '../ui/date-field.tsx';
import { Skeleton } from '../ui/states.tsx';

/** Returns a short label for the worst reason against a slot; undefined if there is none. */
function worstOf(reasons: readonly Reason[]): string | undefined {
  if (reasons.some((reason) => reason.severity === 'hard')) return 'can’t';
  return reasons.some((reason) => reason.severity === 'soft') ? 'warning' : undefined;
}

/** The usual starts, and a box for any other. */
export function SlotPicker({
  options,
  time,
  employeeId,
  onChange,
}: {
  options: ScheduleOptions | undefined;
  time: string | undefined;
  employeeId: number | undefined;
  onChange: (time: string) => void;
}) {
  const name = useId();
  const inputId = useId();
  const person = options?.people.find((each) => each.employeeId === employeeId);
  const usual = useRef<ScheduleOptions['slots']>([]);
  if (options) usual.current = options.slots;
  return (
    <fieldset>
      <legend className="mb-1 text-sm font-medium">Start</legend>
      <div className="grid grid-cols-3 gap-1">
        {!options &&
          usual.current.length === 0 &&
          [1, 2, 3, 4].map((each) => <Skeleton key={each} className="h-9" />)}
        {usual.current.map((slot) => {
          const reasons = person?.reasonsBySlot[slot.time] ?? [];
          const worst = worstOf(reasons);
          return (
            <label
              key={slot.time}
              className={`relative grid h-9 place-content-center rounded-md border text-sm leading-none has-focus-visible:outline-2 has-focus-visible:outline-offset-1 has-focus-visible:outline-accent pointer-coarse:h-11 ${
                slot.time === time
                  ? 'border-accent bg-accent font-semibold text-accent-ink'
                  : 'border-line bg-surface hover:bg-surface-2'
              }`}
            >
              <input
                type="radio"
                name={name}
                value={slot.time}
                checked={slot.time === time}
                onChange={() => onChange(slot.time)}
                className="absolute inset-0 appearance-none opacity-0"
              />
              {formatClock(slot.time)}
              {worst && <span className="mt-0.5 text-center text-xs font-normal">{worst}</span>}
            </label>
          );
        })}
      </div>
      <div className="mt-2 flex items-center gap-2">
        <label htmlFor={inputId} className="text-xs text-ink-2">
          Other start
        </label>
        <TimeInput
          id={inputId}
          step={300}
          value={time ?? ''}
          onChange={onChange}
          className="h-8 rounded-md border border-line-strong bg-surface px-2 text-sm pointer-coarse:h-11"
        />
      </div>
      {options && time && <OddTime day={options.day} time={time} timeZone={options.timeZone} />}
    </fieldset>
  );
}

/** Explains a time that the store's clocks skip on that day, or show twice. */
function OddTime({ day, time, timeZone }: { day: string; time: string; timeZone: string }) {
  const oddity = oddityOf(day, time, timeZone);
  if (!oddity) return null;
  const meant = formatClock(timeOf(instantAt(day, time, timeZone), timeZone));
  return (
    <p role="status" className="mt-1 text-xs text-waiting">
      {oddity === 'skipped'
        ? `Clocks go forward on ${formatDay(day)} and skip ${formatClock(time)}: it starts at ${meant}.`
        : `Clocks go back on ${formatDay(day)} and show ${meant} twice: it starts at the first.`}
    </p>
  );
}
