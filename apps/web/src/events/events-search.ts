import type { AppRouter } from '@scheduler/server/router';
import type { inferRouterInputs } from '@trpc/server';
import type { EventsSearch } from '../routes.tsx';

/** What the API narrows a list of events down by. */
export type EventFilter = inferRouterInputs<AppRouter>['csv']['exportEvents'];

/** The parts of the address that narrow the list down: all that “Clear filters” takes away. */
export const NARROWING = ['q', 'type', 'condition', 'scheduled', 'sync', 'rep', 'from', 'to'] as const;

/** What the address asks the API for. Work that nobody reported comes oldest first. */
export function filterOf(search: EventsSearch): EventFilter {
  const unreported = search.view === 'unreported';
  const text = search.q?.trim().slice(0, 100);
  return {
    ...(search.store && { storeId: search.store }),
    ...(text && { text }),
    ...(search.type && { types: [search.type] }),
    ...(search.condition && { conditions: [search.condition] }),
    ...(search.scheduled && { scheduled: search.scheduled === 'yes' }),
    ...(search.sync && { syncStates: [search.sync] }),
    ...(search.rep && { employeeId: search.rep }),
    ...(search.from && { from: search.from }),
    ...(search.to && { to: search.to }),
    ...(search.dates && { dates: search.dates }),
    ...(unreported && { unreported }),
    sort: search.sort ?? (unreported ? 'work' : 'due'),
    descending: search.desc === true,
  };
}
