import { type SlotTimes, slotTimesFor } from '@scheduler/scheduling';
import type { Settings } from '@scheduler/server/router';
import { Button, IconButton } from '@scheduler/ui/button';
import { FIELD_BOX, TextField } from '@scheduler/ui/field';
import { Trash2 } from 'lucide-react';
import { formatClock } from '../lib/time.ts';

import { hasLunch, type Work } from './work.ts';

/** A start with lunch, end and its button; on a phone the start stands above them. */
const ROW =
  'grid gap-x-2 grid-cols-[minmax(0,1fr)_minmax(0,1fr)_1.75rem] sm:grid-cols-[4.5rem_minmax(0,1fr)_minmax(0,1fr)_1.75rem]';

/** The starts of a type of work with lunch and end of each, by start. */
export type Slots = Readonly<Record<string, SlotTimes>>;

/** The starts of a type as the store has them, or as the product has them. */
export function slotsOf(work: Work, store?: Settings['store']): Slots {
  const starts = store ? work.slots : work.usualSlots;
  return Object.fromEntries(starts.map((start) => [start, slotTimesFor(work.type, start, store?.slotTimes)]));
}

/** The usual starts of a type of work, to be added and removed; for long work with lunch and end. */
export function SlotList({
  work,
  slots,
  entered,
  problems,
  onChange,
  onEnter,
}: {
  work: Work;
  slots: Slots;
  /** A start that was typed and not added yet. */
  entered: string;
  /** What is wrong with the times of a start, by start. */
  problems: Readonly<Record<string, string>>;
  onChange: (slots: Slots) => void;
  onEnter: (start: string) => void;
}) {
  const starts = Object.keys(slots).sort();
  const remove = (start: string) => {
    const { [start]: _, ...others } = slots;
    onChange(others);
  };
  const add = () => {
    onChange({ ...slots, [entered]: slots[entered] ?? slotTimesFor(work.type, entered) });
    onEnter('');
  };
  return (
    <div className="grid gap-2">
      <h3 className="text-sm font-medium">Usual starts, store time</h3>
      {hasLunch(work) ? (
        <>
          <div aria-hidden className={`${ROW} text-xs text-ink-2`}>
            <span className="hidden sm:block">Start</span>
            <span>Lunch</span>
            <span>End</span>
          </div>
          <ul className="grid gap-1.5">
            {starts.map((start) => (
              <li key={start} className={`${ROW} items-center gap-y-1 text-sm`}>
                <span className="col-span-full sm:col-span-1">{formatClock(start)}</span>
                {(['lunchAt', 'endsAt'] as const).map((which) => (
                  <input
                    key={which}
                    type="time"
                    aria-invalid={problems[start] !== undefined}
                    aria-label={`${which === 'lunchAt' ? 'Lunch' : 'End'} of the start at ${formatClock(start)}`}
                    className={FIELD_BOX}
                    value={slots[start]?.[which] ?? ''}
                    onChange={({ target }) => {
                      const times = { lunchAt: null, endsAt: null, ...slots[start] };
                      onChange({ ...slots, [start]: { ...times, [which]: target.value || null } });
                    }}
                  />
                ))}
                <IconButton label={`Remove ${formatClock(start)}`} onClick={() => remove(start)}>
                  <Trash2 aria-hidden className="size-4" />
                </IconButton>
                {problems[start] && (
                  <p role="alert" className="col-span-full text-xs text-failed">
                    {problems[start]}
                  </p>
                )}
              </li>
            ))}
          </ul>
          <p className="text-xs text-ink-2">
            Lunch and end are printed on the daily sheet. An end that is left empty is that of the schedule.
          </p>
        </>
      ) : (
        <ul className="flex flex-wrap gap-2">
          {starts.map((start) => (
            <li
              key={start}
              className="flex items-center gap-1 rounded-md border border-line-strong pl-2.5 text-sm"
            >
              {formatClock(start)}
              <IconButton label={`Remove ${formatClock(start)}`} onClick={() => remove(start)}>
                <Trash2 aria-hidden className="size-4" />
              </IconButton>
            </li>
          ))}
        </ul>
      )}
      <div className="flex items-end gap-2">
        <div className="w-40">
          <TextField
            label="Another start"
            type="time"
            value={entered}
            onChange={(change) => onEnter(change.target.value)}
          />
        </div>
        <Button className="h-9!" disabled={!entered} onClick={add}>
          Add start
        </Button>
      </div>
    </div>
  );
}
