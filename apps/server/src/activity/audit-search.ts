import { auditLog, type Db, employees, events, findsWords, schedules, stores, users } from '@scheduler/db';
import {
  addDays,
  formatDay,
  formatTime,
  type Instant,
  instantAt,
  timeOf,
  type WorkDate,
  workDateOf,
} from '@scheduler/scheduling';
import { and, desc, eq, gte, inArray, lt, or, type SQL, sql } from 'drizzle-orm';
import { csvLines } from '../core/csv-lines.ts';
import { findStore } from '../stores/stores.ts';
import { actionInWords, type ChangedField, changedFields } from './describe-action.ts';
import { actors, historyKind } from './history.ts';
import type { AuditEntryView, AuditKind, AuditObject, AuditPage } from './types.ts';

export const AUDIT_KINDS = [
  'plan',
  'drift',
  'sync',
  'people',
  'import',
  'refresh',
  'settings',
  'access',
  'queues',
  'other',
] as const satisfies readonly AuditKind[];

export const AUDIT_OBJECTS = [
  'event',
  'schedule',
  'employee',
  'store',
  'holiday',
  'user',
  'refresh',
  'queue',
  'job',
  'scheduler',
  'worker',
  'breaker',
] as const satisfies readonly AuditObject[];

/** A filter of the audit log. An entry must meet all conditions. */
export interface AuditFilter {
  /** Entries about this store and entries of no store; entries of all stores if it is absent. */
  storeId?: number | undefined;
  /** Words that all occur in the entry or in the name of its object. */
  text?: string | undefined;
  actorId?: string | undefined;
  kind?: AuditKind | undefined;
  object?: AuditObject | undefined;
  /** The id of the `object`. The entries of an event include those of its schedules. */
  objectId?: string | undefined;
  /** Days in the zone of the store, or of the first store; both included. */
  from?: WorkDate | undefined;
  to?: WorkDate | undefined;
}

/** Returns a page of the audit log, newest first. `cursor` is the `next` of the previous page. */
export interface AuditQuery extends AuditFilter {
  cursor?: string | undefined;
  limit: number;
}

/**
 * The most entries that one request searches for words, which no index covers; about half a second.
 * The next page continues there, so a search through years doesn't occupy the database and doesn't
 * end early.
 */
const LOOKED_THROUGH = 50_000;

const { action, subjectType, subjectId } = auditLog;
const QUEUE_OBJECTS = ['queue', 'job', 'scheduler', 'worker', 'breaker'];

const auditKind = sql<AuditKind>`case
  when ${action} like 'user.%' then 'access'
  when ${action} like 'store.%' or ${action} like 'holiday.%' then 'settings'
  when ${inArray(subjectType, QUEUE_OBJECTS)} then 'queues'
  else ${historyKind} end`;

/**
 * Reads a page of the audit log with all actions, including those on the admin page and the command
 * line. For admins.
 */
export async function auditPage(db: Db, query: AuditQuery): Promise<AuditPage> {
  const { timeZone } = await findStore(db, query.storeId);
  const { entries, next } = await read(db, query, timeZone);
  return { timeZone, entries, next, reached: next?.split('_')[0] ?? null };
}

/** The possible actors: users, Crossmark and the operators of the command line. */
export async function auditActors(db: Db): Promise<{ id: string; name: string }[]> {
  return [...(await actors(db, null)), { id: 'command-line', name: 'Command line' }];
}

/** The number of entries that an export reads at a time, which bounds its memory. */
const EXPORTED_AT_ONCE = 1_000;

const CSV_COLUMNS = [
  'Time',
  'Time zone',
  'Time (UTC)',
  'Who',
  'Who (id)',
  'What',
  'Action',
  'Object',
  'Object id',
  'Name',
  'From',
  'To',
  'Before',
  'After',
  'Request',
];

/**
 * Streams the matching entries as a CSV file, newest first, in the format of the other files: BOM,
 * CRLF, and no field that a spreadsheet would run.
 */
export async function* auditCsv(db: Db, filter: AuditFilter): AsyncGenerator<string> {
  const { timeZone } = await findStore(db, filter.storeId);
  yield csvLines([CSV_COLUMNS], { first: true });
  for (let cursor: string | null | undefined; cursor !== null; ) {
    const query: AuditQuery = { ...filter, limit: EXPORTED_AT_ONCE, ...(cursor && { cursor }) };
    const { entries, raw, next } = await read(db, query, timeZone);
    const records = entries.map((entry, index) => [
      `${workDateOf(entry.at, timeZone)} ${timeOf(entry.at, timeZone)}:${entry.at.slice(17, 19)}`,
      timeZone,
      entry.at,
      entry.by,
      entry.actorId,
      entry.what,
      entry.action,
      entry.object.type,
      entry.object.id,
      entry.object.name ?? '',
      side(entry.changes, 'from'),
      side(entry.changes, 'to'),
      raw[index]?.before ? JSON.stringify(raw[index].before) : '',
      raw[index]?.after ? JSON.stringify(raw[index].after) : '',
      entry.requestId ?? '',
    ]);
    yield csvLines(records, { first: false });
    cursor = next;
  }
}

const side = (changes: readonly ChangedField[], which: 'from' | 'to') =>
  changes.flatMap((change) => (change[which] ? [`${change.field}: ${change[which]}`] : [])).join('; ');

/** Returns one page and the rows behind it. */
async function read(db: Db, query: AuditQuery, timeZone: string) {
  const rows = await select(db, query, timeZone);
  const raw = rows.slice(0, query.limit);
  const last = raw.at(-1);
  const more = rows.length > query.limit && last !== undefined;
  const endOfSearch = async () => (looksThrough(query) ? endOfSlice(db, query, timeZone) : null);
  const next = more ? cursorOf(last) : await endOfSearch();
  return { entries: raw.map((row) => entryOf(row, timeZone)), raw, next };
}

const looksThrough = ({ text, storeId }: AuditFilter) => text !== undefined || storeId !== undefined;

async function select(db: Db, query: AuditQuery, timeZone: string) {
  // Relies on the index audit_log_at, or audit_log_subject where one object is meant.
  const slice = db
    .select()
    .from(auditLog)
    .where(await auditWhere(db, query, timeZone))
    .orderBy(desc(auditLog.at), desc(auditLog.id))
    .limit(looksThrough(query) ? LOOKED_THROUGH : query.limit + 1)
    // The slice has the table's name, so conditions on the table's columns apply to it.
    .as('audit_log');
  return db
    .select({
      id: slice.id,
      at: slice.at,
      actorId: slice.actorId,
      by: slice.actorName,
      action: slice.action,
      subjectType: slice.subjectType,
      subjectId: slice.subjectId,
      before: slice.before,
      after: slice.after,
      requestId: slice.requestId,
      kind: auditKind,
      eventId: events.id,
      eventName: events.name,
      eventType: events.type,
      employeeId: employees.id,
      employeeName: employees.name,
      storeName: stores.name,
      userName: users.name,
    })
    .from(slice)
    .leftJoin(schedules, eq(schedules.id, numberOf('schedule')))
    .leftJoin(events, sql`${events.id} = coalesce(${schedules.eventId}, ${numberOf('event')})`)
    .leftJoin(employees, eq(employees.id, numberOf('employee')))
    .leftJoin(stores, eq(stores.id, numberOf('store')))
    .leftJoin(users, and(eq(subjectType, 'user'), eq(users.id, subjectId)))
    .where(
      and(
        query.storeId === undefined
          ? undefined
          : sql`coalesce(${events.storeId}, ${employees.storeId}, ${stores.id}, ${query.storeId}) = ${query.storeId}`,
        findsWords(query.text ?? '', [
          ...[auditLog.actorName, action, subjectId, events.name, employees.name, stores.name, users.name],
          ...[auditLog.before, auditLog.after],
        ]),
      ),
    )
    .orderBy(desc(slice.at), desc(slice.id))
    .limit(query.limit + 1);
}

type Row = Awaited<ReturnType<typeof select>>[number];

function entryOf(row: Row, timeZone: string): AuditEntryView {
  const { eventId, eventName, eventType, before, after } = row;
  return {
    id: row.id,
    at: row.at,
    by: row.by,
    actorId: row.actorId,
    action: row.action,
    kind: row.kind,
    what: actionInWords(row.action, before, after, timeZone),
    object: { type: row.subjectType, id: row.subjectId, name: nameOf(row) },
    changes: changedFields(before, after, (value) => shownTime(value, timeZone)),
    event:
      eventId !== null && eventName !== null && eventType !== null
        ? { eventId, name: eventName, type: eventType }
        : null,
    person: personOf(row),
    requestId: row.requestId,
  };
}

/**
 * The conditions that an index or the row itself answers. Words and stores are searched among the
 * remaining rows.
 */
async function auditWhere(db: Db, query: AuditQuery, timeZone: string): Promise<SQL | undefined> {
  const { actorId, kind, from, to } = query;
  const [at, id] = query.cursor?.split('_') ?? [];
  return and(
    at === undefined ? undefined : sql`(${auditLog.at}, ${auditLog.id}) < (${at}, ${Number(id)})`,
    from === undefined ? undefined : gte(auditLog.at, instantAt(from, '00:00', timeZone)),
    to === undefined ? undefined : lt(auditLog.at, instantAt(addDays(to, 1), '00:00', timeZone)),
    actorId === undefined ? undefined : eq(auditLog.actorId, actorId),
    kind === undefined ? undefined : eq(auditKind, kind),
    await aboutObject(db, query),
  );
}

async function aboutObject(db: Db, { object, objectId }: AuditFilter): Promise<SQL | undefined> {
  if (object === undefined) return undefined;
  const itself = and(eq(subjectType, object), objectId === undefined ? undefined : eq(subjectId, objectId));
  if (object !== 'event' || !/^\d{1,9}$/.test(objectId ?? '')) return itself;
  // Relies on an event's schedules being few.
  const its = await db
    .select({ id: schedules.id })
    .from(schedules)
    .where(eq(schedules.eventId, Number(objectId)));
  const ids = its.map(({ id }) => String(id));
  return or(itself, and(eq(subjectType, 'schedule'), inArray(subjectId, ids)));
}

/** The position where an incomplete search continues; null if nothing is older. */
async function endOfSlice(db: Db, query: AuditQuery, timeZone: string): Promise<string | null> {
  const [last] = await db
    .select({ at: auditLog.at, id: auditLog.id })
    .from(auditLog)
    .where(await auditWhere(db, query, timeZone))
    .orderBy(desc(auditLog.at), desc(auditLog.id))
    .offset(LOOKED_THROUGH - 1)
    .limit(1);
  return last ? cursorOf(last) : null;
}

const cursorOf = ({ at, id }: { at: Instant; id: number }): string => `${at}_${id}`;

/**
 * The number of an entry's object if it has this type. The log stores ids as text, because other
 * objects have no number.
 */
const numberOf = (type: string) => sql`case when ${subjectType} = ${type} then ${subjectId}::int end`;

function nameOf(row: Row): string | null {
  const snapshot = { ...row.before, ...row.after };
  const name = row.eventName ?? row.employeeName ?? row.storeName ?? row.userName ?? snapshot.name;
  return typeof name === 'string' ? name : null;
}

/** The person whom an entry is about: the person of the record or of the schedule. */
function personOf({ employeeId, employeeName, before, after }: Row): AuditEntryView['person'] {
  if (employeeId !== null && employeeName !== null) return { employeeId, name: employeeName };
  const planned = { ...before, ...after };
  return Number.isSafeInteger(planned.employeeId) && typeof planned.employeeName === 'string'
    ? { employeeId: Number(planned.employeeId), name: planned.employeeName }
    : null;
}

/**
 * Formats an instant in the store's zone, as `Mon Jan 5 2026, 10:45 AM`; other values stay
 * unchanged.
 */
function shownTime(value: string, timeZone: string): string {
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/.test(value)) return value;
  const day = workDateOf(value, timeZone);
  return `${formatDay(day)} ${day.slice(0, 4)}, ${formatTime(value, timeZone)}`;
}
