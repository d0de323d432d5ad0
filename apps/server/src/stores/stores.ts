import type { StoreId } from '@scheduler/crossmark';
import { type Db, type Executor, stores, type Tx } from '@scheduler/db';
import { currentInstant } from '@scheduler/runtime/clock';
import { type WorkDate, workDateOf } from '@scheduler/scheduling';
import { eq, sql } from 'drizzle-orm';
import { audit } from '../core/audit.ts';
import { notFound, Refusal } from '../core/errors.ts';
import { isWithin, type StoreScope } from '../core/store-access.ts';
import type { Actor } from '../trpc/context.ts';
import type { BoardStore, Store } from './types.ts';

/** Returns the stores of a scope by number. */
export async function listStores(db: Db, scope: StoreScope): Promise<Store[]> {
  return db.select().from(stores).where(isWithin(stores.id, scope)).orderBy(stores.number);
}

/** Returns a store, by default the first one. Throws a {@link Refusal} if there is none. */
export async function findStore(db: Executor, storeId: number | undefined): Promise<Store> {
  const query = db.select().from(stores).orderBy(stores.number).limit(1);
  const [store] = await (storeId === undefined ? query : query.where(eq(stores.id, storeId)));
  if (store) return store;
  if (storeId !== undefined) throw notFound('store', storeId);
  throw new Refusal('There is no store yet. A refresh from Crossmark or a CSV import needs one first.', {
    code: 'not_found',
  });
}

/** Converts a store to the form that the scheduling pages need. */
export const boardStore = ({
  id,
  name,
  number,
  timeZone,
  slots,
  slotTimes,
  roleLimits,
  noonCheckBy,
}: Store): BoardStore => ({ id, name, number, timeZone, slots, slotTimes, roleLimits, noonCheckBy });

/** The current local day in a zone. */
export const todayAt = (timeZone: string): WorkDate => workDateOf(currentInstant(), timeZone);

/** SQL for {@link todayAt} in the zone of the row's store. Postgres' `current_date` is the day in the server's zone, not the store's. */
export const todayAtStore = sql`(app_now() at time zone ${stores.timeZone})::date`;

/** The fields of a new store. */
export interface StoreFields {
  crossmarkStoreId: string;
  number: string;
  name: string;
  /** IANA name. */
  timeZone: string;
}

/** Adds a store. Throws a {@link Refusal} if another store has its number or its Crossmark id. */
export async function createStore(tx: Tx, actor: Actor, fields: StoreFields): Promise<Store> {
  const [store] = await tx
    .insert(stores)
    .values({ ...fields, crossmarkStoreId: fields.crossmarkStoreId as StoreId })
    .onConflictDoNothing()
    .returning();
  if (!store) {
    throw new Refusal(
      `There is a store with the number ${fields.number} or the Crossmark id ${fields.crossmarkStoreId} already.`,
      { code: 'taken' },
    );
  }
  await audit(tx, actor, [
    { action: 'store.create', subjectType: 'store', subjectId: store.id, after: { ...store } },
  ]);
  return store;
}
