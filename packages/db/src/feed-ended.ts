import { sql } from 'drizzle-orm';
import { calendarFeeds, employees, stores, users } from './schema/index.ts';

/**
 * SQL: whether the address of a calendar feed has ended. A person's feed ends after their last work
 * day, and a store's feed ends once the user who made it is no longer an admin. The statement has
 * to join the feed with its person, its user and its store (or the person's store).
 */
export const feedEnded = sql<boolean>`case when ${calendarFeeds.employeeId} is null
  then ${users.role} <> 'admin' or ${users.disabledAt} is not null
  else coalesce(${employees.terminatedOn} < (app_now() at time zone ${stores.timeZone})::date, false) end`;
