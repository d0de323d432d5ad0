import { type Db, type Executor, stores } from '@scheduler/db';
import { type WorkDate, workDateOf } from '@scheduler/scheduling';
import { eq } from 'drizzle-orm';
import { notFound, Refusal } from './refusal.ts';
import type { BoardStore, Store } from './views.ts';

/** All stores by number. */
export async function listStores(db: Db): Promise<Store[]> {
  return db.select().from(stores).orderBy(stores.number);
}

/** A store, or the first one where none is named. Throws a {@link Refusal} where there is no such store. */
export async function findStore(db: Executor, storeId: number | undefined): Promise<Store> {
  const query = db.select().from(stores).orderBy(stores.number).limit(1);
  const [store] = await (storeId === undefined ? query : query.where(eq(stores.id, storeId)));
  if (store) return store;
  if (storeId !== undefined) throw notFound('store', storeId);
  throw new Refusal('There is no store yet. A refresh from Crossmark or a CSV import needs one first.', {
    code: 'not_found',
  });
}

/** A store as the pages that plan need it. */
export const boardStore = ({ id, name, number, timeZone, slots }: Store): BoardStore => ({
  id,
  name,
  number,
  timeZone,
  slots,
});

/** The local day it is in a zone. */
export const todayAt = (timeZone: string): WorkDate => workDateOf(new Date().toISOString(), timeZone);
