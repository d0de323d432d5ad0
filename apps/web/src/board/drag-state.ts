import { type Placement, type Verdict, verdictOf } from '@scheduler/scheduling';
import type { BoardEvent, BoardSchedule, WeekBoard } from '@scheduler/server/router';
import { createExternalStore, useExternalStore } from '../lib/external-store.ts';
import { type CellEvaluator, cellKey, evaluateCells, type Held, mayTrade } from './targets.ts';

/*
 * The drag: the event or schedule that is dragged, and which cells would take it. It is kept
 * outside of React, so that during a drag only the cells whose verdict changes render.
 */

/** The key of the tray as a drop target. A schedule that is dropped there is unscheduled. */
export const TRAY = 'tray';

/** The current drop target. */
export interface Target {
  /** The key of a cell, or {@link TRAY}. */
  key: string;
  /** A Core to trade with, which then is the target in place of its cell. */
  trade: BoardSchedule | undefined;
}

export interface Drag {
  held: Held;
  /** `click`: picked up by a click, and put down by another one. */
  by: 'pointer' | 'keyboard' | 'click';
  target: Target | undefined;
}

interface DragState {
  drag: Drag | undefined;
  /** The verdicts of the cells that have been evaluated so far. */
  verdicts: ReadonlyMap<string, Verdict>;
}

const NOTHING: DragState = { drag: undefined, verdicts: new Map() };
const state = createExternalStore(NOTHING);
let evaluator: CellEvaluator | undefined;
let cells: readonly string[] = [];
let nextSlice: ReturnType<typeof setTimeout> | undefined;

/**
 * The longest time for which cells are evaluated without a break, so that moves of the pointer are
 * rendered in between.
 */
const SLICE_MS = 8;

/** Starts a drag. The cells light up row by row, as they are evaluated. */
export function startDrag(held: Held, by: Drag['by'], board: WeekBoard): void {
  state.set({ drag: { held, by, target: undefined }, verdicts: new Map() });
  reevaluateCells(board);
}

/** Starts to drag an event of the tray after a click, or ends its drag after another click on it. */
export function toggleClickDrag(event: BoardEvent, board: WeekBoard): void {
  const { drag } = state.get();
  const isHeld = drag?.held.kind === 'event' && drag.held.event.eventId === event.eventId;
  if (isHeld) cancelDrag();
  else startDrag({ kind: 'event', event }, 'click', board);
}

/** Evaluates all cells again, because the board changed during a drag. */
export function reevaluateCells(board: WeekBoard): void {
  const { drag } = state.get();
  if (!drag) return;
  evaluator = evaluateCells(board, drag.held);
  cells = board.people.flatMap((person) => board.days.map((day) => cellKey(person.id, day)));
  clearTimeout(nextSlice);
  nextSlice = setTimeout(evaluateSlice);
  state.set({ drag, verdicts: new Map() });
}

function evaluateSlice(): void {
  const until = performance.now() + SLICE_MS;
  const verdicts = new Map(state.get().verdicts);
  for (const key of cells) {
    if (!evaluator) return;
    if (verdicts.has(key)) continue;
    verdicts.set(key, evaluator.cell(key).verdict);
    if (performance.now() > until) {
      nextSlice = setTimeout(evaluateSlice);
      break;
    }
  }
  state.set({ ...state.get(), verdicts });
}

/** Sets the drop target. */
export function setDropTarget(target: { key: string; over?: BoardSchedule | undefined } | undefined): void {
  const { drag, verdicts } = state.get();
  if (!drag) return;
  // An event of the tray is already in the tray.
  const inPlace = target?.key === TRAY && drag.held.kind === 'event';
  const trade = target?.over && mayTrade(drag.held, target.over) ? target.over : undefined;
  const next = target && !inPlace ? { key: target.key, trade } : undefined;
  if (next?.key === drag.target?.key && next?.trade === drag.target?.trade) return;
  state.set({ drag: { ...drag, target: next }, verdicts });
}

/** Ends the drag without a drop. Returns the drag. */
export function cancelDrag(): Drag | undefined {
  const { drag } = state.get();
  evaluator = undefined;
  clearTimeout(nextSlice);
  state.set(NOTHING);
  return drag;
}

/** Returns the current drag. */
export const currentDrag = (): Drag | undefined => state.get().drag;

/** Returns the reasons against the drop target, and the start there. */
export function dropVerdict(target: Target): Pick<Placement, 'reasons' | 'verdict'> & { startsAt?: string } {
  if (!evaluator) return { reasons: [], verdict: 'hard' };
  if (target.key !== TRAY && !target.trade) return evaluator.cell(target.key);
  const reasons = target.trade ? evaluator.trade(target.trade) : evaluator.tray();
  return { reasons, verdict: verdictOf(reasons) };
}

export function useDrag(): Drag | undefined {
  return useExternalStore(state, ({ drag }) => drag);
}

/** Returns the id of the tray's event that is dragged. */
export function useHeldEvent(): number | undefined {
  return useExternalStore(state, ({ drag }) =>
    drag?.held.kind === 'event' ? drag.held.event.eventId : undefined,
  );
}

type CellLook = Verdict | `${Verdict} aimed` | '';

/**
 * Returns the look of a cell during a drag: its verdict once it is evaluated, and whether it is the
 * drop target. Returns '' without a drag.
 */
export function useCellLook(key: string): CellLook {
  return useExternalStore(state, ({ drag, verdicts }): CellLook => {
    const verdict = drag && verdicts.get(key);
    if (!verdict) return '';
    return drag.target?.key === key && !drag.target.trade ? `${verdict} aimed` : verdict;
  });
}

/**
 * Returns the look of a card during a drag: `source` for the dragged card, `trade` for the card to
 * trade with.
 */
export function useCardLook(schedule: BoardSchedule): 'source' | 'trade' | '' {
  return useExternalStore(state, ({ drag }) => {
    if (!drag) return '';
    if (drag.held.kind === 'schedule' && drag.held.schedule.event.eventId === schedule.event.eventId)
      return 'source';
    return drag.target?.trade?.scheduleId === schedule.scheduleId ? 'trade' : '';
  });
}

/** Whether the tray accepts the drop, and whether it is the drop target. */
export function useTrayLook(): 'open' | 'aimed' | '' {
  return useExternalStore(state, ({ drag }) => {
    if (drag?.held.kind !== 'schedule') return '';
    return drag.target?.key === TRAY ? 'aimed' : 'open';
  });
}
