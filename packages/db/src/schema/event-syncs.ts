import type { BookingId, RepId } from '@scheduler/crossmark';
import { sql } from 'drizzle-orm';
import { index, integer, jsonb, pgEnum, pgTable, text } from 'drizzle-orm/pg-core';
import { instant, now, plainText } from './columns.ts';
import { events } from './events.ts';

/**
 * How far an event has got towards Crossmark. `pending` saved here, on its way · `waiting` an
 * attempt failed or can't be made yet, the next one is planned · `synced` Crossmark holds what is
 * wanted · `failed` a dead letter: nothing is attempted until a person acts · `conflict`
 * Crossmark's side was changed by somebody while ours was too: a person chooses.
 */
export const SYNC_STATES = ['pending', 'waiting', 'synced', 'failed', 'conflict'] as const;
export type SyncState = (typeof SYNC_STATES)[number];
export const syncStateEnum = pgEnum('sync_state', SYNC_STATES);

/** The four kinds of failure. The retry policy decides what each means for the next attempt. */
export const FAILURE_KINDS = ['transient', 'session', 'rejected', 'unknown'] as const;
export type FailureKind = (typeof FAILURE_KINDS)[number];
export const failureKindEnum = pgEnum('failure_kind', FAILURE_KINDS);

/** What Crossmark held that differs from what both sides last agreed on. */
export interface Conflict {
  bookingId: string | null;
  repId: string | null;
  repNames: string;
  startsAt: string | null;
  /** When the difference was read. */
  seenAt: string;
}

/**
 * What a complete reading of Crossmark's list showed in place of the booking that both sides agreed
 * on, where a copy of the list that lags behind would show the same. It counts once the next
 * complete reading shows it too.
 */
export interface Doubt {
  /**
   * When that refresh began. If the sync row is written after this time, the doubt doesn't count
   * any more.
   */
  seenAt: string;
  /** Null if no booking was listed. */
  shows: { bookingId: string | null; repId: string | null; startsAt: string | null } | null;
}

/**
 * One row per event: what is wanted, what Crossmark is known to hold, and how far the sync between
 * the two has got.
 */
export const eventSyncs = pgTable(
  'event_syncs',
  {
    eventId: integer()
      .primaryKey()
      .references(() => events.id, { onDelete: 'cascade' }),
    state: syncStateEnum().notNull().default('synced'),
    /** Counts the changes of what is wanted (schedule made, moved, ended). */
    wantedVersion: integer().notNull().default(0),
    /** The wanted version that Crossmark is known to hold. */
    syncedVersion: integer().notNull().default(0),
    /** When what is wanted last changed: the start of click-to-synced. */
    wantedAt: instant(),
    syncedAt: instant(),

    /** What Crossmark holds, as far as we know; all null if it holds no booking. */
    bookingId: text().$type<BookingId>(),
    bookedRepId: text().$type<RepId>(),
    /** Names as Crossmark lists them; kept because a rep may be unknown here. */
    bookedRepNames: text(),
    bookedStartsAt: instant(),
    /**
     * The end that both sides agreed on. It is the end that we booked, or the one that the schedule
     * here got when a booking was adopted, because Crossmark's list has no ends.
     */
    bookedEndsAt: instant(),
    doubt: jsonb().$type<Doubt>(),

    /**
     * The worker that reconciles this event now. Its lease expires, so that a crash doesn't block
     * the event for ever.
     */
    leaseOwner: text(),
    leaseUntil: instant(),

    /**
     * Attempts since what is wanted last changed, and the failure that holds it up. The column
     * keeps its older name.
     */
    attempts: integer('tries').notNull().default(0),
    failingSince: instant(),
    /**
     * The time since which no attempt was made because calls to Crossmark are held back. This time
     * doesn't count towards the budget of the retries.
     */
    heldBackSince: instant(),
    nextAttemptAt: instant('next_try_at'),
    failureKind: failureKindEnum(),
    /** For a person: what happened, what it means for the schedule, what they can do. */
    failureReason: plainText(),
    conflict: jsonb().$type<Conflict>(),
    updatedAt: instant().notNull().default(now),
  },
  (table) => [
    // The sweep, "needs attention" and the waiting counts: few rows are not synced.
    index('event_syncs_unsettled').on(table.state).where(sql`${table.state} <> 'synced'`),
    // For a refresh, which looks up whether a booking number that it reads belongs to another
    // event.
    index('event_syncs_booking').on(table.bookingId).where(sql`${table.bookingId} is not null`),
  ],
);
