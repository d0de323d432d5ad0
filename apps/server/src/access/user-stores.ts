import { type Executor, stores, type UserRole } from '@scheduler/db';
import { inArray } from 'drizzle-orm';
import { notFound, Refusal } from '../core/errors.ts';

/**
 * Refuses stores that don't exist, and some stores for an admin: an admin invites people to every store
 * and changes the settings of all of them.
 */
export async function assertStores(
  db: Executor,
  user: { name: string; role: UserRole; storeIds: readonly number[] | null },
): Promise<void> {
  const { storeIds } = user;
  if (storeIds === null) return;
  if (user.role === 'admin') {
    const message = `An admin has all stores. Give ${user.name} another role to limit them to some.`;
    throw new Refusal(message, { code: 'not_allowed', fields: [{ path: 'storeIds', message }] });
  }
  const known = await numbersOf(db, storeIds);
  const unknown = storeIds.find((storeId) => !known.has(storeId));
  if (unknown !== undefined) throw notFound('store', unknown);
}

/** The stores of a user in the audit log and on the command line: `all`, or their numbers. */
export async function storesInWords(db: Executor, storeIds: readonly number[] | null): Promise<string> {
  if (storeIds === null) return 'all';
  const known = await numbersOf(db, storeIds);
  return storeIds
    .map((storeId) => known.get(storeId) ?? `id ${storeId}`)
    .sort()
    .join(', ');
}

/**
 * Returns the ids of the stores with some numbers; null for `all`. Throws a {@link Refusal} for a number
 * that no store has.
 */
export async function storesNumbered(db: Executor, words: string): Promise<number[] | null> {
  if (words.trim() === 'all') return null;
  const numbers = words.split(',').map((number) => number.trim());
  const rows = await db
    .select({ id: stores.id, number: stores.number })
    .from(stores)
    .where(inArray(stores.number, numbers));
  return numbers.map((number) => {
    const row = rows.find((each) => each.number === number);
    if (row) return row.id;
    throw new Refusal(
      `There is no store with the number “${number}”. Name stores by number, such as 8135,8140, or all.`,
      {
        code: 'not_found',
      },
    );
  });
}

async function numbersOf(db: Executor, storeIds: readonly number[]): Promise<Map<number, string>> {
  const rows = await db
    .select({ id: stores.id, number: stores.number })
    .from(stores)
    .where(inArray(stores.id, [...storeIds]));
  return new Map(rows.map(({ id, number }) => [id, number]));
}
