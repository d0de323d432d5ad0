import { type Executor, proposals, type Tx, timeOff } from '@scheduler/db';
import { loadHolidays } from '@scheduler/db/facts';
import type { Cause } from '@scheduler/plans';
import { addDays, areHoursWithin, describeOtherTimeOff, formatDay, holidayOn } from '@scheduler/scheduling';
import { and, eq, type SQL, sql } from 'drizzle-orm';
import type { Off } from '../employees/availability.ts';

type Days = { employeeId: number } & Pick<Off, 'startsOn' | 'endsOn' | 'fromTime' | 'untilTime'>;

/**
 * Looks for the time off that somebody has already. Returns null unless it covers each of these days,
 * or these hours of them. If a plan for exactly these days and hours recorded it, its id is returned
 * too: the undo of another plan for them takes it back. Time off that was recorded without a plan,
 * such as a vacation, stays whatever is undone.
 */
export async function knownTimeOff(
  tx: Executor,
  storeId: number,
  off: Days,
): Promise<{ timeOffId: number | null } | null> {
  const all = await tx.select().from(timeOff).where(eq(timeOff.employeeId, off.employeeId));
  const spans = all.filter((span) => areHoursWithin(off, span));
  for (let day = off.startsOn; day <= off.endsOn; day = addDays(day, 1)) {
    if (!spans.some((span) => span.startsOn <= day && day <= span.endsOn)) return null;
  }
  const same = spans.filter(
    (span) => span.startsOn === off.startsOn && span.endsOn === off.endsOn && areHoursWithin(span, off),
  );
  for (const { id } of same) {
    const recorded = await tx.$count(proposals, and(eq(proposals.storeId, storeId), isForTimeOff(id)));
    if (recorded > 0) return { timeOffId: id };
  }
  return { timeOffId: null };
}

/** SQL: whether a plan finds others for the work of an absence that was recorded with such a plan. */
export const isForTimeOff = (timeOffId: number): SQL =>
  sql`${proposals.cause} @> ${JSON.stringify({ kind: 'off', timeOffId })}::jsonb`;

/**
 * Returns a sentence if the reason for a plan no longer holds: somebody removed the time off, or
 * opened the closed day. Returns null while it stands. Nothing is recorded of somebody who leaves, so
 * that always stands.
 */
export async function whyOver(tx: Executor, storeId: number, cause: Cause): Promise<string | null> {
  switch (cause.kind) {
    case 'off':
      return (await knownTimeOff(tx, storeId, cause))
        ? null
        : `${cause.name} is no longer off on all of these days.`;
    case 'leaving':
      return null;
    case 'closed':
      return holidayOn(cause.day, await loadHolidays(tx))
        ? null
        : `The store is open on ${formatDay(cause.day)} again.`;
  }
}

/** Returns a sentence about other time off that somebody has in an absence; null if none. */
export async function otherTimeOff(
  tx: Tx,
  { employeeId, name, ...absence }: Extract<Cause, { kind: 'off' }>,
): Promise<string | null> {
  const others = await tx.select().from(timeOff).where(eq(timeOff.employeeId, employeeId));
  return describeOtherTimeOff(name, others, absence);
}
