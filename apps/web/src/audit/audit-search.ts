import type { AppRouter, AuditKind, AuditObject } from '@scheduler/server/router';
import type { inferRouterInputs } from '@trpc/server';
import { HISTORY } from '../activity/activity-search.ts';

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

/** What the address of the audit page says. */
export interface AuditSearch {
  store?: number;
  q?: string;
  /** Who did it: a user's id. */
  by?: string;
  kind?: AuditKind;
  object?: AuditObject;
  /** Which one of these objects. */
  id?: string;
  from?: string;
  to?: string;
  /** The event whose panel is open. */
  event?: number;
}

/** The parts of the address that narrow the list down. */
export const NARROWING = ['store', 'q', 'by', 'kind', 'object', 'id', 'from', 'to'] as const;

/** What the API narrows the audit log down by. */
type AuditFilter = Omit<inferRouterInputs<AppRouter>['audit']['list'], 'cursor' | 'direction' | 'limit'>;

/** What the address asks the API for. */
export function filterOf({ store, q, by, kind, object, id, from, to }: AuditSearch): AuditFilter {
  const text = q?.trim().slice(0, 100);
  return {
    ...(store && { storeId: store }),
    ...(text && { text }),
    ...(by && { actorId: by }),
    ...(kind && { kind }),
    ...(object && { object }),
    ...(object && id && { objectId: id }),
    ...(from && { from }),
    ...(to && { to }),
  };
}

/** Where the entries that a filter finds are as a CSV file. */
export function exportAddress(filter: AuditFilter): string {
  const query = new URLSearchParams(
    Object.entries(filter).flatMap(([key, value]) => (value === undefined ? [] : [[key, String(value)]])),
  );
  return `/api/audit.csv?${query}`;
}
