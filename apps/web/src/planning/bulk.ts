import type { BoardEvent, CreatedRow } from '@scheduler/server/router';
import { trpcClient } from '../lib/api.ts';
import { titleOf } from '../lib/words.ts';
import { toast } from '../ui/toast.tsx';
import { type Assignment, refOf, type SeenSchedule, UNDO_REASON } from './edit.ts';
import { unsavedRef } from './optimistic-board.ts';
import { inTurn, latest, type Ref, recordChange, type SavedChange } from './undo.ts';

/** The result of several changes in one call. */
export interface BulkResult {
  /** The saved changes as one, with one undo; undefined if none was saved. */
  change: SavedChange | undefined;
  /** Makes the saved changes again after an undo. */
  redo: () => Promise<BulkResult>;
  /** The changes that were refused for good, each with its reason. */
  refused: string[];
  /** The changes that would be saved with a reason, and how. Undefined if there are none. */
  waiting: Waiting | undefined;
}

/** Changes that soft rules forbid without a reason. */
export interface Waiting {
  /** What each goes against. */
  warnings: string[];
  save: (overrideReason: string) => Promise<BulkResult>;
}

/**
 * Saves several changes after the saves before them, records what was saved with its undo and redo,
 * and reports what was refused. Rejects if nothing could be sent.
 */
export async function saveMany(
  send: () => Promise<BulkResult>,
  refresh: () => void,
  isRedone = false,
): Promise<BulkResult> {
  const result = await inTurn(send);
  const { change, refused } = result;
  if (change) {
    const redo = () => redoMany(result.redo, refresh);
    recordChange(change, refresh, { redo, isRedone });
  }
  for (const reason of refused.slice(0, 3)) toast(reason, { tone: 'problem' });
  if (refused.length > 3) toast(`${refused.length - 3} more could not be changed.`, { tone: 'problem' });
  return result;
}

/** Returns whether any of the changes was saved again. Rejects if nothing could be sent. */
async function redoMany(send: BulkResult['redo'], refresh: () => void): Promise<boolean> {
  try {
    const { change, waiting } = await saveMany(send, refresh, true);
    for (const warning of waiting?.warnings.slice(0, 3) ?? [])
      toast(`Not made again without a reason. ${warning}`, { tone: 'problem' });
    return change !== undefined;
  } finally {
    refresh();
  }
}

const countOf = (count: number) => (count === 1 ? '1 event' : `${count} events`);

/** Schedules several events in one call. Those that a rule forbids are returned with the reason. */
export async function scheduleMany(
  items: readonly { event: BoardEvent; to: Assignment }[],
  overrideReason?: string,
): Promise<BulkResult> {
  const rows = await trpcClient.schedules.createMany.mutate({
    items: items.map(({ event, to }) => ({
      eventId: event.eventId,
      employeeId: to.employeeId,
      startsAt: to.startsAt,
      ...(overrideReason && { overrideReason }),
    })),
  });
  const saved = items.flatMap(({ event }, index) =>
    rows[index]?.saved ? [{ event, ...rows[index].saved }] : [],
  );
  return {
    ...unsavedOf(items, rows, scheduleMany),
    redo: () => scheduleMany(savedOf(items, rows), overrideReason),
    change: saved[0] && {
      message: `${countOf(saved.length)} scheduled.`,
      before: saved.map(({ event }) => unsavedRef(event)),
      after: saved.map(refOf),
      undo: async (after) => {
        const kept = await endAll(after);
        return {
          restored: [],
          message: `${countOf(after.length - kept.length)} unscheduled again.${kept.join(' ')}`,
        };
      },
    },
  };
}

/** Moves several schedules, or gives them to another person, in one call. */
export async function moveMany(
  items: readonly { from: SeenSchedule; to: Assignment }[],
  overrideReason?: string,
): Promise<BulkResult> {
  const before = items.map(({ from }) => latest(from));
  const rows = await trpcClient.schedules.changeMany.mutate({
    items: before.flatMap((ref, index) => {
      const to = items[index]?.to;
      if (!to) return [];
      const { employeeId, startsAt } = to;
      return [{ ...ref, employeeId, startsAt, ...(overrideReason && { overrideReason }) }];
    }),
  });
  const moves = savedOf(items, rows);
  const after = rows.flatMap((row) => row.saved ?? []);
  return {
    ...unsavedOf(
      items.map((item) => ({ ...item, event: item.from.event })),
      rows,
      moveMany,
    ),
    redo: () => moveMany(moves, overrideReason),
    change: after[0] && {
      message: `${countOf(after.length)} moved.`,
      before: savedOf(before, rows),
      after: after.map(refOf),
      undo: (now) =>
        moveBack(
          now,
          moves.map(({ from }) => from),
        ),
    },
  };
}

/**
 * Gives schedules back to whom, and moves them to when, each place of the same order says. Undoes a
 * move or a change of person; those that a rule or a colleague’s change forbids stay.
 */
export async function moveBack(
  schedules: readonly Ref[],
  places: readonly { employeeId: number; startsAt?: string }[],
): ReturnType<SavedChange['undo']> {
  const rows = await trpcClient.schedules.changeMany.mutate({
    items: schedules.flatMap((ref, index) => {
      const place = places[index];
      if (!place) return [];
      const { employeeId, startsAt } = place;
      return [{ ...refOf(ref), employeeId, ...(startsAt && { startsAt }), overrideReason: UNDO_REASON }];
    }),
  });
  return restoredBy(rows);
}

/** Unschedules several events in one call. */
export async function unscheduleMany(items: readonly SeenSchedule[]): Promise<BulkResult> {
  const seen = items.map((from) => ({ ...from, ...latest(from) }));
  const rows = await trpcClient.schedules.changeMany.mutate({
    items: seen.map((from) => ({ ...refOf(from), unschedule: true as const })),
  });
  const ended = seen.flatMap((from, index) => {
    const saved = rows[index]?.saved;
    return saved ? [{ ...from, withSupervisor: saved.paired !== null }] : [];
  });
  return {
    ...unsavedOf(items, rows, unscheduleMany),
    redo: () => unscheduleMany(savedOf(items, rows)),
    change: ended[0] && {
      message: `${countOf(ended.length)} unscheduled.`,
      before: ended.map(refOf),
      after: [],
      undo: async () => {
        const back = await trpcClient.schedules.createMany.mutate({
          items: ended.map(({ event, employeeId, startsAt, withSupervisor }) => ({
            eventId: event.eventId,
            employeeId,
            startsAt,
            withSupervisor,
            overrideReason: UNDO_REASON,
          })),
        });
        return restoredBy(back);
      },
    },
  };
}

/** Returns what an undo restored, with undefined in the place of each that was refused. */
function restoredBy(rows: readonly { saved: Ref | null; message: string | null }[]) {
  const restored = rows.map(({ saved }) => (saved ? refOf(saved) : undefined));
  const kept = rows.flatMap(({ message }) => message ?? []);
  const count = rows.filter(({ saved }) => saved).length;
  const message = `${countOf(count)} back where ${count === 1 ? 'it was' : 'they were'}.`;
  return { restored, message: [message, ...kept].join(' ') };
}

/** Ends schedules; returns the reasons of those that stayed. */
async function endAll(refs: readonly Ref[]): Promise<string[]> {
  const rows = await trpcClient.schedules.changeMany.mutate({
    items: refs.map((ref) => ({ ...refOf(ref), unschedule: true as const })),
  });
  return rows.flatMap(({ message }) => (message ? [` ${message}`] : []));
}

/** Returns those whose row of the answer says that they were saved. */
const savedOf = <Item>(items: readonly Item[], rows: readonly Pick<CreatedRow, 'saved'>[]): Item[] =>
  items.filter((_, index) => rows[index]?.saved);

/** Returns what of some changes was not saved: refused for good, or for want of a reason. */
function unsavedOf<Item extends { event: BoardEvent }>(
  items: readonly Item[],
  rows: readonly Pick<CreatedRow, 'message' | 'needsReason'>[],
  send: (items: readonly Item[], overrideReason: string) => Promise<BulkResult>,
): Pick<BulkResult, 'refused' | 'waiting'> {
  const unsaved = items.flatMap((item, index) => {
    const { message = null, needsReason = false } = rows[index] ?? {};
    return message === null ? [] : [{ item, needsReason, words: `${titleOf(item.event)}: ${message}` }];
  });
  const waiting = unsaved.filter(({ needsReason }) => needsReason);
  return {
    refused: unsaved.filter(({ needsReason }) => !needsReason).map(({ words }) => words),
    waiting:
      waiting.length === 0
        ? undefined
        : {
            warnings: waiting.map(({ words }) => words),
            save: (overrideReason) =>
              send(
                waiting.map(({ item }) => item),
                overrideReason,
              ),
          },
  };
}
