import type { EmployeeNumber, RepId } from '@scheduler/crossmark';
import { ROLES } from '@scheduler/scheduling';
import { boolean, date, integer, pgEnum, pgTable, text } from 'drizzle-orm/pg-core';
import { instant, now, plainText } from './columns.ts';
import { stores } from './stores.ts';

export const roleEnum = pgEnum('employee_role', ROLES);

/** Whether a person is linked to a rep of Crossmark's list. If not, `link_reason` says why. */
export const LINK_STATES = ['unchecked', 'linked', 'not_found', 'ambiguous', 'taken'] as const;
export const linkStateEnum = pgEnum('employee_link_state', LINK_STATES);

/**
 * A person who works events. Without a RepID, none of their schedules can be booked in Crossmark.
 */
export const employees = pgTable('employees', {
  id: integer().primaryKey().generatedAlwaysAsIdentity(),
  storeId: integer()
    .notNull()
    .references(() => stores.id),
  name: text().notNull(),
  email: text(),
  phone: text(),
  role: roleEnum().notNull().default('Event Specialist'),
  employeeNumber: text().$type<EmployeeNumber>().unique(),
  /**
   * In the older application, two people with one RepID booked each other's work. So it is unique,
   * and only Crossmark's list sets it.
   */
  repId: text().$type<RepId>().unique(),
  linkState: linkStateEnum().notNull().default('unchecked'),
  linkReason: plainText(),
  adultBeverageTrained: boolean().notNull().default(false),
  /** Last local work date; null while the person is with us. */
  terminatedOn: date({ mode: 'string' }),
  version: integer().notNull().default(1),
  createdAt: instant().notNull().default(now),
  updatedAt: instant().notNull().default(now),
});
