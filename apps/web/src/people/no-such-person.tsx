import { problemOf } from '../lib/problem.ts';
import { Empty } from '../ui/states.tsx';

/** The person that an address names; undefined where it names nobody, as `/people/abc`. */
export const personIdOf = (text: string): number | undefined =>
  /^[1-9]\d{0,8}$/.test(text) ? Number(text) : undefined;

/** Whether a reading failed because there is nobody of that number. */
export const isNobody = (error: unknown): boolean => !!error && problemOf(error).code === 'not_found';

/** Stands in place of a person whom there isn't. */
export const NoSuchPerson = () => (
  <Empty title="There is no such person.">They may have been removed, or the address is mistyped.</Empty>
);
