import type { BoardEvent, Saved } from '@scheduler/server/router';
import type { trpcClient } from '../lib/api.ts';
import { formatWhen } from '../lib/time.ts';
import { titleOf } from '../lib/words.ts';
import { type Assignment, type Edit, refOf, UNDO_REASON } from './edit.ts';
import { unsavedRef } from './optimistic-board.ts';
import type { Ref, SavedChange } from './undo.ts';

/**
 * Saves an edit by the API's calls for schedules. Returns how to undo it; rejects with the API's
 * refusal.
 */
export async function saveEdit(
  edit: Edit,
  schedules: (typeof trpcClient)['schedules'],
): Promise<SavedChange> {
  const describe = (event: BoardEvent, to: Assignment, saved: Saved) =>
    `${titleOf(event)}: ${to.employeeName}, ${formatWhen(to.startsAt, edit.timeZone)}.${pairedSentence(saved)}`;
  switch (edit.kind) {
    case 'schedule': {
      const { event, to, withSupervisor = true } = edit;
      const saved = await schedules.create.mutate({
        eventId: event.eventId,
        employeeId: to.employeeId,
        startsAt: to.startsAt,
        withSupervisor,
        ...overrideOf(edit),
      });
      return {
        message: describe(event, to, saved),
        before: [unsavedRef(event)],
        after: [refOf(saved)],
        undo: async ([ref = refOf(saved)]) => {
          await schedules.unschedule.mutate(ref);
          return { restored: [], message: `${titleOf(event)} is unscheduled again.` };
        },
      };
    }
    case 'move': {
      const { from, to } = edit;
      const input = { ...refOf(from), employeeId: to.employeeId, ...overrideOf(edit) };
      const saved =
        to.startsAt === from.startsAt
          ? await schedules.changeEmployee.mutate(input)
          : await schedules.reschedule.mutate({ ...input, startsAt: to.startsAt });
      return {
        message: describe(from.event, to, saved),
        before: [refOf(from)],
        after: [refOf(saved)],
        undo: async ([ref = refOf(saved)]) => {
          const { employeeId, startsAt } = from;
          const back = await schedules.reschedule.mutate({
            ...ref,
            employeeId,
            startsAt,
            overrideReason: UNDO_REASON,
          });
          return { restored: [refOf(back)], message: `${titleOf(from.event)} is back where it was.` };
        },
      };
    }
    case 'unschedule': {
      const { from, overrideReason } = edit;
      const ended = await schedules.unschedule.mutate(refOf(from));
      return {
        message: `${titleOf(from.event)} is unscheduled.${pairedSentence(ended)}`,
        before: [refOf(from)],
        after: [],
        undo: async () => {
          const back = await schedules.create.mutate({
            eventId: from.event.eventId,
            employeeId: from.employeeId,
            startsAt: from.startsAt,
            withSupervisor: ended.paired !== null,
            overrideReason: overrideReason ?? UNDO_REASON,
          });
          return { restored: [refOf(back)], message: `${titleOf(from.event)} is back where it was.` };
        },
      };
    }
    case 'trade': {
      const { a, b } = edit;
      const saved = await schedules.trade.mutate({ a: refOf(a), b: refOf(b) });
      const now: [Ref, Ref] = [refOf(saved.a), refOf(saved.b)];
      return {
        message: `Traded: ${b.employeeName} does ${titleOf(a.event)}, ${a.employeeName} does ${titleOf(b.event)}.`,
        before: [refOf(a), refOf(b)],
        after: now,
        undo: async ([refA = now[0], refB = now[1]]) => {
          const back = await schedules.trade.mutate({ a: refA, b: refB });
          return { restored: [refOf(back.a), refOf(back.b)], message: 'The trade is undone.' };
        },
      };
    }
  }
}

const pairedSentence = ({ paired }: Saved) => (paired ? ` ${paired.message}` : '');

const overrideOf = ({ overrideReason }: { overrideReason?: string }) =>
  overrideReason === undefined ? {} : { overrideReason };
