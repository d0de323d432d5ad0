// biome-ignore-all lint/a11y/useSemanticElements: no table element can hold rows that are placed by their number
// biome-ignore-all lint/a11y/useFocusableInteractive: rows have the focus, and the buttons in the cells
// biome-ignore-all lint/a11y/useKeyWithClickEvents: Enter does on a row what a click does
import { CLOSED_CONDITIONS } from '@scheduler/scheduling';
import type { EventRow } from '@scheduler/server/router';
import { buttonClass, IconButton } from '@scheduler/ui/button';
import { CalendarPlus, ExternalLink, History } from 'lucide-react';
import { lastDayOf, titleOf } from '../lib/words.ts';

/** The actions on an event of the list. */
export interface EventActions {
  open: (eventId: number) => void;
  /** Undefined for viewers. */
  schedule: ((row: EventRow) => void) | undefined;
  reissue: ((row: EventRow) => void) | undefined;
  /** Whether events can be selected, to change several at once. */
  maySelect: boolean;
}

/** The buttons at the end of a row. */
export function Actions({
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
    // Clicks in this cell are for its buttons and do not open the row.
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
