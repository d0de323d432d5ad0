import { auditLog, type Db, employees, events, schedules, syncAttempts, users } from '@scheduler/db';
import { addDays, type EventType, instantAt, type WorkDate } from '@scheduler/scheduling';
import { and, desc, eq, gte, inArray, isNotNull, lt, ne, or, sql } from 'drizzle-orm';
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
 * What people and Crossmark did in a store (the audit log) and how the sync's tries ended, newest first. Both logs grow
 * at their end alone, so a page is read backwards from where the one before stopped in each.
 */
export async function history(db: Db, query: HistoryQuery): Promise<HistoryPage> {
  const { timeZone, id: storeId } = await findStore(db, query.storeId);
  const [auditsBefore, attemptsBefore] = query.cursor?.split('.').map(Number) ?? [];
  const scope = { ...query, storeId, timeZone };
  const [audits, attempts] = await Promise.all([
    auditEntries(db, scope, auditsBefore),
    // A try is nobody's doing.
    query.actorId === undefined ? attemptEntries(db, scope, attemptsBefore) : [],
  ]);
  const entries: HistoryEntry[] = [];
  // Each log is taken in its own order, so that a page ends at one place in each and the next goes on there.
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

/** Beyond every number of the two logs. */
const NEWEST = 999_999_999_999_999;

type Scope = HistoryQuery & { storeId: number; timeZone: string };

/** Whether a moment is on the day asked for, in the store's zone. */
function onDay(column: typeof auditLog.at | typeof syncAttempts.finishedAt, { day, timeZone }: Scope) {
  if (day === undefined) return undefined;
  return and(
    gte(column, instantAt(day, '00:00', timeZone)),
    lt(column, instantAt(addDays(day, 1), '00:00', timeZone)),
  );
}

/** The number of an entry's subject where it is of this type: the log keeps numbers as text, for other subjects have none. */
const subjectOf = (type: string) =>
  sql`case when ${auditLog.subjectType} = ${type} then ${auditLog.subjectId}::int end`;

async function auditEntries(db: Db, scope: Scope, before: number | undefined) {
  const { storeId, kind, employeeId, actorId } = scope;
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
        // Who may sign in is for admins to know: the audit page has it.
        ne(auditLog.subjectType, 'user'),
        // What belongs to no store, or to something that is gone, is everybody's.
        sql`coalesce(${events.storeId}, ${employees.storeId}, ${storeId}) = ${storeId}`,
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
  const { storeId, kind, employeeId } = scope;
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
        // Ends, not steps on the way; a refresh tells of itself among the refreshes.
        inArray(syncAttempts.outcome, ['done', 'dead', 'conflict']),
        or(isNotNull(syncAttempts.summary), isNotNull(syncAttempts.failureReason)),
        sql`coalesce(${events.storeId}, ${employees.storeId}, ${storeId}) = ${storeId}`,
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
    what: done ? said : row.outcome === 'dead' ? `gave up: ${said}` : `left it to a person: ${said}`,
    problem: !done,
    event: eventOf(row),
    employeeName: row.employeeName,
  };
}

/** Users by name, and Crossmark, whose changes are adopted. */
export async function actors(db: Db): Promise<{ id: string; name: string }[]> {
  const people = await db.select({ id: users.id, name: users.name }).from(users).orderBy(users.name);
  return [...people, { id: 'system', name: 'Crossmark' }];
}
