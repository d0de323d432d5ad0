// biome-ignore-all lint/a11y/useSemanticElements: no table element can hold rows that are placed by their number
// biome-ignore-all lint/a11y/useFocusableInteractive: rows have the focus, and the buttons in the cells
// biome-ignore-all lint/a11y/useKeyWithClickEvents: Enter does on a row what a click does
import { CLOSED_CONDITIONS } from '@scheduler/scheduling';
import type { EventRow } from '@scheduler/server/router';
import { buttonClass, IconButton } from '@scheduler/ui/button';
import { CalendarPlus, ExternalLink, History } from 'lucide-react';
import type { ReactNode } from 'react';
import { formatWhen } from '../lib/time.ts';
import { lastDayOf, titleOf, windowWords } from '../lib/words.ts';
import { SyncMark, TypeMark } from '../ui/badges.tsx';
import { TruncatedText } from '../ui/truncated-text.tsx';

/** What can be done with an event from the list. */
export interface EventActions {
  open: (eventId: number) => void;
  /** Absent for those who only look. */
  schedule: ((row: EventRow) => void) | undefined;
  reissue: ((row: EventRow) => void) | undefined;
}

/** The cells of a row; in a card they stand in three lines. */
export function Cells({
  row,
  cards,
  timeZone,
  today,
  actions,
  tabbable,
}: {
  row: EventRow;
  cards: boolean;
  timeZone: string;
  today: string;
  actions: EventActions;
  tabbable: boolean;
}) {
  const { event, schedule } = row;
  const name = (
    <Cell head className="min-w-0">
      <span className="block truncate text-[13px] leading-tight font-medium" title={event.name}>
        {titleOf(event)}
      </span>
      <span className="block truncate text-xs text-ink-2">
        {[event.eventNumber, event.mplanId ? `plan ${event.mplanId}` : null].filter(Boolean).join(' · ')}
        {!event.mplanId && <span className="text-waiting">Not found in Crossmark yet</span>}
      </span>
    </Cell>
  );
  const type = (
    <Cell className="min-w-0">
      <TypeMark type={event.type} whole={cards} />
    </Cell>
  );
  const window = <Cell className="truncate text-[13px] text-ink-2">{windowWords(event)}</Cell>;
  const condition = <Cell className="truncate text-[13px]">{event.condition}</Cell>;
  const when = (
    <Cell className="shrink-0 truncate text-[13px]">
      {schedule ? formatWhen(schedule.startsAt, timeZone) : <span className="text-ink-2">Not scheduled</span>}
    </Cell>
  );
  const person = (
    <Cell className="min-w-0 truncate text-[13px]">
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

function Actions({
  row,
  today,
  actions,
  tabbable,
}: {
  row: EventRow;
  today: string;
  actions: EventActions;
  tabbable: boolean;
}) {
  const { event, schedule, instructionsUrl, reissuable } = row;
  const title = titleOf(event);
  const schedulable =
    !schedule &&
    !event.bookedElsewhere &&
    !CLOSED_CONDITIONS.includes(event.condition) &&
    lastDayOf(event) >= today;
  const tabIndex = tabbable ? 0 : -1;
  return (
    // What is clicked in here is meant for the buttons; the row is opened elsewhere.
    <div
      role="gridcell"
      onClick={(click) => click.stopPropagation()}
      className="flex justify-end print:hidden"
    >
      {actions.schedule && schedulable && (
        <IconButton label={`Schedule ${title}`} tabIndex={tabIndex} onClick={() => actions.schedule?.(row)}>
          <CalendarPlus aria-hidden className="size-4" />
        </IconButton>
      )}
      {actions.reissue && reissuable && (
        <IconButton label={`Reissue ${title}`} tabIndex={tabIndex} onClick={() => actions.reissue?.(row)}>
          <History aria-hidden className="size-4" />
        </IconButton>
      )}
      {instructionsUrl && (
        <a
          href={instructionsUrl}
          target="_blank"
          rel="noreferrer"
          tabIndex={tabIndex}
          aria-label={`Instructions for ${title}, in a new tab`}
          title="Instructions"
          className={buttonClass('quiet', 'w-8 px-0! pointer-coarse:w-10')}
        >
          <ExternalLink aria-hidden className="size-4" />
        </a>
      )}
    </div>
  );
}
