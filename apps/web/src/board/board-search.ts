import { EVENT_TYPES, type EventType } from '@scheduler/scheduling';
import { weekStart } from '../lib/time.ts';
import { day, id, oneOf, parsedSearch, type RawSearch, text } from '../search-params.ts';

/** The board's address: the week, the filter of the tray, and the open panel. */
export interface BoardSearch {
  store?: number;
  /** Its Sunday. */
  week?: string;
  /** The day shown where only one fits. */
  day?: string;
  /** Where board and tray don't fit side by side. */
  view?: 'tray';
  q?: string;
  type?: EventType;
  /** Only events whose last day this is. */
  last?: string;
  /** The event whose panel is open. */
  event?: number;
}

export const boardSearch = (search: RawSearch): BoardSearch =>
  parsedSearch({
    store: id(search.store),
    week: day(search.week),
    day: day(search.day),
    view: oneOf(['tray'], search.view),
    q: text(search.q),
    type: oneOf(EVENT_TYPES, search.type),
    last: day(search.last),
    event: id(search.event),
  });

/**
 * The input of `board.week` for an address: without a week, the API takes the store's current one.
 */
export const weekInput = ({ week, store }: BoardSearch) => ({
  ...(week && { weekOf: weekStart(week) }),
  ...(store && { storeId: store }),
});
