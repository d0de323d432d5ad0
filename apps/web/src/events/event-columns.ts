import type { EventFilter } from './events-search.ts';

export type Sort = NonNullable<EventFilter['sort']>;

/** The columns, each with its order. */
export const COLUMNS: readonly { sort: Sort; label: string }[] = [
  { sort: 'name', label: 'Event' },
  { sort: 'type', label: 'Type' },
  { sort: 'due', label: 'Window' },
  { sort: 'condition', label: 'Condition' },
  { sort: 'work', label: 'Planned for' },
  { sort: 'person', label: 'Person' },
  { sort: 'sync', label: 'Crossmark' },
];

export const TRACKS =
  'grid-cols-[minmax(12rem,2.4fr)_6.5rem_minmax(10.5rem,1fr)_6rem_minmax(10rem,1fr)_minmax(7rem,1.2fr)_7rem_6.5rem]';
