import { addMinutes, workDateOf } from '@scheduler/scheduling';
import type { BoardEvent, BoardSchedule, Saved, WeekBoard } from '@scheduler/server/router';
import { useQueryClient } from '@tanstack/react-query';
import { getQueryKey } from '@trpc/react-query';
import { useMemo } from 'react';
import { trpc, trpcClient } from '../lib/api.ts';
import { createExternalStore, useExternalStore } from '../lib/external-store.ts';
import { problemOf } from '../lib/problem.ts';
import { formatWhen } from '../lib/time.ts';
import { titleOf } from '../lib/words.ts';
import { toast } from '../ui/toast.tsx';
import { type Done, latest, type Ref, remember, undoLast } from './undo.ts';

/** Who does it and when. */
export interface Assignment {
  employeeId: number;
  employeeName: string;
  startsAt: string;
}

/** A live schedule as it was seen. */
export interface Seen extends Ref, Assignment {
  event: BoardEvent;
}

/** One change of the plan. */
export type Edit = { timeZone: string } & (
  | { kind: 'schedule'; event: BoardEvent; to: Assignment; withSupervisor?: boolean; overrideReason?: string }
  | { kind: 'move'; from: Seen; to: Assignment; overrideReason?: string }
  | { kind: 'unschedule'; from: Seen; overrideReason: string | null }
  | { kind: 'trade'; a: Seen; b: Seen }
);

/** Why a change that is taken back may go against a warning: it was so before. */
export const UNDO_REASON = 'Undone: back to how it was';

/** A schedule of the board, as an edit names it. */
export function seenOf(
  schedule: BoardSchedule,
  board: { people: readonly { id: number; name: string }[] },
): Seen {
  const { scheduleId, version, event, employeeId, startsAt } = schedule;
  const employeeName = board.people.find((person) => person.id === employeeId)?.name ?? 'Somebody';
  return { scheduleId, version, event, employeeId, employeeName, startsAt };
}

/**
 * Changes of the plan, each an edit of its own through the API. `save` rejects with the refusal, for a dialog that shows
 * it; `run` shows the change at once, and says a refusal itself: with Reapply where somebody else was first, and by
 * `onNeedsReason` where a reason would save it. Both say what was saved and keep the way back.
 */
export function useEdits() {
  const client = useQueryClient();
  return useMemo(() => {
    const refresh = () => {
      for (const part of [trpc.events, trpc.day, trpc.month]) {
        void client.invalidateQueries({ queryKey: getQueryKey(part) });
      }
      return client.invalidateQueries({ queryKey: getQueryKey(trpc.board.week) });
    };
    const save = async (edit: Edit): Promise<void> => {
      const saved = inTurn(() => call(upToDate(edit)));
      remember(await saved, () => void refresh());
      await refresh();
    };
    const run = async (edit: Edit, onNeedsReason?: (edit: Edit) => void): Promise<void> => {
      unsaved.set([...unsaved.get(), edit]);
      try {
        await save(edit);
      } catch (error) {
        void refresh();
        const { code, needsReason, message } = problemOf(error);
        if (needsReason && onNeedsReason) onNeedsReason(edit);
        else if (code === 'stale') {
          const again = () => void reapply(edit, (fresh) => run(fresh, onNeedsReason));
          toast(message, { tone: 'problem', action: { label: 'Reapply', run: again } });
        } else toast(message, { tone: 'problem' });
      } finally {
        unsaved.set(unsaved.get().filter((each) => each !== edit));
      }
    };
    return { save, run, refresh, undo: () => void inTurn(() => undoLast(() => void refresh())) };
  }, [client]);
}

/**
 * One after the other, for the next may be based on what this one makes of a schedule: and what is just being saved is
 * the first to be taken back.
 */
function inTurn<T>(work: () => Promise<T>): Promise<T> {
  const result = queue.catch(() => undefined).then(work);
  queue = result;
  return result;
}
let queue: Promise<unknown> = Promise.resolve();

/** What `run` is saving now. */
const unsaved = createExternalStore<readonly Edit[]>([]);

/** The board as it will be when what `run` is just saving is saved, so that what was dropped stays where it was dropped. */
export function useOptimisticBoard(board: WeekBoard | undefined): WeekBoard | undefined {
  const edits = useExternalStore(unsaved, (all) => all);
  return useMemo(() => board && edits.reduce(foreshadow, board), [board, edits]);
}

/** The same edit, based on what this page's own saves made of it: the board may not show that yet. */
function upToDate(edit: Edit): Edit {
  if (edit.kind === 'schedule') return edit;
  if (edit.kind === 'trade') {
    return { ...edit, a: { ...edit.a, ...latest(edit.a) }, b: { ...edit.b, ...latest(edit.b) } };
  }
  const from = { ...edit.from, ...latest(edit.from) };
  return { ...edit, from };
}

/** Makes a refused edit anew from how things stand now, and hands it to `again`. */
export async function reapply(edit: Edit, again: (fresh: Edit) => Promise<void>): Promise<void> {
  const fresh = await renewed(edit).catch((error: unknown) => problemOf(error).message);
  if (typeof fresh === 'string') toast(fresh, { tone: 'problem' });
  else await again(fresh);
}

/** The same wish, based on what stands now; a sentence where there is nothing left to do or to change. */
async function renewed(edit: Edit): Promise<Edit | string> {
  if (edit.kind === 'schedule') return edit;
  if (edit.kind === 'trade') {
    const [a, b] = await Promise.all([seenNow(edit.a.event), seenNow(edit.b.event)]);
    if (!a || !b) {
      return `${titleOf((a ? edit.b : edit.a).event)} is not scheduled any more, so there is nothing to trade.`;
    }
    return { ...edit, a, b };
  }
  const from = await seenNow(edit.from.event);
  if (from) return { ...edit, from };
  if (edit.kind === 'unschedule') return `${titleOf(edit.from.event)} is unscheduled already.`;
  return { ...edit, kind: 'schedule', event: edit.from.event };
}

async function seenNow(event: BoardEvent): Promise<Seen | undefined> {
  const { schedule } = await trpcClient.events.get.query({ eventId: event.eventId });
  return schedule ? { ...schedule, event } : undefined;
}

/** Makes the edit, and tells how to take it back. */
async function call(edit: Edit): Promise<Done> {
  const { schedules } = trpcClient;
  const say = (event: BoardEvent, to: Assignment, saved: Saved) =>
    `${titleOf(event)}: ${to.employeeName}, ${formatWhen(to.startsAt, edit.timeZone)}.${pairedWords(saved)}`;
  switch (edit.kind) {
    case 'schedule': {
      const { event, to, withSupervisor = true } = edit;
      const saved = await schedules.create.mutate({
        eventId: event.eventId,
        employeeId: to.employeeId,
        startsAt: to.startsAt,
        withSupervisor,
        ...override(edit),
      });
      return {
        said: say(event, to, saved),
        before: [foreshadowed(event)],
        after: [refOf(saved)],
        undo: async ([ref = refOf(saved)]) => {
          await schedules.unschedule.mutate(ref);
          return { restored: [], said: `${titleOf(event)} is unscheduled again.` };
        },
      };
    }
    case 'move': {
      const { from, to } = edit;
      const wish = { ...refOf(from), employeeId: to.employeeId, ...override(edit) };
      const saved =
        to.startsAt === from.startsAt
          ? await schedules.changeEmployee.mutate(wish)
          : await schedules.reschedule.mutate({ ...wish, startsAt: to.startsAt });
      return {
        said: say(from.event, to, saved),
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
          return { restored: [refOf(back)], said: `${titleOf(from.event)} is back where it was.` };
        },
      };
    }
    case 'unschedule': {
      const { from, overrideReason } = edit;
      const ended = await schedules.unschedule.mutate(refOf(from));
      return {
        said: `${titleOf(from.event)} is unscheduled.${pairedWords(ended)}`,
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
          return { restored: [refOf(back)], said: `${titleOf(from.event)} is back where it was.` };
        },
      };
    }
    case 'trade': {
      const { a, b } = edit;
      const saved = await schedules.trade.mutate({ a: refOf(a), b: refOf(b) });
      const now: [Ref, Ref] = [refOf(saved.a), refOf(saved.b)];
      return {
        said: `Traded: ${b.employeeName} does ${titleOf(a.event)}, ${a.employeeName} does ${titleOf(b.event)}.`,
        before: [refOf(a), refOf(b)],
        after: now,
        undo: async ([refA = now[0], refB = now[1]]) => {
          const back = await schedules.trade.mutate({ a: refA, b: refB });
          return { restored: [refOf(back.a), refOf(back.b)], said: 'The trade is undone.' };
        },
      };
    }
  }
}

function foreshadow(board: WeekBoard, edit: Edit): WeekBoard {
  const moved = (seen: Seen, to: Assignment): WeekBoard => {
    const schedules = board.schedules.map((schedule) =>
      schedule.event.eventId === seen.event.eventId
        ? { ...seated(schedule, to, edit.timeZone), event: saving(schedule.event) }
        : schedule,
    );
    return { ...board, schedules: schedules.filter(({ workDate }) => board.days.includes(workDate)) };
  };
  switch (edit.kind) {
    case 'schedule': {
      const tray = board.tray.filter((event) => event.eventId !== edit.event.eventId);
      if (tray.length === board.tray.length) return board;
      const blank = {
        ...foreshadowed(edit.event),
        event: saving(edit.event),
        source: 'board' as const,
        overrideReason: edit.overrideReason ?? null,
        windowEndsOn: null,
        flags: [],
      };
      const schedule = seated(blank, edit.to, edit.timeZone);
      return { ...board, tray, schedules: [...board.schedules, schedule] };
    }
    case 'move':
      return moved(edit.from, edit.to);
    case 'unschedule': {
      const { eventId } = edit.from.event;
      const schedules = board.schedules.filter(({ event }) => event.eventId !== eventId);
      if (schedules.length === board.schedules.length) return board;
      return { ...board, schedules, tray: [...board.tray, saving(edit.from.event)] };
    }
    case 'trade': {
      const { a, b } = edit;
      const one = moved(a, { ...b, startsAt: a.startsAt });
      return foreshadow(one, { ...edit, kind: 'move', from: b, to: { ...a, startsAt: b.startsAt } });
    }
  }
}

/** How a schedule is called that is about to be saved and has no id yet. */
const foreshadowed = (event: BoardEvent): Ref => ({ scheduleId: -event.eventId, version: 0 });

const saving = (event: BoardEvent): BoardEvent => ({
  ...event,
  sync: { state: 'pending', reason: null, nextAttemptAt: null, attemptCount: 0 },
});

function seated<Part extends Pick<BoardSchedule, 'event'>>(schedule: Part, to: Assignment, timeZone: string) {
  const { employeeId, startsAt } = to;
  const endsAt = addMinutes(startsAt, schedule.event.durationMinutes);
  return { ...schedule, employeeId, startsAt, endsAt, workDate: workDateOf(startsAt, timeZone) };
}

/** A schedule in the version that was seen, as the API asks for it. */
export const refOf = ({ scheduleId, version }: Ref): Ref => ({ scheduleId, version });
const pairedWords = ({ paired }: Saved) => (paired ? ` ${paired.message}` : '');
const override = ({ overrideReason }: { overrideReason?: string }) =>
  overrideReason === undefined ? {} : { overrideReason };
