import { auditLog, type Db, employees, events, schedules, syncAttempts, users } from '@scheduler/db';
import { addDays, type EventType, instantAt, type WorkDate } from '@scheduler/scheduling';
import {
  and,
  desc,
  eq,
  gte,
  inArray,
  isNotNull,
  isNull,
  lt,
  ne,
  or,
  type SQL,
  type SQLWrapper,
  sql,
} from 'drizzle-orm';
import type { StoreScope } from '../core/store-access.ts';
import { findStore } from '../stores/stores.ts';
import { actionInWords } from './describe-action.ts';
import type { HistoryEntry, HistoryKind, HistoryPage } from './types.ts';

export const HISTORY_KINDS = [
  'plan',
  'drift',
  'sync',
  'people',
  'import',
  'refresh',
  'other',
] as const satisfies readonly HistoryKind[];

const { action } = auditLog;

/** An entry's kind by its action. */
export const historyKind = sql<HistoryKind>`case
  when ${action} in ('schedule.adopt', 'sync.keep_mine', 'sync.keep_theirs') then 'drift'
  when ${action} like '%.import%' then 'import'
  when ${action} like 'schedule.%' then 'plan'
  when ${action} like 'employee.%' then 'people'
  when ${action} like 'refresh.%' then 'refresh'
  when ${action} like 'sync.%' then 'sync'
  else 'other' end`;

const attemptKind = sql<HistoryKind>`case
  when ${syncAttempts.outcome} = 'conflict' then 'drift'
  when ${syncAttempts.task} = 'sync_employee' then 'people'
  when ${syncAttempts.eventId} is null then 'refresh'
  else 'sync' end`;

export interface HistoryQuery {
  storeId?: number | undefined;
  kind?: HistoryKind | undefined;
  employeeId?: number | undefined;
  actorId?: string | undefined;
  day?: WorkDate | undefined;
  cursor?: string | undefined;
  limit: number;
}

/**
 * Returns the actions of people and Crossmark in a store (the audit log) and the ended attempts of
 * the sync, newest first. Both logs only grow at their end, so a page reads each backwards from
 * where the previous page stopped.
 */
export async function history(db: Db, query: HistoryQuery, userScope: StoreScope): Promise<HistoryPage> {
  const { timeZone, id: storeId } = await findStore(db, query.storeId);
  const [auditsBefore, attemptsBefore] = query.cursor?.split('.').map(Number) ?? [];
  const scope = { ...query, storeId, timeZone, hasAllStores: userScope === null };
  const [audits, attempts] = await Promise.all([
    auditEntries(db, scope, auditsBefore),
    // Attempts have no actor.
    query.actorId === undefined ? attemptEntries(db, scope, attemptsBefore) : [],
  ]);
  const entries: HistoryEntry[] = [];
  // Each log is read in its own order, so a page ends at one position in each, and the next page
  // continues there.
  let [audit, attempt] = [0, 0];
  while (entries.length < query.limit) {
    const [a, b] = [audits[audit], attempts[attempt]];
    if (a && (!b || a.at >= (b.finishedAt ?? ''))) {
      entries.push(auditEntry(a, timeZone));
      audit += 1;
    } else if (b) {
      entries.push(attemptEntry(b));
      attempt += 1;
    } else break;
  }
  const ends = [audits[audit - 1]?.id ?? auditsBefore, attempts[attempt - 1]?.id ?? attemptsBefore];
  return {
    timeZone,
    entries,
    next: entries.length < query.limit ? null : ends.map((end) => end ?? NEWEST).join('.'),
  };
}

/** Greater than every id of the two logs. */
const NEWEST = 999_999_999_999_999;

type Scope = HistoryQuery & { storeId: number; timeZone: string; hasAllStores: boolean };

/** Whether an instant is on the requested day in the store's zone. */
function onDay(column: typeof auditLog.at | typeof syncAttempts.finishedAt, { day, timeZone }: Scope) {
  if (day === undefined) return undefined;
  return and(
    gte(column, instantAt(day, '00:00', timeZone)),
    lt(column, instantAt(addDays(day, 1), '00:00', timeZone)),
  );
}

/**
 * The number of an entry's subject if it has this type. The log stores ids as text, because other
 * subjects have no number.
 */
const subjectOf = (type: string) =>
  sql`case when ${auditLog.subjectType} = ${type} then ${auditLog.subjectId}::int end`;

/**
 * Whether an entry belongs to the store. Those of no store, or of a deleted object, appear in every
 * store, but only to users with all stores, because they may be about another store.
 */
function isOfStore({ storeId, hasAllStores }: Scope, columns: SQLWrapper[]): SQL {
  const all = hasAllStores ? [...columns, sql`${storeId}::int`] : columns;
  return sql`coalesce(${sql.join(all, sql`, `)}) = ${storeId}`;
}

async function auditEntries(db: Db, scope: Scope, before: number | undefined) {
  const { kind, employeeId, actorId } = scope;
  const person = employeeId === undefined ? undefined : String(employeeId);
  return db
    .select({
      id: auditLog.id,
      at: auditLog.at,
      by: auditLog.actorName,
      action,
      before: auditLog.before,
      after: auditLog.after,
      kind: historyKind,
      eventId: events.id,
      eventName: events.name,
      eventType: events.type,
      employeeName: employees.name,
    })
    .from(auditLog)
    .leftJoin(schedules, eq(schedules.id, subjectOf('schedule')))
    .leftJoin(events, sql`${events.id} = coalesce(${schedules.eventId}, ${subjectOf('event')})`)
    .leftJoin(employees, eq(employees.id, subjectOf('employee')))
    .where(
      and(
        before === undefined ? undefined : lt(auditLog.id, before),
        // Only admins see changes of users; they are on the audit page.
        ne(auditLog.subjectType, 'user'),
        isOfStore(scope, [events.storeId, employees.storeId, subjectOf('store')]),
        kind === undefined ? undefined : eq(historyKind, kind),
        actorId === undefined ? undefined : eq(auditLog.actorId, actorId),
        person === undefined
          ? undefined
          : or(
              sql`${auditLog.before}->>'employeeId' = ${person}`,
              sql`${auditLog.after}->>'employeeId' = ${person}`,
              and(eq(auditLog.subjectType, 'employee'), eq(auditLog.subjectId, person)),
            ),
        onDay(auditLog.at, scope),
      ),
    )
    .orderBy(desc(auditLog.id))
    .limit(scope.limit);
}

async function attemptEntries(db: Db, scope: Scope, before: number | undefined) {
  const { kind, employeeId } = scope;
  return db
    .select({
      id: syncAttempts.id,
      finishedAt: syncAttempts.finishedAt,
      outcome: syncAttempts.outcome,
      summary: syncAttempts.summary,
      failureReason: syncAttempts.failureReason,
      kind: attemptKind,
      eventId: events.id,
      eventName: events.name,
      eventType: events.type,
      employeeName: employees.name,
    })
    .from(syncAttempts)
    .leftJoin(events, eq(events.id, syncAttempts.eventId))
    .leftJoin(employees, eq(employees.id, syncAttempts.employeeId))
    .leftJoin(schedules, eq(schedules.id, syncAttempts.scheduleId))
    .where(
      and(
        before === undefined ? undefined : lt(syncAttempts.id, before),
        isNotNull(syncAttempts.finishedAt),
        // Only final outcomes. Refreshes have their own list.
        inArray(syncAttempts.outcome, ['done', 'dead', 'conflict']),
        or(isNotNull(syncAttempts.summary), isNotNull(syncAttempts.failureReason)),
        isOfStore(scope, [events.storeId, employees.storeId]),
        kind === undefined ? undefined : eq(attemptKind, kind),
        employeeId === undefined
          ? undefined
          : or(eq(syncAttempts.employeeId, employeeId), eq(schedules.employeeId, employeeId)),
        onDay(syncAttempts.finishedAt, scope),
      ),
    )
    .orderBy(desc(syncAttempts.id))
    .limit(scope.limit);
}

type Subject = { eventId: number | null; eventName: string | null; eventType: EventType | null };

const eventOf = ({ eventId, eventName, eventType }: Subject): HistoryEntry['event'] =>
  eventId !== null && eventName !== null && eventType !== null
    ? { eventId, name: eventName, type: eventType }
    : null;

function auditEntry(row: Awaited<ReturnType<typeof auditEntries>>[number], timeZone: string): HistoryEntry {
  return {
    id: `audit-${row.id}`,
    at: row.at,
    kind: row.kind,
    by: row.by,
    what: actionInWords(row.action, row.before, row.after, timeZone),
    problem: false,
    event: eventOf(row),
    employeeName: row.employeeName,
  };
}

function attemptEntry(row: Awaited<ReturnType<typeof attemptEntries>>[number]): HistoryEntry {
  const done = row.outcome === 'done';
  const said = (done ? row.summary : row.failureReason) ?? row.failureReason ?? row.summary ?? '';
  return {
    id: `try-${row.id}`,
    at: row.finishedAt ?? '',
    kind: row.kind,
    by: 'Sync',
    what: done ? said : `${row.outcome === 'dead' ? 'gave up' : 'left it to a person'}: ${said}`,
    problem: !done,
    event: eventOf(row),
    employeeName: row.employeeName,
  };
}

/**
 * Returns the users by name, and Crossmark, which is the actor of adopted changes. A user limited to
 * some stores gets only colleagues who have one of these stores.
 */
export async function actors(db: Db, scope: StoreScope): Promise<{ id: string; name: string }[]> {
  const haveOne = scope?.map((storeId) => sql`${storeId} = any(${users.storeIds})`);
  const people = await db
    .select({ id: users.id, name: users.name })
    .from(users)
    .where(haveOne && or(isNull(users.storeIds), ...haveOne))
    .orderBy(users.name);
  return [...people, { id: 'system', name: 'Crossmark' }];
}
