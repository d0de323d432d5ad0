import { Button, buttonClass, IconButton } from '@scheduler/ui/button';
import { Link } from '@tanstack/react-router';
import { ChevronLeft, ChevronRight, Printer, Users } from 'lucide-react';
import type { ComponentProps } from 'react';
import { addDays, formatDay } from '../lib/time.ts';
import { PacketButton } from '../packets/packet-button.tsx';
import { StoreName } from '../shell/store-name.tsx';
import { DateInput } from '../ui/date-field.tsx';

/** The head of the page: its day and store, and the actions on the whole day. */
export function DayHead({
  day,
  today,
  storeId,
  onDay,
  onStore,
  onReassign,
  isLoaded,
  packet,
}: {
  day: string;
  today: string;
  storeId: number | undefined;
  /** Goes to a day; without one, to today. */
  onDay: (day?: string) => void;
  onStore: ComponentProps<typeof StoreName>['onChange'];
  /** Undefined for viewers. */
  onReassign: (() => void) | undefined;
  isLoaded: boolean;
  /** The day of its store, once that is known. */
  packet: { storeId: number; day: string } | undefined;
}) {
  return (
    <div className="flex flex-wrap items-center gap-x-3 gap-y-2 border-b border-line bg-surface px-3 py-1.5 max-sm:gap-x-1">
      <h1 className="sr-only">Day</h1>
      <div className="flex items-center gap-1">
        <IconButton label="Previous day" onClick={() => onDay(addDays(day, -1))}>
          <ChevronLeft aria-hidden className="size-5" />
        </IconButton>
        <Button
          onClick={() => onDay()}
          aria-pressed={day === today}
          className={day === today ? 'border-accent! text-accent-text!' : ''}
        >
          Today
        </Button>
        <IconButton label="Next day" onClick={() => onDay(addDays(day, 1))}>
          <ChevronRight aria-hidden className="size-5" />
        </IconButton>
      </div>
      <h2 aria-live="polite" className="text-base font-semibold whitespace-nowrap">
        {formatDay(day)}
        <span className="max-sm:sr-only">, {day.slice(0, 4)}</span>
        {day < today && <span className="text-ink-2"> · over</span>}
      </h2>
      <DateInput
        aria-label="Go to day"
        required
        value={day}
        onChange={onDay}
        className="hidden h-8 rounded-md border border-line-strong bg-surface px-2 text-sm sm:block pointer-coarse:h-10 aria-invalid:border-failed"
      />
      <StoreName onChange={onStore} />
      <div className="ml-auto flex items-center gap-2">
        {onReassign && (
          <Button onClick={onReassign} disabled={!isLoaded} className="max-sm:w-10 max-sm:px-0!">
            <Users aria-hidden className="size-4" />
            <span className="max-sm:sr-only">Reassign</span>
          </Button>
        )}
        {packet && (
          <PacketButton
            subject={packet}
            label="Packet of the day"
            className="max-sm:w-10 max-sm:px-0!"
            labelClass="max-sm:sr-only"
          />
        )}
        <Link
          to="/day/print"
          search={{ day, ...(storeId && { store: storeId }) }}
          className={buttonClass('plain', 'max-sm:w-10 max-sm:px-0!')}
        >
          <Printer aria-hidden className="size-4" />
          <span className="max-sm:sr-only">Daily sheet</span>
        </Link>
      </div>
    </div>
  );
}
