import { createHash } from 'node:crypto';
import { type Db, employees, events, idList, refreshRuns, schedules, stores, type Tx } from '@scheduler/db';
import type { Instant, WorkDate } from '@scheduler/scheduling';
import { and, desc, eq, isNull, type SQL, sql } from 'drizzle-orm';

/** What a complete reading of Crossmark's list covered, and which events it told of. */
export interface Covered {
  /** Events whose window lies between these days are listed, whatever their condition. */
  from: WorkDate;
  to: WorkDate;
  began: Instant;
  /** Events listed, by our id. */
  seen: readonly number[];
  /** Plans whose rows couldn't be read: they are listed as well. */
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

/** The events that a complete reading lacks, and how many it should have listed; none of either was gone before. */
export async function findMissing(db: Db, covered: Covered): Promise<{ ids: number[]; known: number }> {
  const [found] = await db.execute<{ ids: number[] | null; known: number }>(sql`
    select json_agg(id order by id) filter (where ${isMissing(covered)}) as ids, count(*)::int as known
    from events where gone_since is null and ${shouldBeListed(covered)}`);
  return { ids: found?.ids ?? [], known: found?.known ?? 0 };
}

/** As many may go without anybody being asked. */
const FEW = 20;
/** As large a part of those known may go without anybody being asked. */
const SMALL_PART = 0.1;

/** Whether so many events are missing at once that the list is to be doubted rather than the events. */
export const areTooMany = ({ ids, known }: { ids: readonly number[]; known: number }): boolean =>
  ids.length > FEW && ids.length > known * SMALL_PART;

/**
 * Counts the events that this complete reading lacks and should list. Those are gone that each complete reading has lacked since
 * one that began `confirmAfterMs` before this one, or earlier: one reading alone, or several within seconds, may be of one
 * copy from before they were made.
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

/** A reading lacks so many events that a person has to tell whether they are gone. */
export interface Question {
  runId: number;
  /** When the second of two whole readings ended that both lack them. */
  askedAt: Instant;
  /** Of the events that the reading lacks, those that aren't gone yet, by our id. */
  eventIds: number[];
  /** Names exactly these events: what somebody decided by another list doesn't count. */
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

/** Events of a question that are shown by name; of more, the number must do. */
const MOST_SHOWN = 200;

/** An event of a {@link Question}, as it is shown. */
export interface MissingEvent {
  eventId: number;
  name: string;
  storeName: string;
  startsOn: WorkDate;
  dueOn: WorkDate;
  /** Who is scheduled for it here, and when; null where nobody is. */
  schedule: { employeeName: string; workDate: WorkDate } | null;
}

/** The first events of a question, soonest due first, those that somebody is scheduled for before the others. */
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

/** The decision that is open, if one is. */
export async function readQuestion(db: Db): Promise<Question | null> {
  const [run] = await db
    .select()
    .from(refreshRuns)
    .where(eq(refreshRuns.state, 'needs_decision'))
    .orderBy(desc(refreshRuns.id))
    .limit(1);
  return run ? questionOf(db, run) : null;
}

/** Makes what was open until now superseded: a later complete reading told, or asks anew. */
export async function supersedeQuestions(tx: Tx): Promise<void> {
  await tx.update(refreshRuns).set({ state: 'superseded' }).where(eq(refreshRuns.state, 'needs_decision'));
}

/**
 * A person's decision that the events are gone, by the list that `digest` names, in the caller's transaction, which also writes
 * who decided. Their schedules stay. Null, and nothing is done, where that list is not what is asked any more.
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
