import { type Executor, idList, type Tx } from '@scheduler/db';
import { CLOSED_CONDITIONS } from '@scheduler/scheduling';
import { type SQL, sql } from 'drizzle-orm';
import { instructionsJobKey } from '../queue/contracts.ts';
import { addJobs } from '../queue/graphile.ts';

/** At most so many files are requested after one refresh. The rest follows after the next one. */
const MOST_AT_ONCE = 1_000;

/** A column of events: SHA-256 of the link. */
const linkHash = sql`encode(sha256(convert_to(events.instructions_url, 'UTF8')), 'hex')`;
/** The link without user, password, query and fragment. */
const source = sql`regexp_replace(events.instructions_url, '^([a-z]+://)([^/?#]*@)?([^?#]*).*$', '\\1\\3')`;

const isOpen = sql`events.gone_since is null and events.condition not in ${[...CLOSED_CONDITIONS]}
  and events.due_on >= (app_now() at time zone stores.time_zone)::date`;

/**
 * Has the files of events fetched whose link is new or has changed. Call it in the transaction that
 * writes the links. The file of an earlier link is given up. Returns how many files are requested.
 */
export const requestInstructions = (tx: Tx, eventIds: readonly number[]): Promise<number> =>
  eventIds.length === 0
    ? Promise.resolve(0)
    : request(tx, sql`events.id = any(${idList(eventIds)}) and ${isOpen}`, sql`false`);

/**
 * Calls {@link requestInstructions} for all open events, in case an older version wrote their links.
 */
export const requestMissingInstructions = (tx: Tx): Promise<number> => request(tx, isOpen, sql`false`);

/**
 * Has the file of an event fetched again, whatever became of it before. A file that is there stays
 * until the new one is. Returns false, and does nothing, if the event has no link.
 */
export const fetchInstructionsAgain = async (tx: Tx, eventId: number): Promise<boolean> =>
  (await request(tx, sql`events.id = ${eventId}`, sql`true`)) === 1;

async function request(tx: Executor, which: SQL, again: SQL): Promise<number> {
  const rows = await tx.execute<{ eventId: number }>(sql`
    with wanted as (
      select events.id as event_id, events.store_id, ${linkHash} as link_hash, ${source} as source
      from events join stores on stores.id = events.store_id
      left join event_instructions known on known.event_id = events.id
      where events.instructions_url is not null and ${which}
        and (${again} or known.link_hash is distinct from ${linkHash})
      order by events.due_on, events.id limit ${MOST_AT_ONCE}
    )
    insert into event_instructions as known (event_id, store_id, link_hash, source)
    select event_id, store_id, link_hash, source from wanted order by event_id
    on conflict (event_id) do update set
      state = 'waiting', failure = null, failed_attempts = 0, failing_since = null, requested_at = app_now(),
      file_hash = case when known.link_hash = excluded.link_hash then known.file_hash end,
      fetched_at = case when known.link_hash = excluded.link_hash then known.fetched_at end,
      link_hash = excluded.link_hash, source = excluded.source
    returning event_id as "eventId"`);
  await addJobs(
    tx,
    rows.map(({ eventId }) => ({
      task: 'fetch_instructions' as const,
      payload: { eventId },
      key: instructionsJobKey(eventId),
    })),
  );
  return rows.length;
}
