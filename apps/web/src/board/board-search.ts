import { EVENT_TYPES, type EventType, ROLES, type Role } from '@scheduler/scheduling';
import { weekStart } from '../lib/time.ts';
import { day, id, oneOf, parsedSearch, type RawSearch, text } from '../search-params.ts';

/** The orders by which the tray is grouped and sorted. */
export const TRAY_ORDERS = ['due', 'type', 'client'] as const;
export type TrayOrder = (typeof TRAY_ORDERS)[number];

/** The board's address: the week, the filters of people and of the tray, and the open panel. */
export interface BoardSearch {
  store?: number;
  /** The Sunday of the week. */
  week?: string;
  /** The shown day on screens with room for only one. */
  day?: string;
  /** Shows the tray on screens without room for board and tray. */
  view?: 'tray';
  /** Only people of this role. */
  role?: Role;
  /** Only this person. */
  person?: number;
  /** Only people whose week has room for a long event. */
  room?: 'yes';
  /** Whether people are grouped by role. */
  group?: 'role';
  q?: string;
  type?: EventType;
  /** Only events whose last day this is. */
  last?: string;
  /** The order of the tray; by default the due day. */
  by?: TrayOrder;
  /** Only events that fit a person, by their id, or a day. */
  fits?: string;
  /** The event whose panel is open. */
  event?: number;
}

export const boardSearch = (search: RawSearch): BoardSearch =>
  parsedSearch({
    store: id(search.store),
    week: day(search.week),
    day: day(search.day),
    view: oneOf(['tray'], search.view),
    role: oneOf(ROLES, search.role),
    person: id(search.person),
    room: oneOf(['yes'], search.room),
    group: oneOf(['role'], search.group),
    q: text(search.q),
    type: oneOf(EVENT_TYPES, search.type),
    last: day(search.last),
    by: oneOf(TRAY_ORDERS, search.by),
    fits: day(search.fits) ?? id(search.fits)?.toString(),
    event: id(search.event),
  });

/**
 * The input of `board.week` for an address: without a week, the API takes the store's current one.
 */
export const weekInput = ({ week, store }: BoardSearch) => ({
  ...(week && { weekOf: weekStart(week) }),
  ...(store && { storeId: store }),
});
