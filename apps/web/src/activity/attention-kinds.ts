import type { UnsettledEvent } from '@scheduler/server/router';
import { UNSETTLED } from './activity-search.ts';

export type Kind = UnsettledEvent['kind'];

export const KINDS = Object.keys(UNSETTLED) as Kind[];

export const eventCount = (count: number): string => (count === 1 ? '1 event' : `${count} events`);

/** The kinds that can be retried. The others need a decision first. */
export const RETRYABLE = ['failed', 'long_waiting', 'waiting'] as const satisfies Kind[];

export const PAGE_ROWS = 100;

export const MAX_ROWS = 500;

// An event that Crossmark has not listed yet can't be retried. It needs the next refresh.
export const canRetry = ({ event, kind }: UnsettledEvent): boolean =>
  event.mplanId !== null && (RETRYABLE as readonly Kind[]).includes(kind);
