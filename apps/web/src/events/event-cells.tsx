// biome-ignore-all lint/a11y/useSemanticElements: no table element can hold rows that are placed by their number
// biome-ignore-all lint/a11y/useFocusableInteractive: rows have the focus, and the buttons in the cells
import type { EventRow } from '@scheduler/server/router';
import type { ReactNode } from 'react';
import { formatWhen } from '../lib/time.ts';
import { titleOf, windowWords } from '../lib/words.ts';
import { SyncMark, TypeMark } from '../ui/badges.tsx';
import { TruncatedText } from '../ui/truncated-text.tsx';
import { Actions, type EventActions } from './event-actions.tsx';
import { EventTick } from './event-tick.tsx';

/** The cells of a row. In a card they are in three lines. */
export function Cells({
  row,
  cards,
  timeZone,
  today,
  actions,
  tabbable,
  onSelect,
}: {
  row: EventRow;
  cards: boolean;
  timeZone: string;
  today: string;
  actions: EventActions;
  tabbable: boolean;
  onSelect: (isRange: boolean) => void;
}) {
  const { event, schedule } = row;
  const name = (
    <Cell head className="flex min-w-0 items-center gap-2">
      {actions.maySelect && <EventTick {...{ row, cards, tabbable, onSelect }} />}
      <span className="min-w-0 flex-1">
        <span className="block truncate text-sm leading-tight font-medium" title={event.name}>
          {titleOf(event)}
        </span>
        <span className="block truncate text-xs text-ink-2">
          {[event.eventNumber, event.mplanId ? `plan ${event.mplanId}` : null].filter(Boolean).join(' · ')}
          {!event.mplanId && <span className="text-waiting">Not found in Crossmark yet</span>}
        </span>
      </span>
    </Cell>
  );
  const type = (
    <Cell className="min-w-0">
      <TypeMark type={event.type} whole={cards} />
    </Cell>
  );
  const window = <Cell className="truncate text-sm text-ink-2">{windowWords(event)}</Cell>;
  const condition = <Cell className="truncate text-sm">{event.condition}</Cell>;
  const when = (
    <Cell className="shrink-0 truncate text-sm">
      {schedule ? formatWhen(schedule.startsAt, timeZone) : <span className="text-ink-2">Not scheduled</span>}
    </Cell>
  );
  const person = (
    <Cell className="min-w-0 truncate text-sm">
      {schedule && <TruncatedText text={schedule.employeeName} />}
      {event.bookedElsewhere && (
        <span className="text-conflict" title={`Booked in Crossmark by ${event.bookedElsewhere}`}>
          {event.bookedElsewhere} in Crossmark
        </span>
      )}
    </Cell>
  );
  const sync = (
    <Cell className="min-w-0">
      <SyncMark sync={event.sync} />
    </Cell>
  );
  const buttons = <Actions row={row} today={today} actions={actions} tabbable={tabbable} />;
  if (!cards) {
    return (
      <>
        {name}
        {type}
        {window}
        {condition}
        {when}
        {person}
        {sync}
        {buttons}
      </>
    );
  }
  return (
    <>
      {name}
      <div role="presentation" className="flex min-w-0 items-center gap-x-3">
        {type}
        {window}
      </div>
      <div role="presentation" className="flex min-w-0 items-center gap-x-3">
        {when}
        {person}
      </div>
      <div role="presentation" className="flex min-w-0 items-center gap-x-3">
        {condition}
        {sync}
        <span role="presentation" className="flex-1" />
        {buttons}
      </div>
    </>
  );
}

function Cell({
  head = false,
  className,
  children,
}: {
  head?: boolean;
  className?: string;
  children: ReactNode;
}) {
  return (
    <div role={head ? 'rowheader' : 'gridcell'} className={className}>
      {children}
    </div>
  );
}
