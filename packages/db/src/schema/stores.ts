import type { StoreId } from '@scheduler/crossmark';
import type { NoonCheckOrder, PerType, RoleLimit, SlotTimesByStart } from '@scheduler/scheduling';
import { date, integer, jsonb, pgTable, text } from 'drizzle-orm/pg-core';

/** A club store. Its zone decides what a work day is. */
export const stores = pgTable('stores', {
  id: integer().primaryKey().generatedAlwaysAsIdentity(),
  /** Crossmark's `storeID`; writes send it as `LocationID`. */
  crossmarkStoreId: text().$type<StoreId>().notNull().unique(),
  /** The company's own number of the store, as in CSV files. Never sent as a store id. */
  number: text().notNull().unique(),
  name: text().notNull(),
  /** IANA name, such as `America/Indiana/Indianapolis`. */
  timeZone: text().notNull(),
  /** Usual starts by event type, `HH:mm`; the product's defaults if none are set. */
  slots: jsonb().$type<PerType<string[]>>().notNull().default({}),
  /** Lunch and end of usual starts, for printed pages; the product's defaults if none are set. */
  slotTimes: jsonb().$type<PerType<SlotTimesByStart>>().notNull().default({}),
  /** Minutes by event type, for new events; the product's defaults if none are set. */
  durations: jsonb().$type<PerType<number>>().notNull().default({}),
  /**
   * Whether people of other roles may do a type of work with a reason; the product's default if it
   * is not set.
   */
  roleLimits: jsonb().$type<PerType<RoleLimit>>().notNull().default({}),
  /** Who is asked first to do a noon check. */
  noonCheckBy: text().$type<NoonCheckOrder>().notNull().default('lead_with_core'),
  /**
   * How plans are made: the values of `PlanSettings` (packages/planner) that differ from the
   * product's defaults.
   */
  planning: jsonb().$type<Record<string, unknown>>().notNull().default({}),
  /**
   * The last day of the store for which the nightly plan was requested; null if there was none yet.
   */
  nightPlannedOn: date({ mode: 'string' }),
  /**
   * Counts the changes of these settings: an edit names the version it saw, a stale one is refused.
   */
  version: integer().notNull().default(1),
});
