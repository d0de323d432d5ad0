import type { UnsettledEvent } from '@scheduler/server/router';
import { UNSETTLED } from './activity-search.ts';

export type Kind = UnsettledEvent['kind'];

export const KINDS = Object.keys(UNSETTLED) as Kind[];

export const events = (count: number): string => (count === 1 ? '1 event' : `${count} events`);

/** These go out by themselves, or would by now: a retry spares the wait. */
export const RETRYABLE = ['failed', 'long_waiting', 'waiting'] as const satisfies Kind[];

export const PAGE = 100;

export const MOST = 500;

// What Crossmark hasn't listed yet can't be tried: the next refresh helps there.
export const mayRetry = ({ event, kind }: UnsettledEvent): boolean =>
  event.mplanId !== null && (RETRYABLE as readonly Kind[]).includes(kind);
