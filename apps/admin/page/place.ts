import { useSyncExternalStore } from 'react';
import type { ChangesQuery } from '../src/changes.ts';
import { KIND_NAMES, TASK_NAMES } from '../src/words.ts';

/** The pages of this app; the queues have pages of their own at /queues. */
export const PAGES = ['overview', 'changes', 'charts', 'refreshes'] as const;
export type PageName = (typeof PAGES)[number];

/** Where a person is: a page, and the changes that are listed on it. */
export interface Place {
  page: PageName;
  query: ChangesQuery;
}

const STATES = ['synced', 'pending', 'waiting', 'failed', 'conflict'] as const;
/** The most that the API takes. */
const MOST_OFFSET = 1_000_000;
const FIELDS = ['state', 'kind', 'task', 'text', 'cause'] as const;

/** The address of the changes that match a filter. */
export function changesHref({ filter, offset = 0 }: { filter: ChangesQuery['filter']; offset?: number }) {
  const search = new URLSearchParams();
  for (const field of FIELDS) if (filter[field]) search.set(field, filter[field]);
  if (offset > 0) search.set('offset', String(offset));
  return `#changes?${search}`;
}

const isOf = <Value extends string>(
  values: readonly Value[],
  text: string | null | undefined,
): text is Value => values.some((value) => value === text);
const kinds = Object.keys(KIND_NAMES) as (keyof typeof KIND_NAMES)[];
const tasks = Object.keys(TASK_NAMES) as (keyof typeof TASK_NAMES)[];

/** What an address says that no page knows, as if it weren't there: people change addresses by hand. */
function readPlace(hash: string): Place {
  const [name = '', search = ''] = hash.slice(1).split('?');
  const fields = new URLSearchParams(search);
  const [state, kind, task, text, cause] = FIELDS.map((field) => fields.get(field));
  const offset = Number.parseInt(fields.get('offset') ?? '', 10);
  return {
    page: isOf(PAGES, name) ? name : 'overview',
    query: {
      filter: {
        state: isOf(STATES, state) ? state : 'failed',
        ...(isOf(kinds, kind) && { kind }),
        ...(isOf(tasks, task) && { task }),
        ...(text && { text: text.slice(0, 200) }),
        ...(cause && /^[0-9a-f]{32}$/.test(cause) && { cause }),
      },
      offset: offset > 0 ? Math.min(offset, MOST_OFFSET) : 0,
    },
  };
}

function subscribe(onChange: () => void) {
  addEventListener('hashchange', onChange);
  return () => removeEventListener('hashchange', onChange);
}

/** Where the person is, as the address says. */
export const usePlace = (): Place => readPlace(useSyncExternalStore(subscribe, () => location.hash));

/** Lists other changes, in the same entry of the browser's history. */
export function replaceQuery(query: ChangesQuery): void {
  history.replaceState(history.state, '', changesHref(query));
  dispatchEvent(new HashChangeEvent('hashchange'));
}
