import type { BoardSchedule, WeekBoard } from '@scheduler/server/router';
import { useEffect, useRef } from 'react';
import { onShortcut } from '../ui/shortcuts.ts';
import { cancelDrag, currentDrag, type Drag, dropVerdict, setDropTarget, startDrag } from './drag-state.ts';
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

/** The keys of the board, for whoever asks. */
export const KEYS = [
  { keys: '← ↑ → ↓', what: 'go from card to card and from cell to cell' },
  {
    keys: 'Home, End',
    what: 'go to the first or last day of the row; with Ctrl to the first or last person',
  },
  { keys: 'Enter', what: 'open a card’s panel, or schedule something in a cell' },
  {
    keys: 'm',
    what: 'pick up a card, or an event of the tray; then arrows, Enter to drop, Esc to put it back',
  },
  { keys: 't', what: 'trade a Core with somebody else’s' },
  { keys: 'u', what: 'unschedule a card' },
  { keys: 'Ctrl+Z', what: 'undo the last change made on this page' },
  { keys: '?', what: 'show these keys' },
] as const;

const ARROWS: Record<string, { rows: number; days: number }> = {
  ArrowUp: { rows: -1, days: 0 },
  ArrowDown: { rows: 1, days: 0 },
  ArrowLeft: { rows: 0, days: -1 },
  ArrowRight: { rows: 0, days: 1 },
};

const ENDS: Record<string, { far: 0 | -1; wholeGrid: boolean }> = {
  Home: { far: 0, wholeGrid: false },
  End: { far: -1, wholeGrid: false },
  'Ctrl+Home': { far: 0, wholeGrid: true },
  'Ctrl+End': { far: -1, wholeGrid: true },
};

/** Listens to the keys of the board while it is on screen. Keys pressed in fields, menus and dialogs are theirs. */
export function useBoardKeys(actions: KeyActions): void {
  const latest = useRef(actions);
  useEffect(() => {
    latest.current = actions;
  });
  useEffect(() => {
    const stop = onShortcut((shortcut, target) => handle(shortcut, target, latest.current));
    // Who reaches for the mouse has put down what the keyboard picked up, and left where it was.
    const onPointer = () => {
      focus = undefined;
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
  if (hand?.by === 'keyboard') return handleHeld(shortcut, hand, actions);
  if (hand) return false;
  if (shortcut === '?') {
    actions.help();
    return true;
  }
  const held = heldAt(target, actions.board);
  if (held && actions.mayWrite && actions.board) {
    if (shortcut === 'm') {
      pickUpHere(held, target, actions.board);
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
let origin: HTMLElement | undefined;

function pickUpHere(held: Held, from: HTMLElement, board: WeekBoard): void {
  origin = from;
  startDrag(held, 'keyboard', board);
  const all = board.people.flatMap((person) => board.days.map((day) => cellKey(person.id, day)));
  const start =
    from.closest<HTMLElement>('[data-cell]')?.dataset.cell ??
    all.find((key) => dropVerdict({ key, trade: undefined }).verdict === 'free') ??
    all[0];
  if (start) aimAt(cellElement(start));
}

function handleHeld(shortcut: string, hand: Drag, actions: KeyActions): boolean {
  switch (shortcut) {
    case 'Escape':
      cancelDrag();
      origin?.focus();
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
  return board && heldBy(target.dataset.held, board);
}

/** What an element's `data-held` names. */
export function heldBy(name: string | undefined, board: WeekBoard): Held | undefined {
  const [kind, id] = (name ?? '').split(' ');
  if (kind === 'schedule') {
    const schedule = board.schedules.find((each) => each.scheduleId === Number(id));
    return schedule && { kind, schedule };
  }
  const event = kind === 'event' ? board.tray.find((each) => each.eventId === Number(id)) : undefined;
  return event && { kind: 'event', event };
}

const cellElement = (key: string): HTMLElement | undefined =>
  document.querySelector<HTMLElement>(`[data-cell="${key}"]`) ?? undefined;

/** What can be focused in a cell: its cards and the button that adds one, else the cell itself. */
function stopsIn(cell: HTMLElement): HTMLElement[] {
  const stops = [...cell.querySelectorAll<HTMLElement>('[data-stop]')];
  return stops.length > 0 ? stops : [cell];
}

/** Where a shortcut leads from a card or a cell; undefined for others and at the edges. From a cell itself, to cells. */
function neighbour(shortcut: string, from: HTMLElement): HTMLElement | undefined {
  const cell = from.closest<HTMLElement>('[data-cell]');
  const row = cell?.parentElement;
  if (!cell || !row) return undefined;
  const rows = [...(row.parentElement?.children ?? [])];
  const days = [...row.querySelectorAll<HTMLElement>('[data-cell]')];
  const [rowIndex, dayIndex] = [rows.indexOf(row), days.indexOf(cell)];
  const cellAt = (row: number, day: number) =>
    rows[row]?.querySelectorAll<HTMLElement>('[data-cell]').item(day) ?? undefined;
  const holding = currentDrag() !== undefined;
  const stopAt = (next: HTMLElement | undefined, index: number) =>
    next && (holding ? next : stopsIn(next).at(Math.min(index, stopsIn(next).length - 1)));

  const end = ENDS[shortcut];
  if (end) {
    const { far, wholeGrid } = end;
    const toRow = wholeGrid ? (far === 0 ? 0 : rows.length - 1) : rowIndex;
    return stopAt(cellAt(toRow, far === 0 ? 0 : days.length - 1), 0);
  }
  const step = ARROWS[shortcut];
  if (!step) return undefined;
  const stops = holding ? [cell] : stopsIn(cell);
  const index = Math.max(stops.indexOf(from), 0);
  if (step.days !== 0) return stopAt(cellAt(rowIndex, dayIndex + step.days), index);
  return stops[index + step.rows] ?? stopAt(cellAt(rowIndex + step.rows, dayIndex), step.rows > 0 ? 0 : -1);
}

const TAB_STOP = '[data-board] [data-stop][tabindex="0"], [data-board] [data-cell][tabindex="0"]';

/** What of the grid has the focus: it follows a card that a change takes elsewhere. Undefined when it is elsewhere. */
let focus: { eventId: string | undefined; cell: string | undefined } | undefined;

/** Focuses a card of the grid once it is there. */
export function focusWhenThere(eventId: number): void {
  focus = { eventId: String(eventId), cell: undefined };
}

/** The grid has one stop of Tab: what was focused last. */
function moveTabStop({ target }: FocusEvent): void {
  const stop =
    target instanceof HTMLElement && target.matches('[data-board] [data-stop], [data-board] [data-cell]')
      ? target
      : undefined;
  focus = stop && {
    eventId: stop.dataset.eventId,
    cell: stop.closest<HTMLElement>('[data-cell]')?.dataset.cell,
  };
  if (!stop) return;
  for (const other of document.querySelectorAll<HTMLElement>(TAB_STOP)) other.tabIndex = -1;
  stop.tabIndex = 0;
}

/** To be called when the grid was drawn: sees to its stop of Tab, and to the focus that a change left behind. */
export function keepOneTabStop(grid: HTMLElement | null): void {
  if (!grid) return;
  if (focus && !document.querySelector('[role=dialog]')) {
    const { eventId, cell } = focus;
    const card = eventId && grid.querySelector<HTMLElement>(`[data-event-id="${eventId}"]`);
    const place = cell && cellElement(cell);
    const lost = document.activeElement === document.body;
    const next = card || (lost && place ? stopsIn(place)[0] : undefined);
    if (next && next !== document.activeElement && (lost || cell === undefined)) {
      next.focus();
      next.scrollIntoView({ block: 'nearest', inline: 'nearest' });
    }
  }
  if (document.querySelector(TAB_STOP)) return;
  const first =
    grid.querySelector<HTMLElement>('[data-stop]') ?? grid.querySelector<HTMLElement>('[data-cell]');
  if (first) first.tabIndex = 0;
}
