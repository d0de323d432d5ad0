import { bigint, index, jsonb, pgTable, text } from 'drizzle-orm/pg-core';
import { instant, now } from './columns.ts';

/** Actor, action and object of each change, written in the transaction of the change. */
export const auditLog = pgTable(
  'audit_log',
  {
    id: bigint({ mode: 'number' }).primaryKey().generatedAlwaysAsIdentity(),
    at: instant().notNull().default(now),
    /** User id and name at the time, or `system`. */
    actorId: text().notNull(),
    actorName: text().notNull(),
    /** Such as `schedule.create`, `employee.update`, `queue.pause`. */
    action: text().notNull(),
    /** `event`, `schedule`, `employee`, `queue`, … and its id. */
    subjectType: text().notNull(),
    subjectId: text().notNull(),
    before: jsonb().$type<Record<string, unknown>>(),
    after: jsonb().$type<Record<string, unknown>>(),
    requestId: text(),
  },
  (table) => [
    index('audit_log_subject').on(table.subjectType, table.subjectId, table.id),
    // The audit page, newest first, and its days: of a million rows 0.1 ms and not 270 ms. Who,
    // kind and words need none: they are looked for along this one.
    index('audit_log_at').on(table.at, table.id),
  ],
);
