import { problemOf } from '../lib/problem.ts';
import { Empty } from '../ui/states.tsx';

/** Returns the id of the person in an address; undefined if it has none, such as `/people/abc`. */
export const personIdOf = (text: string): number | undefined =>
  /^[1-9]\d{0,8}$/.test(text) ? Number(text) : undefined;

/** Whether a query failed because no person has that id. */
export const isNobody = (error: unknown): boolean => !!error && problemOf(error).code === 'not_found';

/** The page of a person who does not exist, or whom the user may not see. */
export function NoSuchPerson({ storeIds }: { storeIds: readonly number[] | null }) {
  if (storeIds) {
    return (
      <Empty title="There is no such person in your stores.">
        They may belong to another store, or have been removed.
      </Empty>
    );
  }
  return (
    <Empty title="There is no such person.">They may have been removed, or the address is mistyped.</Empty>
  );
}
