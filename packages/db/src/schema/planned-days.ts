import { date, index, integer, pgTable, primaryKey } from 'drizzle-orm/pg-core';
import { instant, now } from './columns.ts';
import { employees } from './employees.ts';
import { events } from './events.ts';

/**
 * The days on which an event was planned for a person, with the times that were planned last. A
 * person may have imported a calendar file of that week, so a later file has to cancel what is no
 * longer planned. A trigger on `schedules` writes these rows, and nothing removes them.
 */
export const plannedDays = pgTable(
  'planned_days',
  {
    eventId: integer()
      .notNull()
      .references(() => events.id, { onDelete: 'cascade' }),
    employeeId: integer()
      .notNull()
      .references(() => employees.id, { onDelete: 'cascade' }),
    workDate: date({ mode: 'string' }).notNull(),
    startsAt: instant().notNull(),
    endsAt: instant().notNull(),
    plannedAt: instant().notNull().default(now),
  },
  (table) => [
    primaryKey({ columns: [table.eventId, table.employeeId, table.workDate] }),
    // A person's week.
    index('planned_days_of_person').on(table.employeeId, table.workDate),
  ],
);
