import { sql } from 'drizzle-orm';
import { check, date, index, integer, pgEnum, pgTable, primaryKey, text } from 'drizzle-orm/pg-core';
import { employees } from './employees.ts';
import { stores } from './stores.ts';

/** Whose turn it is: to do the Juicer work, and to be the primary Lead. */
export const rotationKindEnum = pgEnum('rotation_kind', ['juicer', 'primary_lead']);

/** Whose turn it is on each weekday, until somebody changes it. */
export const rotationTurns = pgTable(
  'rotation_turns',
  {
    storeId: integer()
      .notNull()
      .references(() => stores.id, { onDelete: 'cascade' }),
    kind: rotationKindEnum().notNull(),
    /** 0 = Sunday … 6 = Saturday. */
    weekday: integer().notNull(),
    employeeId: integer()
      .notNull()
      .references(() => employees.id, { onDelete: 'cascade' }),
  },
  (table) => [
    primaryKey({ columns: [table.storeId, table.kind, table.weekday] }),
    check('rotation_turns_weekday', sql`${table.weekday} between 0 and 6`),
    index('rotation_turns_of_person').on(table.employeeId),
  ],
);

/** Whose turn it is on a single day, whatever the weekday says. */
export const rotationExceptions = pgTable(
  'rotation_exceptions',
  {
    storeId: integer()
      .notNull()
      .references(() => stores.id, { onDelete: 'cascade' }),
    kind: rotationKindEnum().notNull(),
    day: date({ mode: 'string' }).notNull(),
    employeeId: integer()
      .notNull()
      .references(() => employees.id, { onDelete: 'cascade' }),
    reason: text(),
  },
  (table) => [
    primaryKey({ columns: [table.storeId, table.kind, table.day] }),
    index('rotation_exceptions_of_person').on(table.employeeId),
  ],
);
