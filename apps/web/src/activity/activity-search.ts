import type { HistoryKind, UnsettledKind } from '@scheduler/server/router';

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

/** What the address of the activity page says. */
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
