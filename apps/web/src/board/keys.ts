import type { BoardSchedule, WeekBoard } from '@scheduler/server/router';
import { useEffect, useRef } from 'react';
import { onShortcut } from '../ui/shortcuts.ts';
import { cancelDrag, currentDrag, type Drag, dropVerdict, setDropTarget, startDrag } from './drag-state.ts';
import { nextPlace } from './grid-keys.ts';
import { cellElement, forgetGridFocus, moveTabStop, stopsIn } from './tab-stop.ts';
import { cellKey, type Held } from './targets.ts';

/** What the keys do, see {@link KEYS}. */
export interface KeyActions {
  board: WeekBoard | undefined;
  /** False for those who may only look: keys then move the focus and open panels. */
  mayWrite: boolean;
  drop: (hand: Drag) => void;
  unschedule: (schedule: BoardSchedule) => void;
  trade: (schedule: BoardSchedule) => void;
  undo: () => void;
  help: () => void;
}

/**
 * Listens to the keys of the board while it is on screen. Keys pressed in fields, menus and dialogs
 * are theirs.
 */
export function useBoardKeys(actions: KeyActions): void {
  const latest = useRef(actions);
  useEffect(() => {
    latest.current = actions;
  });
  useEffect(() => {
    const stop = onShortcut((shortcut, target) => handle(shortcut, target, latest.current));
    // A press of the mouse ends a drag by keyboard, and leaves the focus where it is.
    const onPointer = () => {
      forgetGridFocus();
      if (currentDrag()?.by === 'keyboard') cancelDrag();
    };
    document.addEventListener('pointerdown', onPointer);
    document.addEventListener('focusin', moveTabStop);
    return () => {
      stop();
      document.removeEventListener('pointerdown', onPointer);
      document.removeEventListener('focusin', moveTabStop);
      cancelDrag();
    };
  }, []);
}

/** Does what a shortcut asks for; false where it asks for nothing. */
function handle(shortcut: string, target: HTMLElement, actions: KeyActions): boolean {
  const hand = currentDrag();
  if (shortcut === 'Ctrl+z') {
    if (actions.mayWrite && !hand) actions.undo();
    return actions.mayWrite;
  }
  if (hand?.by === 'keyboard') return handleWhileDragging(shortcut, hand, actions);
  if (hand) return false;
  if (shortcut === '?') {
    actions.help();
    return true;
  }
  const held = heldAt(target, actions.board);
  if (held && actions.mayWrite && actions.board) {
    if (shortcut === 'm') {
      startKeyboardDrag(held, target, actions.board);
      return true;
    }
    if (held.kind === 'schedule' && shortcut === 'u') {
      // The card goes; the cell it stood in stays.
      const cell = target.closest<HTMLElement>('[data-cell]');
      actions.unschedule(held.schedule);
      if (cell) stopsIn(cell)[0]?.focus();
      return true;
    }
    if (held.kind === 'schedule' && shortcut === 't' && held.schedule.event.type === 'Core') {
      actions.trade(held.schedule);
      return true;
    }
  }
  const next = neighbour(shortcut, target);
  next?.focus();
  next?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
  return next !== undefined;
}

/** What to focus again when what the keyboard picked up is put back. */
let dragOrigin: HTMLElement | undefined;

function startKeyboardDrag(held: Held, from: HTMLElement, board: WeekBoard): void {
  dragOrigin = from;
  startDrag(held, 'keyboard', board);
  const all = board.people.flatMap((person) => board.days.map((day) => cellKey(person.id, day)));
  const start =
    from.closest<HTMLElement>('[data-cell]')?.dataset.cell ??
    all.find((key) => dropVerdict({ key, trade: undefined }).verdict === 'free') ??
    all[0];
  if (start) aimAt(cellElement(start));
}

function handleWhileDragging(shortcut: string, hand: Drag, actions: KeyActions): boolean {
  switch (shortcut) {
    case 'Escape':
      cancelDrag();
      dragOrigin?.focus();
      return true;
    case 'Enter':
      actions.drop(hand);
      return true;
    case 'Tab':
      cancelDrag();
      return false;
    default: {
      const cell = hand.target && cellElement(hand.target.key);
      const next = cell && neighbour(shortcut, cell);
      if (next) aimAt(next);
      return next !== undefined;
    }
  }
}

function aimAt(cell: HTMLElement | undefined): void {
  if (!cell) return;
  setDropTarget({ key: cell.dataset.cell ?? '' });
  cell.focus();
  cell.scrollIntoView({ block: 'nearest', inline: 'nearest' });
}

function heldAt(target: HTMLElement, board: WeekBoard | undefined): Held | undefined {
  return board && findHeld(target.dataset.held, board);
}

/** What an element's `data-held` names. */
export function findHeld(name: string | undefined, board: WeekBoard): Held | undefined {
  const [kind, id] = (name ?? '').split(' ');
  if (kind === 'schedule') {
    const schedule = board.schedules.find((each) => each.scheduleId === Number(id));
    return schedule && { kind, schedule };
  }
  const event = kind === 'event' ? board.tray.find((each) => each.eventId === Number(id)) : undefined;
  return event && { kind: 'event', event };
}

/**
 * Where a shortcut leads from a card or a cell; undefined elsewhere. While something is dragged,
 * cells alone are stops.
 */
function neighbour(shortcut: string, from: HTMLElement): HTMLElement | undefined {
  const cell = from.closest<HTMLElement>('[data-cell]');
  const row = cell?.parentElement;
  if (!cell || !row) return undefined;
  const rows = [...(row.parentElement?.children ?? [])];
  const days = [...row.querySelectorAll<HTMLElement>('[data-cell]')];
  const cellAt = (rowIndex: number, day: number) =>
    rows[rowIndex]?.querySelectorAll<HTMLElement>('[data-cell]').item(day) ?? undefined;
  const stopsOf = (each: HTMLElement | undefined) => {
    if (!each) return [];
    return currentDrag() ? [each] : stopsIn(each);
  };
  const stop = Math.max(stopsOf(cell).indexOf(from), 0);
  const place = nextPlace(
    shortcut,
    { row: rows.indexOf(row), day: days.indexOf(cell), stop },
    {
      rows: rows.length,
      days: days.length,
      countStops: (rowIndex, day) => stopsOf(cellAt(rowIndex, day)).length,
    },
  );
  return place && stopsOf(cellAt(place.row, place.day))[place.stop];
}
