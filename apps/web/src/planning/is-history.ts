import type { BoardEvent } from '@scheduler/server/router';

/**
 * Whether an event's schedule is what was reported as done. One that never arrived isn't: the work
 * was done before it.
 */
export const isHistory = ({ condition, sync }: BoardEvent): boolean =>
  condition === 'Submitted' && sync.state === 'synced';
