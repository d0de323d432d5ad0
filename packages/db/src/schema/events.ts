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
 * the rules change. `file`: a CSV file said it, and it stays. `file_worked`: a file said it in an
 * older version, which didn't add a Core's lunch; a person has to correct it.
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
     * Null for an event that is known from a CSV file only. Nothing can be booked for it until a
     * refresh lists it.
     */
    mplanId: text().$type<MplanId>(),
    name: text().notNull(),
    /** First six digits of the name; pairs a Core event with its Supervisor event. */
    eventNumber: text(),
    type: eventTypeEnum().notNull(),
    /** True if a person chose the type. Then neither a refresh nor newer rules change it. */
    typeByHand: boolean().notNull().default(false),
    /**
     * The version of the rules that gave type and duration. If it is old, the next refresh applies
     * the current rules.
     */
    rulesVersion: integer().notNull().default(0),
    /** First local day on which it may be worked. */
    startsOn: date({ mode: 'string' }).notNull(),
    /** Due day: the last work day is the one before. */
    dueOn: date({ mode: 'string' }).notNull(),
    durationMinutes: integer().notNull(),
    durationSource: durationSourceEnum().notNull().default('rules'),
    condition: conditionEnum().notNull().default('Unstaffed'),
    /** True if a person said that plans leave this event out, because it is scheduled by hand. */
    neverPlan: boolean().notNull().default(false),
    instructionsUrl: text(),
    /** When Crossmark was last asked for a link that its list lacks; null if it was never asked. */
    instructionsAskedAt: instant(),
    /** The CSV's nine-digit Project Reference Number. Not a plan id. */
    projectReferenceNumber: text(),
    /**
     * How many complete refreshes in a row didn't list the plan; counted up to 2. It is 0 if the
     * last one lists the plan or if there was none. A single refresh may have read a copy of the
     * list that lags behind, and so may a second one soon after it, which isn't counted.
     */
    missingRuns: integer().notNull().default(0),
    /** When the first of those readings began; means nothing where `missingRuns` is 0. */
    missingSince: instant(),
    /**
     * When a second complete refresh in a row didn't list the event, or a person decided that it is
     * gone; null while Crossmark lists it.
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
    // By this index a Core is found for its Supervisor event and the other way round, and an event
    // for a CSV row.
    index('events_number').on(table.storeId, table.eventNumber),
  ],
);
