import type { HistoryKind, UnsettledKind } from '@scheduler/server/router';
import { day, id, keyOf, oneOf, parsedSearch, type RawSearch, text } from '../search-params.ts';

/** The name of each kind of unsettled event, the most urgent first. */
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
  /** The tab; by default the events that need attention. */
  tab?: 'history' | 'refreshes';
  show?: UnsettledKind;
  /** Shows only events that failed for exactly this reason. */
  reason?: string;
  kind?: HistoryKind;
  /** The person whose work the history is about. */
  person?: number;
  /** The id of the user who did it. */
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
