import type { HistoryKind, UnsettledKind } from '@scheduler/server/router';
import { day, id, keyOf, oneOf, parsedSearch, type RawSearch, text } from '../search-params.ts';

/** Each kind of what isn't settled, in the order in which it needs a person, by its word. */
export const UNSETTLED: Record<UnsettledKind, string> = {
  failed: 'Failed',
  conflict: 'Conflict',
  long_waiting: 'Waiting long',
  unknown_rep: 'Unknown rep',
  waiting: 'Waiting',
  pending: 'Saving',
};

export const HISTORY: Record<HistoryKind, string> = {
  plan: 'Planning',
  drift: 'Changed in Crossmark',
  sync: 'Sync',
  people: 'People',
  import: 'Import',
  refresh: 'Refresh',
  other: 'Settings and more',
};

/** The address of the activity page: its tab, its filters, and the open panel. */
export interface ActivitySearch {
  store?: number;
  /** What needs attention unless said otherwise. */
  tab?: 'history' | 'refreshes';
  show?: UnsettledKind;
  /** Only what failed for exactly this. */
  reason?: string;
  kind?: HistoryKind;
  /** Whose work history is about. */
  person?: number;
  /** Who did it: a user's id. */
  by?: string;
  day?: string;
  /** The event whose panel is open. */
  event?: number;
}

export const activitySearch = (search: RawSearch): ActivitySearch =>
  parsedSearch({
    store: id(search.store),
    tab: oneOf(['history', 'refreshes'], search.tab),
    show: keyOf(UNSETTLED, search.show),
    reason: text(search.reason),
    kind: keyOf(HISTORY, search.kind),
    person: id(search.person),
    by: text(search.by),
    day: day(search.day),
    event: id(search.event),
  });

/** The former address of this page, `/attention`. */
export const attentionSearch = (search: RawSearch) =>
  parsedSearch({ state: text(search.state), event: id(search.event) });
