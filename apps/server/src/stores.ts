import type { Db } from '@scheduler/db';
import type { Store } from './views.ts';
export async function listStores(_db: Db): Promise<Store[]> {
  throw new Error('not built yet');
}
