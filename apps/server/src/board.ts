import type { Db } from '@scheduler/db';
import type { WeekBoard } from './views.ts';
export async function weekBoard(
  _db: Db,
  _input: { storeId?: number | undefined; weekOf: string },
): Promise<WeekBoard> {
  throw new Error('not built yet');
}
