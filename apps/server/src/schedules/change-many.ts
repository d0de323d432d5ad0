import { type Db, events, schedules } from '@scheduler/db';
import { eq, inArray } from 'drizzle-orm';
import { notFound, Refusal } from '../core/errors.ts';
import type { Actor } from '../trpc/context.ts';
import { editIn, endIn, type ScheduleEdit } from './edit.ts';
import { openPlan } from './plan-transaction.ts';
import { saveOrRefuseDuplicate } from './refuse-duplicate.ts';
import type { ChangedRow, Saved } from './types.ts';

/** One of several changes: the schedule moves, gets another person, or ends. */
type Change = ScheduleEdit & { unschedule?: true | undefined };

/**
 * Moves, reassigns or ends several schedules in one transaction. Each is checked on its own, in
 * order, noon checks last: what a rule forbids, or changed since the user saw it, stays unchanged
 * and is returned with the reason. Returns a row for each change, in the order of the changes.
 */
export async function changeSchedules(
  db: Db,
  actor: Actor,
  changes: readonly Change[],
): Promise<ChangedRow[]> {
  return saveOrRefuseDuplicate(db, async (tx) => {
    const ids = changes.map(({ scheduleId }) => scheduleId);
    const rows = await tx
      .select({ schedule: schedules, type: events.type })
      .from(schedules)
      .innerJoin(events, eq(events.id, schedules.eventId))
      .where(inArray(schedules.id, ids));
    const current = rows.map(({ schedule }) => schedule);
    const missing = ids.find((id) => !current.some((schedule) => schedule.id === id));
    if (missing !== undefined) throw notFound('schedule', missing);
    const plan = await openPlan(tx, {
      eventIds: current.map(({ eventId }) => eventId),
      employeeIds: [
        ...current.map(({ employeeId }) => employeeId),
        ...changes.flatMap(({ employeeId }) => employeeId ?? []),
      ],
      pairs: true,
      at: [...current.map(({ startsAt }) => startsAt), ...changes.flatMap(({ startsAt }) => startsAt ?? [])],
    });
    // A noon check follows its Core. If it is among the changes itself, its own place is the last
    // word.
    const checks = new Set(rows.flatMap(({ schedule, type }) => (type === 'Supervisor' ? schedule.id : [])));
    const isCheck = ({ scheduleId }: Change) => checks.has(scheduleId);
    const sorted = [...changes.filter((change) => !isCheck(change)), ...changes.filter(isCheck)];
    const results = new Map<Change, ChangedRow>();
    for (const change of sorted) {
      const { unschedule, ...input } = change;
      const { scheduleId } = input;
      try {
        const saved: Saved = unschedule ? await endIn(plan, tx, input) : await editIn(plan, tx, input);
        results.set(change, { scheduleId, saved, message: null, needsReason: false });
      } catch (error) {
        if (!(error instanceof Refusal)) throw error;
        const { message, reason } = error;
        results.set(change, {
          scheduleId,
          saved: null,
          message,
          needsReason: reason.code === 'needs_reason',
        });
      }
    }
    await plan.flush(tx, actor);
    return changes.flatMap((change) => results.get(change) ?? []);
  });
}
