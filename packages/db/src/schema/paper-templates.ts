import { sql } from 'drizzle-orm';
import { boolean, check, integer, pgEnum, pgTable, text, unique } from 'drizzle-orm/pg-core';
import { bytes, instant, now } from './columns.ts';
import { stores } from './stores.ts';

/** Whether a template is printed once for each event, or once for the day. */
export const TEMPLATE_LEVELS = ['event', 'day'] as const;
export type TemplateLevel = (typeof TEMPLATE_LEVELS)[number];
export const templateLevelEnum = pgEnum('template_level', TEMPLATE_LEVELS);

/** A store's own PDF files, which are part of each packet. */
export const paperTemplates = pgTable(
  'paper_templates',
  {
    id: integer().primaryKey().generatedAlwaysAsIdentity(),
    storeId: integer()
      .notNull()
      .references(() => stores.id, { onDelete: 'cascade' }),
    name: text().notNull(),
    level: templateLevelEnum().notNull(),
    /** The place among the store's templates, from 1. */
    position: integer().notNull(),
    isActive: boolean().notNull().default(true),
    /** In bytes. */
    size: integer().notNull(),
    pages: integer().notNull(),
    content: bytes().notNull(),
    /** An edit names the version it saw, a stale one is refused. */
    version: integer().notNull().default(1),
    /** Name of the user who uploaded it. */
    uploadedBy: text().notNull(),
    uploadedAt: instant().notNull().default(now),
  },
  (table) => [
    unique('paper_templates_name').on(table.storeId, table.name),
    check('paper_templates_position', sql`${table.position} >= 1`),
  ],
);
