import type { BoardSchedule, WeekBoard } from '@scheduler/server/router';
import { useEffect, useRef } from 'react';
import { clearSelection, selection, selectMode, toggleSelected } from '../planning/selection.ts';
import { undoStepOf } from '../planning/undo-keys.ts';
import { onShortcut } from '../ui/shortcuts.ts';
import { cancelDrag, currentDrag, type Drag, dropVerdict, setDropTarget, startDrag } from './drag-state.ts';
import { nextPlace } from './grid-keys.ts';
import { cellElement, forgetGridFocus, moveTabStop, stopsIn } from './tab-stop.ts';
import { eventOf, type Held } from './targets.ts';

/** What the keys do, see {@link KEYS}. */
export interface KeyActions {
  board: WeekBoard | undefined;
  /** False for viewers. Keys then only move the focus and open panels. */
  mayWrite: boolean;
  drop: (hand: Drag) => void;
  unschedule: (schedule: BoardSchedule) => void;
  trade: (schedule: BoardSchedule) => void;
  undo: () => void;
  redo: () => void;
  help: () => void;
  /** Shows the next week, or the previous one. */
  turnWeek: (by: 1 | -1) => void;
  /** Whether a panel is open beside the board. */
  hasPanel: () => boolean;
  closePanel: () => void;
}

/**
 * Handles the keys of the board while it is on screen. Keys pressed in fields, menus and dialogs
 * are ignored.
 */
export function useBoardKeys(actions: KeyActions): void {
  const latest = useRef(actions);
  useEffect(() => {
    latest.current = actions;
  });
  useEffect(() => {
    const stop = onShortcut((shortcut, target) => handle(shortcut, target, latest.current));
    // A press of the mouse ends a drag by keyboard and does not move the focus.
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

/** Handles a shortcut. Returns false if it has no effect. */
function handle(shortcut: string, target: HTMLElement, actions: KeyActions): boolean {
  const hand = currentDrag();
  const step = undoStepOf(shortcut);
  if (step) {
    if (actions.mayWrite && !hand) actions[step]();
    return actions.mayWrite;
  }
  if (hand?.by === 'click' && shortcut === 'Escape') {
    cancelDrag();
    return true;
  }
  if (hand?.by === 'keyboard') return handleWhileDragging(shortcut, hand, actions);
  if (hand) return false;
  if (shortcut === 'Escape' && actions.hasPanel()) {
    actions.closePanel();
    return true;
  }
  if (shortcut === '?') {
    actions.help();
    return true;
  }
  if (shortcut === 'j' || shortcut === 'k') {
    actions.turnWeek(shortcut === 'j' ? 1 : -1);
    return true;
  }
  if (shortcut === '/') {
    const search = document.querySelector<HTMLElement>('[data-tray] [type=search]');
    search?.focus();
    return search !== null;
  }
  if (shortcut === 'Escape' && (selection.get().size > 0 || selectMode.get())) {
    clearSelection();
    return true;
  }
  const held = heldAt(target, actions.board);
  if (held && actions.mayWrite && actions.board) {
    if (shortcut === 'x') {
      toggleSelected(eventOf(held).eventId);
      return true;
    }
    if (shortcut === 'm') {
      startKeyboardDrag(held, target, actions.board);
      return true;
    }
    if (held.kind === 'schedule' && shortcut === 'u') {
      // The card disappears, but its cell stays.
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
  if (next === target) return false;
  next?.focus();
  next?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
  return next !== undefined;
}

/** The element that gets the focus when a drag by keyboard is canceled. */
let dragOrigin: HTMLElement | undefined;

function startKeyboardDrag(held: Held, from: HTMLElement, board: WeekBoard): void {
  dragOrigin = from;
  startDrag(held, 'keyboard', board);
  // The cells of the people that a filter leaves, in the order in which they are shown.
  const all = [...document.querySelectorAll<HTMLElement>('[data-board] [data-cell]')].map(
    ({ dataset }) => dataset.cell ?? '',
  );
  const start =
    from.closest<HTMLElement>('[data-cell]')?.dataset.cell ??
    all.find((key) => dropVerdict({ key, trade: undefined }).verdict === 'free') ??
    all[0];
  if (start) aimAt(cellElement(start));
  else cancelDrag();
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

/** Returns the event or schedule that an element's `data-held` names. */
export function findHeld(name: string | undefined, board: WeekBoard): Held | undefined {
  const [kind, id] = (name ?? '').split(' ');
  if (kind === 'schedule') {
    const schedule = board.schedules.find((each) => each.scheduleId === Number(id));
    return schedule && { kind, schedule };
  }
  const isNamed = ({ eventId }: { eventId: number }) => eventId === Number(id);
  // `moved`: a plan under review proposes another place for a schedule.
  const scheduled = kind === 'moved' ? board.schedules.map((schedule) => schedule.event) : [];
  const event = (kind === 'event' ? board.tray : scheduled).find(isNamed);
  return event && { kind: 'event', event };
}

/**
 * Returns the element to which a shortcut moves from a card, a cell, a head of the grid or an event
 * of the tray; undefined elsewhere. During a drag, only cells are stops.
 */
function neighbour(shortcut: string, from: HTMLElement): HTMLElement | undefined {
  const tray = from.closest<HTMLElement>('[data-tray]');
  if (tray) return neighbourInTray(shortcut, from, [...tray.querySelectorAll<HTMLElement>('[data-stop]')]);
  const cell = from.closest<HTMLElement>(GRID_CELLS);
  const row = cell?.parentElement;
  const grid = row?.closest('[data-board]');
  if (!cell || !row || !grid) return undefined;
  const rows = [...grid.querySelectorAll<HTMLElement>('[role=row]')].filter(
    ({ children }) => children.length > 1,
  );
  const cellAt = (rowIndex: number, day: number) => rows[rowIndex]?.children.item(day) ?? undefined;
  const stopsOf = (each: Element | undefined): HTMLElement[] => {
    if (!(each instanceof HTMLElement)) return [];
    if (each.dataset.cell === undefined) {
      return currentDrag() ? [] : [...each.querySelectorAll<HTMLElement>('[data-stop]')];
    }
    return currentDrag() ? [each] : stopsIn(each);
  };
  const stop = Math.max(stopsOf(cell).indexOf(from), 0);
  const place = nextPlace(
    shortcut,
    { row: rows.indexOf(row), day: [...row.children].indexOf(cell), stop },
    {
      rows: rows.length,
      days: row.children.length,
      first: { row: 1, day: 1 },
      countStops: (rowIndex, day) => stopsOf(cellAt(rowIndex, day)).length,
    },
  );
  return place && stopsOf(cellAt(place.row, place.day))[place.stop];
}

const GRID_CELLS = '[data-cell], [role=rowheader], [role=columnheader]';

const TRAY_STEPS: Record<string, (at: number, count: number) => number> = {
  ArrowUp: (at) => at - 1,
  ArrowDown: (at) => at + 1,
  Home: () => 0,
  End: (_, count) => count - 1,
};

function neighbourInTray(shortcut: string, from: HTMLElement, stops: HTMLElement[]): HTMLElement | undefined {
  const at = stops.indexOf(from);
  return at < 0 ? undefined : stops[TRAY_STEPS[shortcut]?.(at, stops.length) ?? at];
}
