import { type Db, postgresError, type Tx } from '@scheduler/db';
import { Refusal } from '../core/errors.ts';
import { save, UNIQUE_VIOLATION } from '../core/transaction.ts';

/** One save; turns a violation of the index of one live schedule per event into a refusal. */
export async function saveOrRefuseDuplicate<T>(db: Db, work: (tx: Tx) => Promise<T>): Promise<T> {
  try {
    return await save(db, work);
  } catch (error) {
    throw asRefusal(error);
  }
}

/** The refusal of a violation of that index; any other error is returned as it is. */
export function asRefusal(error: unknown): unknown {
  const failure = postgresError(error);
  if (failure?.code !== UNIQUE_VIOLATION || failure.constraint !== 'schedules_one_live_per_event')
    return error;
  return new Refusal(
    'This event was scheduled by somebody else a moment ago. Nothing of yours was saved; look at it again.',
    { code: 'taken' },
  );
}
