import { type Placement, type Verdict, verdictOf } from '@scheduler/scheduling';
import type { BoardSchedule, WeekBoard } from '@scheduler/server/router';
import { createExternalStore, useExternalStore } from '../lib/external-store.ts';
import { type CellEvaluator, cellKey, evaluateCells, type Held, mayTrade } from './targets.ts';

/*
 * The drag: the event or schedule that is dragged, and which cells would take it. It is kept
 * outside of React, so that during a drag only the cells whose verdict changes render.
 */

/** The key of the tray as a place to drop on: what is scheduled gets unscheduled. */
export const TRAY = 'tray';

/** Where it would be dropped now. */
export interface Target {
  /** A cell's, or {@link TRAY}. */
  key: string;
  /** A Core to trade with, in place of the cell it stands in. */
  trade: BoardSchedule | undefined;
}

export interface Drag {
  held: Held;
  by: 'pointer' | 'keyboard';
  target: Target | undefined;
}

interface DragState {
  drag: Drag | undefined;
  /** Verdicts by cell, as far as cells have been judged. */
  verdicts: ReadonlyMap<string, Verdict>;
}

const NOTHING: DragState = { drag: undefined, verdicts: new Map() };
const state = createExternalStore(NOTHING);
let evaluator: CellEvaluator | undefined;
let cells: readonly string[] = [];
let nextSlice: ReturnType<typeof setTimeout> | undefined;

/**
 * Longest time for which cells are judged in one go, so that a pointer's next move is drawn in
 * between.
 */
const SLICE_MS = 8;

/** Starts to drag something; the cells light up as they are judged, row by row. */
export function startDrag(held: Held, by: Drag['by'], board: WeekBoard): void {
  state.set({ drag: { held, by, target: undefined }, verdicts: new Map() });
  reevaluateCells(board);
}

/** Judges all cells anew: the board changed while something is held. */
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

/** Says where it would be dropped. */
export function setDropTarget(target: { key: string; over?: BoardSchedule | undefined } | undefined): void {
  const { drag, verdicts } = state.get();
  if (!drag) return;
  // What lies in the tray is there already.
  const inPlace = target?.key === TRAY && drag.held.kind === 'event';
  const trade = target?.over && mayTrade(drag.held, target.over) ? target.over : undefined;
  const next = target && !inPlace ? { key: target.key, trade } : undefined;
  if (next?.key === drag.target?.key && next?.trade === drag.target?.trade) return;
  state.set({ drag: { ...drag, target: next }, verdicts });
}

/** Puts it back where it was; tells what was held. */
export function cancelDrag(): Drag | undefined {
  const { drag } = state.get();
  evaluator = undefined;
  clearTimeout(nextSlice);
  state.set(NOTHING);
  return drag;
}

/** What is held now. */
export const currentDrag = (): Drag | undefined => state.get().drag;

/** What speaks against the place where it would be dropped, and when it would start there. */
export function dropVerdict(target: Target): Pick<Placement, 'reasons' | 'verdict'> & { startsAt?: string } {
  if (!evaluator) return { reasons: [], verdict: 'hard' };
  if (target.key !== TRAY && !target.trade) return evaluator.cell(target.key);
  const reasons = target.trade ? evaluator.trade(target.trade) : evaluator.tray();
  return { reasons, verdict: verdictOf(reasons) };
}

export function useDrag(): Drag | undefined {
  return useExternalStore(state, ({ drag }) => drag);
}

type CellLook = Verdict | `${Verdict} aimed` | '';

/**
 * How a cell looks while something is held, '' while nothing is: its verdict once judged, and
 * whether it is aimed at.
 */
export function useCellLook(key: string): CellLook {
  return useExternalStore(state, ({ drag, verdicts }): CellLook => {
    const verdict = drag && verdicts.get(key);
    if (!verdict) return '';
    return drag.target?.key === key && !drag.target.trade ? `${verdict} aimed` : verdict;
  });
}

/**
 * How a card looks while something is held: `source` is what is held, `trade` what it would be
 * traded with.
 */
export function useCardLook(schedule: BoardSchedule): 'source' | 'trade' | '' {
  return useExternalStore(state, ({ drag }) => {
    if (!drag) return '';
    if (drag.held.kind === 'schedule' && drag.held.schedule.event.eventId === schedule.event.eventId)
      return 'source';
    return drag.target?.trade?.scheduleId === schedule.scheduleId ? 'trade' : '';
  });
}

/** Whether the tray would take what is held, and whether it is aimed at. */
export function useTrayLook(): 'open' | 'aimed' | '' {
  return useExternalStore(state, ({ drag }) => {
    if (drag?.held.kind !== 'schedule') return '';
    return drag.target?.key === TRAY ? 'aimed' : 'open';
  });
}
