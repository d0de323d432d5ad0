import type { Executor } from '@scheduler/db';
import { inArray, type SQL, type SQLWrapper, sql } from 'drizzle-orm';
import { z } from 'zod';
import { notFound } from './errors.ts';

/** The stores that a user may see and plan; null for all stores. */
export type StoreScope = readonly number[] | null;

/** Whether a store is within a scope; what belongs to no store (null) is within any. */
export const covers = (scope: StoreScope, storeId: number | null): boolean =>
  scope === null || storeId === null || scope.includes(storeId);

/** SQL: whether a store is within a scope; undefined, which filters nothing, for all stores. */
export const isWithin = (storeId: SQLWrapper, scope: StoreScope): SQL | undefined =>
  scope === null ? undefined : inArray(storeId, [...scope]);

/** Users see this in place of an event's name if they may not see the event's store. */
export const WORK_ELSEWHERE = 'Work in another store';

/**
 * Every input field that holds the id of something that belongs to a store, and what that something
 * is. A test compares the list with the inputs of all procedures.
 */
export const NAMING_FIELDS = {
  storeId: 'store',
  eventId: 'event',
  eventIds: 'event',
  neverPlan: 'event',
  employeeId: 'person',
  fromEmployeeId: 'person',
  toEmployeeId: 'person',
  scheduleId: 'schedule',
  proposalId: 'proposal',
  lineId: 'line',
  lineIds: 'line',
  approvalId: 'approval',
} as const;

type Thing = (typeof NAMING_FIELDS)[keyof typeof NAMING_FIELDS];

/** Rows with the id of a thing and its store. */
const THINGS: Record<Thing, SQL> = {
  store: sql`(select id, id as store_id from stores)`,
  event: sql`events`,
  person: sql`employees`,
  schedule: sql`(select schedules.id, store_id from schedules join events on events.id = event_id)`,
  proposal: sql`proposals`,
  line: sql`(select proposal_lines.id, store_id from proposal_lines join proposals on proposals.id = proposal_id)`,
  approval: sql`(select proposal_approvals.id, store_id
    from proposal_approvals join proposals on proposals.id = proposal_id)`,
};

/** What an input names: a thing by its id. */
interface Named {
  thing: Thing;
  id: number;
}

/**
 * The one check of stores, made of every input before its procedure runs. Throws the refusal of an
 * unknown id if the input names something that is not within a user's stores, so that an answer
 * doesn't tell whether it exists.
 */
export async function assertWithin(db: Executor, storeIds: readonly number[], input: unknown): Promise<void> {
  const named = namedIn(input);
  if (named.length === 0) return;
  const byThing = Map.groupBy(named, ({ thing }) => thing);
  const selections = [...byThing].map(
    ([thing, each]) => sql`select ${thing}::text as thing, id from ${THINGS[thing]} as named
      where id in ${each.map(({ id }) => id)} and store_id in ${[...storeIds]}`,
  );
  const rows = await db.execute<{ thing: Thing; id: number }>(sql.join(selections, sql` union all `));
  const own = new Set(rows.map(keyOf));
  const other = named.find((each) => !own.has(keyOf(each)));
  if (other) throw notFound(other.thing, other.id);
}

const keyOf = ({ thing, id }: Named) => `${thing} ${id}`;

/** The largest id. Others are refused as input. */
const MOST = 2_147_483_647;

/** Everything that an input names, in any depth and order. Says nothing of whether the input is valid. */
function namedIn(input: unknown, field?: string): Named[] {
  if (Array.isArray(input)) return input.flatMap((each) => namedIn(each, field));
  if (typeof input === 'object' && input !== null)
    return Object.entries(input).flatMap(([name, value]) => namedIn(value, name));
  if (!field || !Object.hasOwn(NAMING_FIELDS, field)) return [];
  const isId = typeof input === 'number' && Number.isInteger(input) && input > 0 && input <= MOST;
  return isId ? [{ thing: NAMING_FIELDS[field as keyof typeof NAMING_FIELDS], id: input }] : [];
}

/**
 * Returns an input with the user's first store, if its procedure takes a store and the input names
 * none: what is about the first store, or about all, is about the first of theirs.
 */
export async function withOwnStore(
  db: Executor,
  storeIds: readonly number[],
  { input, schema }: { input: unknown; schema: z.ZodType | undefined },
): Promise<unknown> {
  if (!schema || !takesStore(schema)) return input;
  if (input !== undefined && (typeof input !== 'object' || input === null || Array.isArray(input)))
    return input;
  if (input && (input as { storeId?: unknown }).storeId !== undefined) return input;
  const [first] = await db.execute<{ id: number }>(
    sql`select id from stores where id in ${[...storeIds]} order by number limit 1`,
  );
  // A store that is gone opens nothing.
  return { ...input, storeId: first?.id ?? storeIds[0] };
}

const knownSchemas = new WeakMap<z.ZodType, boolean>();

/** Whether inputs of a schema may have the field `storeId`. */
function takesStore(schema: z.ZodType): boolean {
  const known = knownSchemas.get(schema) ?? 'storeId' in fieldsOf(schema);
  knownSchemas.set(schema, known);
  return known;
}

/** The fields of an object's schema, with what is around it taken away. */
function fieldsOf(schema: unknown): Record<string, unknown> {
  if (schema instanceof z.ZodObject) return schema.shape;
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodDefault || schema instanceof z.ZodNullable)
    return fieldsOf(schema.unwrap());
  return schema instanceof z.ZodPipe ? fieldsOf(schema.in) : {};
}
