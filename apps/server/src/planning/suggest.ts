import { type Db, employees, events, proposalLines, proposals, type Tx } from '@scheduler/db';
import { eventsWithLive, loadPeople, loadPlanned, replacedWork, workDone } from '@scheduler/db/facts';
import {
  daysToRank,
  type EventSuggestions,
  type Fairness,
  fairnessOf,
  fourWeeksTo,
  linesBeside,
  type ReviewedLine,
  rank,
  rankEvents,
  rankTakers,
  type ScheduledWork,
  type Suggestions,
  type TakerSuggestion,
} from '@scheduler/planner';
import { factsOf, loadPlanInput } from '@scheduler/plans';
import { addDays, REASSIGNABLE_TYPES, type WorkDate, weekStart } from '@scheduler/scheduling';
import { and, eq, ne } from 'drizzle-orm';
import { notFound } from '../core/errors.ts';
import { findStore, todayAt } from '../stores/stores.ts';

const SNAPSHOT = { isolationLevel: 'repeatable read', accessMode: 'read only' } as const;

/**
 * Ranks people and times for an event, or for its live schedule that would move.
 * @param query.expiresOn for a reissue: the day on which it can no longer be worked
 * @param query.proposalId a plan under review, whose other ticked lines count as work
 */
export async function suggest(
  db: Db,
  query: {
    eventId: number;
    day?: WorkDate | undefined;
    time?: string | undefined;
    expiresOn?: WorkDate | undefined;
    proposalId?: number | undefined;
  },
): Promise<Suggestions> {
  return db.transaction(async (tx) => {
    const [row] = await eventsWithLive(tx).where(eq(events.id, query.eventId));
    if (!row) throw notFound('event', query.eventId);
    const { schedule } = row;
    const store = await findStore(tx, row.event.storeId);
    const today = todayAt(store.timeZone);
    const windowEndsOn = query.expiresOn ?? schedule?.reissueExpiresOn ?? undefined;
    const window = windowEndsOn ? { startsOn: today, dueOn: windowEndsOn } : row.event;
    const days = query.day ? [query.day] : daysToRank(window, today);
    const { lines, fromDay, toDay } = await waitingLines(tx, query.proposalId, store.id, {
      fromDay: days[0] ?? today,
      toDay: days.at(-1) ?? today,
    });
    const { versions: _, ...input } = await loadPlanInput(tx, store, { fromDay, toDay });
    const event = factsOf(row);
    const { day, time } = query;
    return rank(input, {
      event,
      day,
      time,
      windowEndsOn,
      lines: linesBeside(lines, event.id),
      ...(schedule && {
        moving: {
          scheduleId: schedule.id,
          event,
          employeeId: schedule.employeeId,
          startsAt: schedule.startsAt,
          endsAt: schedule.endsAt,
          workDate: schedule.workDate,
        },
      }),
    });
  }, SNAPSHOT);
}

/** Ranks the open events for a person on a day. */
export async function suggestEvents(
  db: Db,
  query: { employeeId: number; day: WorkDate; proposalId?: number | undefined },
): Promise<EventSuggestions> {
  const { employeeId, day, proposalId } = query;
  return db.transaction(async (tx) => {
    const [person] = await loadPeople(tx, { ids: [employeeId] });
    if (!person) throw notFound('person', employeeId);
    const store = await findStore(tx, person.storeId);
    const { lines, ...days } = await waitingLines(tx, proposalId, store.id, { fromDay: day, toDay: day });
    const { versions: _, ...input } = await loadPlanInput(tx, store, days);
    return rankEvents(input, { employeeId, day, lines });
  }, SNAPSHOT);
}

/** The roles of people who can take over the short work of a day. */
const TAKERS = ['Lead Event Specialist', 'Club Supervisor'] as const;

/** Ranks people who could take over the short work of a day, all of it or one person's. */
export async function suggestTakers(
  db: Db,
  query: { storeId?: number | undefined; day: WorkDate; fromEmployeeId?: number | undefined },
): Promise<TakerSuggestion[]> {
  const { day, fromEmployeeId } = query;
  return db.transaction(async (tx) => {
    const store = await findStore(tx, query.storeId);
    const { versions: _, ...input } = await loadPlanInput(tx, store, { fromDay: day, toDay: day });
    const isGiven = ({ event, employeeId, workDate }: ScheduledWork) =>
      workDate === day &&
      REASSIGNABLE_TYPES.includes(event.type) &&
      event.condition !== 'Submitted' &&
      (fromEmployeeId === undefined || employeeId === fromEmployeeId);
    return rankTakers(input, input.scheduled.filter(isGiven), TAKERS);
  }, SNAPSHOT);
}

/**
 * Returns the lines of a plan under review, and the days that have to be read for them. A plan that
 * was approved or discarded meanwhile has none.
 */
async function waitingLines(
  tx: Tx,
  proposalId: number | undefined,
  storeId: number,
  days: { fromDay: WorkDate; toDay: WorkDate },
): Promise<{ lines: ReviewedLine[]; fromDay: WorkDate; toDay: WorkDate }> {
  if (proposalId === undefined) return { ...days, lines: [] };
  const [proposal] = await tx.select().from(proposals).where(eq(proposals.id, proposalId));
  if (!proposal || proposal.storeId !== storeId) throw notFound('proposal', proposalId);
  if (proposal.state !== 'ready') return { ...days, lines: [] };
  const lines = await tx
    .select()
    .from(proposalLines)
    .where(
      and(
        eq(proposalLines.proposalId, proposalId),
        eq(proposalLines.ticked, true),
        ne(proposalLines.state, 'saved'),
      ),
    );
  const [fromDay = days.fromDay] = [days.fromDay, proposal.fromDay].sort();
  const toDay = [days.toDay, proposal.toDay].sort().at(-1) ?? days.toDay;
  return { lines, fromDay, toDay };
}

/**
 * Returns how work is spread over the people of a store: in the week of a day, and in the four
 * weeks that end with it.
 */
export async function fairnessIn(
  db: Db,
  query: { storeId?: number | undefined; weekOf?: WorkDate | undefined },
): Promise<{ weekOf: WorkDate; week: Fairness[]; fourWeeks: Fairness[] }> {
  const store = await findStore(db, query.storeId);
  const sunday = weekStart(query.weekOf ?? todayAt(store.timeZone));
  const saturday = addDays(sunday, 6);
  const from = fourWeeksTo(sunday);
  const people = (await loadPeople(db, { storeId: store.id })).filter(
    ({ terminatedOn }) => terminatedOn === null || terminatedOn >= from,
  );
  const [live, replaced] = await Promise.all([
    loadPlanned(db, { employeeIds: people.map(({ id }) => id), days: [from, saturday] }),
    replacedWork(db, from, saturday, eq(employees.storeId, store.id)),
  ]);
  const work = [...live, ...replaced.map(workDone)];
  return {
    weekOf: sunday,
    week: fairnessOf(people, work, sunday, saturday),
    fourWeeks: fairnessOf(people, work, from, saturday),
  };
}
