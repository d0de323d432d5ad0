import { sql } from 'drizzle-orm';
import { boolean, check, integer, pgEnum, pgTable, text, timestamp, unique } from 'drizzle-orm/pg-core';
import { now } from './columns.ts';

/** `viewer` sees, `dispatcher` plans, `admin` also operates queues and people's access. */
export const USER_ROLES = ['viewer', 'dispatcher', 'admin'] as const;
export type UserRole = (typeof USER_ROLES)[number];
export const userRoleEnum = pgEnum('user_role', USER_ROLES);

/**
 * People who sign in. Columns are those better-auth asks for, plus the role and whether they may
 * still come in.
 */
export const users = pgTable(
  'users',
  {
    id: text().primaryKey(),
    name: text().notNull(),
    email: text().notNull().unique(),
    emailVerified: boolean().notNull().default(false),
    image: text(),
    role: userRoleEnum().notNull().default('viewer'),
    /** The stores that the user may see and plan; null for all stores, which every admin has. */
    storeIds: integer().array(),
    /** The time since which the user may not sign in; null if they may. */
    disabledAt: timestamp({ withTimezone: true }),
    /**
     * Rises with every change of role, stores or access. An edit names the version that it was based on.
     */
    version: integer().notNull().default(1),
    /**
     * Rises with a new password and when somebody is disabled. Each session names the one that it
     * was opened under.
     */
    signInVersion: integer().notNull().default(1),
    createdAt: timestamp({ withTimezone: true }).notNull().default(now),
    updatedAt: timestamp({ withTimezone: true }).notNull().default(now),
  },
  (table) => [
    unique('users_sign_in_version').on(table.id, table.signInVersion),
    check(
      'users_stores',
      sql`${table.storeIds} is null or (cardinality(${table.storeIds}) > 0 and ${table.role} <> 'admin')`,
    ),
  ],
);
