import { date, index, integer, pgTable, primaryKey } from 'drizzle-orm/pg-core';
import { instant, now } from './columns.ts';
import { employees } from './employees.ts';
import { events } from './events.ts';

/**
 * Days on which an event was planned for a person, with the times last planned there: what may
 * stand in their calendar by a file of that week. A trigger on `schedules` writes it, whatever
 * changes them; nothing takes a row away.
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
