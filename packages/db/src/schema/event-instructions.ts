import { sql } from 'drizzle-orm';
import { check, foreignKey, index, integer, pgEnum, pgTable, primaryKey, text } from 'drizzle-orm/pg-core';
import { bytes, instant, now, plainText } from './columns.ts';
import { events } from './events.ts';
import { stores } from './stores.ts';

/**
 * `waiting` for its first or next attempt · `fetched` · `failed` for good: no further attempt is made
 * unless the link changes or a person asks for one.
 */
export const INSTRUCTIONS_STATES = ['waiting', 'fetched', 'failed'] as const;
export type InstructionsState = (typeof INSTRUCTIONS_STATES)[number];
export const instructionsStateEnum = pgEnum('instructions_state', INSTRUCTIONS_STATES);

/**
 * PDF files of instructions, by their content: events that share a file keep it once. A file of one
 * store is never shown to another store's people, so each store has its own.
 */
export const instructionFiles = pgTable(
  'instruction_files',
  {
    storeId: integer()
      .notNull()
      .references(() => stores.id, { onDelete: 'cascade' }),
    /** SHA-256 of the content, in hex. */
    hash: text().notNull(),
    /** In bytes. */
    size: integer().notNull(),
    pages: integer().notNull(),
    content: bytes().notNull(),
    storedAt: instant().notNull().default(now),
  },
  (table) => [primaryKey({ columns: [table.storeId, table.hash] })],
);

/** How far the file behind an event's link has been fetched. An event without a link has no row. */
export const eventInstructions = pgTable(
  'event_instructions',
  {
    eventId: integer()
      .primaryKey()
      .references(() => events.id, { onDelete: 'cascade' }),
    storeId: integer()
      .notNull()
      .references(() => stores.id, { onDelete: 'cascade' }),
    /** SHA-256 of the link, in hex: another link is another file. */
    linkHash: text().notNull(),
    /** The link without user, password, query and fragment, which may be secrets. */
    source: plainText().notNull(),
    state: instructionsStateEnum().notNull().default('waiting'),
    /** Why the last attempt failed, as a sentence. */
    failure: plainText(),
    /** Failed attempts in a row. */
    failedAttempts: integer().notNull().default(0),
    /** When the first of them was made. */
    failingSince: instant(),
    requestedAt: instant().notNull().default(now),
    /** The file of this link; null if it was never fetched. A failed attempt keeps it. */
    fileHash: text(),
    fetchedAt: instant(),
  },
  (table) => [
    foreignKey({
      name: 'event_instructions_file',
      columns: [table.storeId, table.fileHash],
      foreignColumns: [instructionFiles.storeId, instructionFiles.hash],
    }),
    check('event_instructions_fetched', sql`(${table.fileHash} is null) = (${table.fetchedAt} is null)`),
    // Pruning looks for files without an event.
    index('event_instructions_of_file').on(table.storeId, table.fileHash),
  ],
);
