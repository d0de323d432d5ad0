import type { StoreId } from '@scheduler/crossmark';
import { integer, pgTable, text } from 'drizzle-orm/pg-core';

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
});
