import type { AppRouter, AuditKind, AuditObject } from '@scheduler/server/router';
import type { inferRouterInputs } from '@trpc/server';
import { HISTORY } from '../activity/activity-search.ts';
import { day, id, keyOf, parsedSearch, type RawSearch, text } from '../search-params.ts';

export const KINDS: Record<AuditKind, string> = {
  ...HISTORY,
  settings: 'Settings',
  access: 'Users and passwords',
  queues: 'Queues',
  other: 'Other',
};

export const OBJECTS: Record<AuditObject, string> = {
  event: 'Event',
  schedule: 'Schedule',
  employee: 'Person',
  store: 'Store',
  holiday: 'Holiday',
  user: 'User',
  refresh: 'Refresh',
  queue: 'Queue',
  job: 'Job',
  scheduler: 'Timed job',
  worker: 'Worker',
  breaker: 'Circuit breaker',
};

/** The address of the audit page: its filters and the open panel. */
export interface AuditSearch {
  store?: number;
  q?: string;
  /** The id of the user who did it. */
  by?: string;
  kind?: AuditKind;
  object?: AuditObject;
  /** The id of the object. */
  id?: string;
  from?: string;
  to?: string;
  /** The event whose panel is open. */
  event?: number;
}

export const auditSearch = (search: RawSearch): AuditSearch =>
  parsedSearch({
    store: id(search.store),
    q: text(search.q),
    by: text(search.by),
    kind: keyOf(KINDS, search.kind),
    object: keyOf(OBJECTS, search.object),
    id: text(search.id),
    from: day(search.from),
    to: day(search.to),
    event: id(search.event),
  });

/** The parts of the address that filter the list. */
export const NARROWING = ['store', 'q', 'by', 'kind', 'object', 'id', 'from', 'to'] as const;

/** The filter of the audit log, as the API takes it. */
type AuditFilter = Omit<inferRouterInputs<AppRouter>['audit']['list'], 'cursor' | 'direction' | 'limit'>;

/** Returns the filter that the address describes. */
export function filterOf({ store, q, by, kind, object, id: objectId, from, to }: AuditSearch): AuditFilter {
  const searched = q?.trim().slice(0, 100);
  return {
    ...(store && { storeId: store }),
    ...(searched && { text: searched }),
    ...(by && { actorId: by }),
    ...(kind && { kind }),
    ...(object && { object }),
    ...(object && objectId && { objectId }),
    ...(from && { from }),
    ...(to && { to }),
  };
}

/** Returns the address of the CSV file with the entries of a filter. */
export function exportAddress(filter: AuditFilter): string {
  const query = new URLSearchParams(
    Object.entries(filter).flatMap(([key, value]) => (value === undefined ? [] : [[key, String(value)]])),
  );
  return `/api/audit.csv?${query}`;
}
