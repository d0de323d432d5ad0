import { type Db, employees, eventSyncs, events, schedules, type Tx } from '@scheduler/db';
import { eventSelection, isBookedElsewhere, joinSync, liveSchedule } from '@scheduler/db/facts';
import { CLOSED_CONDITIONS } from '@scheduler/scheduling';
import { retryAllNow } from '@scheduler/sync';
import { and, count, desc, eq, gte, isNotNull, isNull, ne, or, type SQL, sql } from 'drizzle-orm';
import { audit } from '../core/audit.ts';
import { save } from '../core/transaction.ts';
import { eventRow } from '../events/list.ts';
import { findStore, todayAt } from '../stores/stores.ts';
import { heldInWords, wantedInWords } from '../sync/detail.ts';
import type { Actor } from '../trpc/context.ts';
import type { Attention, Retried, UnsettledKind } from './types.ts';

/** The most urgent first. */
export const UNSETTLED_KINDS = [
  'failed',
  'conflict',
  'long_waiting',
  'unknown_rep',
  'waiting',
  'pending',
] as const satisfies readonly UnsettledKind[];

/** The kinds that can be retried. */
export const RETRYABLE_KINDS = ['failed', 'long_waiting', 'waiting'] as const satisfies UnsettledKind[];

/** After this time the first retries are over, and an event that still waits deserves a look. */
const LONG_WAITING_MINUTES = 15;
/** The most events that one transaction retries. */
const RETRY_LIMIT = 5_000;
const SHOWN_FAILURES = 20;

const since = sql`coalesce(${eventSyncs.wantedAt}, ${eventSyncs.failingSince}, ${eventSyncs.updatedAt})`;

/** The kind of an unsettled row. Reads only event_syncs. */
const kindOf = sql<UnsettledKind>`case
  when ${eventSyncs.state} = 'waiting' and ${since} < app_now() - ${LONG_WAITING_MINUTES} * interval '1 minute'
    then 'long_waiting'
  when ${eventSyncs.state} <> 'synced' then ${eventSyncs.state}::text
  else 'unknown_rep' end`;

/** Whether Crossmark books an unknown person for an event that is not over. */
const bookedByUnknown = and(
  isNull(events.goneSince),
  sql`${events.condition} not in ${[...CLOSED_CONDITIONS]}`,
  isBookedElsewhere,
);

const unsettled = (storeId: number): SQL | undefined =>
  and(eq(events.storeId, storeId), or(ne(eventSyncs.state, 'synced'), bookedByUnknown));

/**
 * The events of a store that aren't settled with Crossmark, and the people whose work can't be sent
 * to it.
 */
export async function attention(
  db: Db,
  query: {
    storeId?: number | undefined;
    kind?: UnsettledKind | undefined;
    /** Only dead letters with exactly this failure reason. */
    reason?: string | undefined;
    limit: number;
    offset: number;
  },
): Promise<Attention> {
  const store = await findStore(db, query.storeId);
  const { timeZone } = store;
  const matchesFilter = and(
    unsettled(store.id),
    query.kind ? eq(kindOf, query.kind) : undefined,
    query.reason === undefined ? undefined : eq(eventSyncs.failureReason, query.reason),
  );
  const rank = sql`array_position(array[${sql.join(
    UNSETTLED_KINDS.map((kind) => sql`${kind}`),
    sql`, `,
  )}]::text[], ${kindOf})`;
  const [counted, rows, [matching], people, failures] = await Promise.all([
    db
      .select({ kind: kindOf, number: count() })
      .from(eventSyncs)
      .innerJoin(events, joinSync)
      .leftJoin(schedules, liveSchedule)
      .where(unsettled(store.id))
      .groupBy(sql`1`),
    db
      .select({ ...eventSelection, employeeName: employees.name, kind: kindOf })
      .from(eventSyncs)
      .innerJoin(events, joinSync)
      .leftJoin(schedules, liveSchedule)
      .leftJoin(employees, eq(employees.id, schedules.employeeId))
      .where(matchesFilter)
      .orderBy(rank, since, events.id)
      .limit(query.limit)
      .offset(query.offset),
    db
      .select({ total: count() })
      .from(eventSyncs)
      .innerJoin(events, joinSync)
      .leftJoin(schedules, liveSchedule)
      .where(matchesFilter),
    unlinkedPeople(db, store),
    db
      .select({ reason: eventSyncs.failureReason, count: count() })
      .from(eventSyncs)
      .innerJoin(events, joinSync)
      .where(
        and(
          eq(events.storeId, store.id),
          eq(eventSyncs.state, 'failed'),
          isNotNull(eventSyncs.failureReason),
        ),
      )
      .groupBy(eventSyncs.failureReason)
      .orderBy(desc(count()), eventSyncs.failureReason)
      .limit(SHOWN_FAILURES),
  ]);
  const today = todayAt(timeZone);
  const counts = Object.fromEntries(UNSETTLED_KINDS.map((kind) => [kind, 0])) as Attention['counts'];
  for (const { kind, number } of counted) counts[kind] = number;
  return {
    timeZone,
    counts,
    rows: rows.map(({ kind, ...row }) => ({
      ...eventRow(row, timeZone, today),
      kind,
      since: row.sync.wantedAt,
      wanted: wantedInWords(row.schedule, row.employeeName, timeZone),
      held: heldInWords(row.sync, timeZone),
      conflictSeenAt: row.sync.conflict?.seenAt ?? null,
    })),
    total: matching?.total ?? 0,
    people,
    failures: failures.flatMap(({ reason, count }) => (reason === null ? [] : [{ reason, count }])),
  };
}

/** People of a store without a RepID who have work from today on. */
async function unlinkedPeople(db: Db, store: { id: number; timeZone: string }): Promise<Attention['people']> {
  const today = todayAt(store.timeZone);
  return db
    .select({
      employeeId: employees.id,
      name: employees.name,
      linkState: employees.linkState,
      linkReason: employees.linkReason,
      schedules: count(),
      nextOn: sql<string>`min(${schedules.workDate})`,
    })
    .from(employees)
    .innerJoin(schedules, eq(schedules.employeeId, employees.id))
    .where(
      and(
        eq(employees.storeId, store.id),
        isNull(employees.repId),
        isNull(schedules.endedAt),
        gte(schedules.workDate, today),
      ),
    )
    .groupBy(employees.id)
    .orderBy(sql`min(${schedules.workDate})`, employees.name);
}

/**
 * The events to retry: the listed ones, or all events of a store of one kind and, if set, with one
 * failure reason.
 */
export type RetryTarget =
  | { eventIds: readonly number[] }
  | {
      storeId?: number | undefined;
      kind: (typeof RETRYABLE_KINDS)[number];
      reason?: string | undefined;
    };

/**
 * Retries many events at once, all of them or none. Skips events that have nothing to retry or that
 * Crossmark doesn't know yet. For a kind, retries at most {@link RETRY_LIMIT} events.
 */
export async function retryMany(db: Db, actor: Actor, target: RetryTarget): Promise<Retried> {
  return save(db, async (tx) => {
    const { eventIds, total } =
      'eventIds' in target
        ? { eventIds: target.eventIds, total: target.eventIds.length }
        : await matching(tx, target);
    const retrying = await retryAllNow(tx, eventIds);
    if (retrying > 0) {
      await audit(
        tx,
        actor,
        'eventIds' in target
          ? eventIds.map((eventId) => ({ action: 'sync.retry', subjectType: 'event', subjectId: eventId }))
          : [
              {
                action: 'sync.retry-many',
                subjectType: 'store',
                subjectId: (await findStore(tx, target.storeId)).id,
                after: { events: retrying, kind: target.kind, reason: target.reason ?? null },
              },
            ],
      );
    }
    return { retrying, left: total - eventIds.length };
  });
}

async function matching(tx: Tx, target: Exclude<RetryTarget, { eventIds: readonly number[] }>) {
  const store = await findStore(tx, target.storeId);
  const rows = await tx
    .select({ eventId: eventSyncs.eventId, total: sql<number>`(count(*) over ())::int` })
    .from(eventSyncs)
    .innerJoin(events, joinSync)
    .where(
      and(
        eq(events.storeId, store.id),
        // Relies on the index event_syncs_unsettled.
        ne(eventSyncs.state, 'synced'),
        isNotNull(events.mplanId),
        eq(kindOf, target.kind),
        target.reason === undefined ? undefined : eq(eventSyncs.failureReason, target.reason),
      ),
    )
    .orderBy(eventSyncs.eventId)
    .limit(RETRY_LIMIT);
  return { eventIds: rows.map(({ eventId }) => eventId), total: rows[0]?.total ?? 0 };
}
