import { useId } from 'react';
import { addDays, daysBetween, formatDay, weekStart } from '../lib/time.ts';

const WEEKDAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];

/** The days of a window as a small calendar. */
export function DayPicker({
  from,
  to,
  first,
  value,
  onChange,
}: {
  from: string;
  to: string;
  /** Days before it can't be chosen. */
  first: string;
  value: string;
  onChange: (day: string) => void;
}) {
  const name = useId();
  const lead = daysBetween(weekStart(from), from);
  // A schedule may be on a day outside the window, if it is from Crossmark or a file.
  const days = Array.from({ length: Math.max(daysBetween(from, to) + 1, 1) }, (_, offset) =>
    addDays(from, offset),
  );
  return (
    <fieldset>
      <legend className="mb-1 text-sm font-medium">Day</legend>
      <div className="grid grid-cols-7 gap-0.5 text-center">
        {WEEKDAYS.map((weekday) => (
          <span key={weekday} aria-hidden className="text-xs text-ink-2">
            {weekday}
          </span>
        ))}
        {lead > 0 && <span style={{ gridColumn: `span ${lead}` }} />}
        {days.map((day, index) => {
          const [, month, number] = formatDay(day).split(' ');
          const unchosenLook =
            day < first
              ? 'cursor-not-allowed border-transparent text-ink-3'
              : 'border-line bg-surface hover:bg-surface-2';
          return (
            <label
              key={day}
              className={`relative grid h-10 place-content-center rounded-md border text-sm leading-none has-focus-visible:outline-2 has-focus-visible:outline-offset-1 has-focus-visible:outline-accent ${
                day === value ? 'border-accent bg-accent font-semibold text-accent-ink' : unchosenLook
              }`}
            >
              <input
                type="radio"
                name={name}
                value={day}
                checked={day === value}
                disabled={day < first && day !== value}
                aria-label={formatDay(day)}
                onChange={() => onChange(day)}
                className="absolute inset-0 appearance-none opacity-0"
              />
              {(index === 0 || number === '1') && <span className="text-xs">{month}</span>}
              <span className={day < first ? 'line-through' : ''}>{number}</span>
            </label>
          );
        })}
      </div>
    </fieldset>
  );
}
