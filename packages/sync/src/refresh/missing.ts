import { createHash } from 'node:crypto';
import { type Db, employees, events, idList, refreshRuns, schedules, stores, type Tx } from '@scheduler/db';
import type { Instant, WorkDate } from '@scheduler/scheduling';
import { and, desc, eq, isNull, type SQL, sql } from 'drizzle-orm';

/** What a complete refresh covered, and which events it listed. */
export interface Covered {
  /** Events whose window lies between these days are listed, whatever their condition. */
  from: WorkDate;
  to: WorkDate;
  began: Instant;
  /** Events listed, by our id. */
  seen: readonly number[];
  /** Plans whose rows couldn't be read: they count as listed. */
  unreadable: readonly string[];
}

const isUnreadable = ({ unreadable }: Covered): SQL =>
  sql`mplan_id in (select json_array_elements_text(${JSON.stringify(unreadable)}::json))`;

const shouldBeListed = ({ from, to, began }: Covered): SQL => sql`
  mplan_id is not null and created_at < ${began}
  and starts_on between ${from} and ${to} and due_on between ${from} and ${to}`;

const isMissing = (covered: Covered): SQL => sql`
  id not in (select value::int from json_array_elements_text(${JSON.stringify(covered.seen)}::json))
  and not ${isUnreadable(covered)}`;

/**
 * Finds the events that a complete refresh lacks, and counts those it should have listed, both
 * without events that are gone already.
 */
export async function findMissing(db: Db, covered: Covered): Promise<{ ids: number[]; known: number }> {
  const [row] = await db.execute<{ ids: number[] | null; known: number }>(sql`
    select json_agg(id order by id) filter (where ${isMissing(covered)}) as ids, count(*)::int as known
    from events where gone_since is null and ${shouldBeListed(covered)}`);
  return { ids: row?.ids ?? [], known: row?.known ?? 0 };
}

/** Up to so many events may count as gone without a person's decision. */
const FEW = 20;
/** Up to this part of the known events may count as gone without a person's decision. */
const SMALL_PART = 0.1;

/** Whether so many events are missing at once that the list is likely to be wrong. */
export const areTooMany = ({ ids, known }: { ids: readonly number[]; known: number }): boolean =>
  ids.length > FEW && ids.length > known * SMALL_PART;

/**
 * Counts the events that this complete refresh lacks and should list. An event is gone when every
 * complete refresh has lacked it since one that began `confirmAfterMs` before this one, or earlier:
 * a single refresh, or several within seconds, may have read an old copy of the list.
 */
export async function countMissing(
  tx: Tx,
  covered: Covered,
  confirmAfterMs: number,
): Promise<{ gone: number; unconfirmed: number }> {
  await tx.execute(sql`
    update events set missing_runs = 0, updated_at = app_now()
    where missing_runs > 0 and gone_since is null and ${isUnreadable(covered)}`);
  const missing = await tx.execute<{ missing_runs: number }>(sql`
    update events set missing_runs = next.missing_runs, updated_at = app_now(),
      missing_since = case when events.missing_runs = 0 then ${covered.began} else events.missing_since end,
      gone_since = coalesce(gone_since, case when next.missing_runs = 2 then app_now() end)
    from (
      select id as event_id,
        case
          when missing_runs = 0 then 1
          -- A worker of an older version counts without a time.
          when missing_since > ${covered.began}::timestamptz - ${confirmAfterMs} * interval '1 millisecond' then 1
          else 2
        end as missing_runs
      from events
      where missing_runs < 2 and ${shouldBeListed(covered)} and ${isMissing(covered)}
      order by id for no key update
    ) next
    where events.id = next.event_id
    returning next.missing_runs`);
  const gone = missing.filter((event) => event.missing_runs >= 2).length;
  return { gone, unconfirmed: missing.length - gone };
}

/** A refresh lacks so many events that a person has to decide whether they are gone. */
export interface Question {
  runId: number;
  /** When the second of the two complete refreshes that lack them ended. */
  askedAt: Instant;
  /** Of the events that the refresh lacks, those that aren't gone yet, by our id. */
  eventIds: number[];
  /** A digest of exactly these events: a decision about another list doesn't count. */
  digest: string;
}

const digestOf = (runId: number, eventIds: readonly number[]): string =>
  createHash('sha256')
    .update(JSON.stringify([runId, eventIds]))
    .digest('hex');

async function questionOf(
  db: Db | Tx,
  run: Pick<typeof refreshRuns.$inferSelect, 'id' | 'missing' | 'finishedAt' | 'requestedAt'>,
): Promise<Question> {
  const left = await db
    .select({ id: events.id })
    .from(events)
    .where(and(sql`${events.id} = any(${idList(run.missing)})`, isNull(events.goneSince)))
    .orderBy(events.id);
  const eventIds = left.map(({ id }) => id);
  const askedAt = run.finishedAt ?? run.requestedAt;
  return { runId: run.id, askedAt, eventIds, digest: digestOf(run.id, eventIds) };
}

/** Events of a question that are shown by name. Further ones are only counted. */
const MOST_SHOWN = 200;

/** An event of a {@link Question}, as it is shown. */
export interface MissingEvent {
  eventId: number;
  name: string;
  storeName: string;
  startsOn: WorkDate;
  dueOn: WorkDate;
  /** Who is scheduled for it here, and when; null if nobody is. */
  schedule: { employeeName: string; workDate: WorkDate } | null;
}

/** Lists the first events of a question, scheduled ones first, then by due date. */
export async function listMissing(db: Db, { eventIds }: Question): Promise<MissingEvent[]> {
  const rows = await db
    .select({
      eventId: events.id,
      name: events.name,
      storeName: stores.name,
      startsOn: events.startsOn,
      dueOn: events.dueOn,
      employeeName: employees.name,
      workDate: schedules.workDate,
    })
    .from(events)
    .innerJoin(stores, eq(stores.id, events.storeId))
    .leftJoin(schedules, and(eq(schedules.eventId, events.id), isNull(schedules.endedAt)))
    .leftJoin(employees, eq(employees.id, schedules.employeeId))
    .where(sql`${events.id} = any(${idList(eventIds)})`)
    .orderBy(sql`${schedules.id} is null`, events.dueOn, events.id)
    .limit(MOST_SHOWN);
  return rows.map(({ employeeName, workDate, ...event }) => ({
    ...event,
    schedule: employeeName !== null && workDate !== null ? { employeeName, workDate } : null,
  }));
}

/** Reads the open question; null if there is none. */
export async function readQuestion(db: Db): Promise<Question | null> {
  const [run] = await db
    .select()
    .from(refreshRuns)
    .where(eq(refreshRuns.state, 'needs_decision'))
    .orderBy(desc(refreshRuns.id))
    .limit(1);
  return run ? questionOf(db, run) : null;
}

/** Marks open questions as superseded by a later complete refresh. */
export async function supersedeQuestions(tx: Tx): Promise<void> {
  await tx.update(refreshRuns).set({ state: 'superseded' }).where(eq(refreshRuns.state, 'needs_decision'));
}

/**
 * Records a person's decision that the events of the question with this `digest` are gone, in the
 * caller's transaction, which also records who decided. Their schedules stay. Returns null, and
 * does nothing, where the question is another one now.
 */
export async function markGone(
  tx: Tx,
  { runId, digest }: { runId: number; digest: string },
): Promise<number[] | null> {
  const [run] = await tx
    .select()
    .from(refreshRuns)
    .where(and(eq(refreshRuns.id, runId), eq(refreshRuns.state, 'needs_decision')))
    .for('update');
  if (!run) return null;
  await tx
    .select({ id: events.id })
    .from(events)
    .where(sql`${events.id} = any(${idList(run.missing)})`)
    .orderBy(events.id)
    .for('no key update');
  const question = await questionOf(tx, run);
  if (question.digest !== digest) return null;
  const { eventIds } = question;
  await tx
    .update(events)
    .set({ goneSince: sql`app_now()`, missingRuns: 2, updatedAt: sql`app_now()` })
    .where(sql`${events.id} = any(${idList(eventIds)})`);
  await tx.update(refreshRuns).set({ state: 'done', gone: eventIds.length }).where(eq(refreshRuns.id, runId));
  return eventIds;
}
