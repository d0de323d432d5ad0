import type { MplanId } from '@scheduler/crossmark';
import { CONDITIONS, EVENT_TYPES } from '@scheduler/scheduling';
import { sql } from 'drizzle-orm';
import { boolean, check, date, index, integer, pgEnum, pgTable, text, unique } from 'drizzle-orm/pg-core';
import { instant, now } from './columns.ts';
import { stores } from './stores.ts';

export const eventTypeEnum = pgEnum('event_type', EVENT_TYPES);
export const conditionEnum = pgEnum('event_condition', CONDITIONS);

/**
 * Where an event's duration came from. `rules`: from its type and name; it follows when these or
 * the rules change. `file`: a CSV file said it, and it stays. `file_worked`: a file said it before
 * a Core's lunch was added to what files say; it waits for somebody to set it right.
 */
export const DURATION_SOURCES = ['rules', 'file', 'file_worked'] as const;
export const durationSourceEnum = pgEnum('duration_source', DURATION_SOURCES);

/** In-store work to be done by somebody between two days. */
export const events = pgTable(
  'events',
  {
    id: integer().primaryKey().generatedAlwaysAsIdentity(),
    storeId: integer()
      .notNull()
      .references(() => stores.id),
    /**
     * Null for an event known from a CSV file alone: nothing can be booked until a refresh names
     * it.
     */
    mplanId: text().$type<MplanId>(),
    name: text().notNull(),
    /** First six digits of the name; pairs a Core event with its Supervisor event. */
    eventNumber: text(),
    type: eventTypeEnum().notNull(),
    /** A person chose the type: neither a reading of Crossmark's list nor newer rules change it. */
    typeByHand: boolean().notNull().default(false),
    /**
     * Of the rules that made type and duration; older ones are applied anew with the next refresh.
     */
    rulesVersion: integer().notNull().default(0),
    /** First local day on which it may be worked. */
    startsOn: date({ mode: 'string' }).notNull(),
    /** Due day: the last work day is the one before. */
    dueOn: date({ mode: 'string' }).notNull(),
    durationMinutes: integer().notNull(),
    durationSource: durationSourceEnum().notNull().default('rules'),
    condition: conditionEnum().notNull().default('Unstaffed'),
    instructionsUrl: text(),
    /** When Crossmark was last asked for a link that its list lacks; null where it never was. */
    instructionsAskedAt: instant(),
    /** The CSV's nine-digit Project Reference Number. Not a plan id. */
    projectReferenceNumber: text(),
    /**
     * Complete readings of Crossmark's list in a row that lack the plan, counted no further than 2;
     * 0 where the last one lists it, or where none tells. One reading alone may be a copy that lags
     * behind, and so may a second one soon after it, which isn't counted.
     */
    missingRuns: integer().notNull().default(0),
    /** When the first of those readings began; means nothing where `missingRuns` is 0. */
    missingSince: instant(),
    /**
     * When a second complete reading in a row lacked it, or a person took it for gone; null while
     * Crossmark lists it.
     */
    goneSince: instant(),
    createdAt: instant().notNull().default(now),
    updatedAt: instant().notNull().default(now),
  },
  (table) => [
    // The plan alone is not unique: one plan may run in several stores.
    unique('events_plan_and_store').on(table.mplanId, table.storeId),
    check('events_window', sql`${table.startsOn} <= ${table.dueOn}`),
    check('events_duration', sql`${table.durationMinutes} between 1 and 1440`),
    // The board's tray and every list ask for one store's events by due day.
    index('events_store_due').on(table.storeId, table.dueOn),
    // Core and Supervisor find each other, CSV rows find their event.
    index('events_number').on(table.storeId, table.eventNumber),
  ],
);
