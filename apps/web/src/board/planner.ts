import type { BoardSchedule, WeekBoard } from '@scheduler/server/router';
import { useMemo, useRef } from 'react';
import { type Edit, seenOf } from '../planning/edit.ts';
import { useEdits } from '../planning/edits.ts';
import type { Overridable } from '../planning/reason-dialog.tsx';
import { review } from '../review/shown.ts';
import { toast } from '../ui/toast.tsx';
import { cancelDrag, type Drag, dropVerdict, TRAY } from './drag-state.ts';
import type { OpenDialog } from './open-dialog.ts';
import { focusCardWhenDrawn } from './tab-stop.ts';
import { cellOf, evaluateCells, eventOf, type Held } from './targets.ts';

export type Planner = ReturnType<typeof usePlanner>;

/** Handles drops, choices of the menu and keys: saves the change, or opens a dialog first. */
export function usePlanner(board: WeekBoard | undefined, onDialog: (dialog: OpenDialog | undefined) => void) {
  const edits = useEdits();
  const latest = useRef(board);
  latest.current = board;
  return useMemo(() => {
    const save = (edit: Edit) =>
      void edits.run(edit, (refused) => {
        if (refused.kind === 'schedule' || refused.kind === 'move') {
          onDialog({ kind: 'reason', edit: refused, reasons: [] });
        }
      });
    const place = (held: Held, key: string, byKey: boolean): void => {
      const week = latest.current;
      const { employeeId } = cellOf(key);
      const person = week?.people.find((each) => each.id === employeeId);
      if (!week || !person) return;
      const { startsAt, verdict, reasons } = evaluateCells(week, held).cell(key);
      const event = eventOf(held);
      const from = held.kind === 'schedule' ? seenOf(held.schedule, week) : undefined;
      if (from?.employeeId === employeeId && from.startsAt === startsAt) return;
      if (verdict === 'hard') {
        toast(reasons[0]?.message ?? 'It can’t be put there.', { tone: 'problem' });
        return;
      }
      if (held.kind === 'event' && review.get().place(event.eventId, employeeId, cellOf(key).day)) return;
      const to = { employeeId, employeeName: person.name, startsAt };
      const { timeZone } = week.store;
      const edit: Overridable = from
        ? { kind: 'move', timeZone, from, to }
        : { kind: 'schedule', timeZone, event, to };
      if (byKey) focusCardWhenDrawn(event.eventId);
      if (verdict === 'soft') onDialog({ kind: 'reason', edit, reasons });
      else save(edit);
    };
    const unschedule = (schedule: BoardSchedule): void => {
      const week = latest.current;
      if (!week) return;
      save({
        kind: 'unschedule',
        timeZone: week.store.timeZone,
        from: seenOf(schedule, week),
        overrideReason: schedule.overrideReason,
      });
    };
    const drop = (hand: Drag): void => {
      const { held, target, by } = hand;
      if (!target) return;
      const { verdict, reasons } = dropVerdict(target);
      // After a key or a click on a forbidden target, the drag continues, and the reason is on
      // screen.
      if (verdict === 'hard' && by !== 'pointer') return;
      cancelDrag();
      if (verdict === 'hard' && (target.trade || target.key === TRAY)) {
        toast(reasons[0]?.message ?? 'It can’t be put there.', { tone: 'problem' });
      } else if (target.key === TRAY) {
        if (held.kind === 'schedule') unschedule(held.schedule);
      } else if (target.trade && held.kind === 'schedule') {
        onDialog({ kind: 'trade', schedule: held.schedule, partnerId: target.trade.scheduleId });
      } else {
        place(held, target.key, by === 'keyboard');
      }
    };
    return { drop, place, unschedule, undo: edits.undo, redo: edits.redo };
  }, [edits, onDialog]);
}
