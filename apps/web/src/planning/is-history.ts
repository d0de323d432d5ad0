import type { BoardEvent } from '@scheduler/server/router';

/**
 * Whether an event's schedule was reported as done. This is not so for a schedule that never
 * reached Crossmark, because the work was done before it.
 */
export const isHistory = ({ condition, sync }: BoardEvent): boolean =>
  condition === 'Submitted' && sync.state === 'synced';
