import { type Placement, type Verdict, verdictOf } from '@scheduler/scheduling';
import type { BoardSchedule, WeekBoard } from '@scheduler/server/router';
import { useSyncExternalStore } from 'react';
import { cellKey, evaluateCells, type Held, type Judge, mayTrade } from './targets.ts';

/*
 * What is being moved, and where it may go. It is kept outside React's state: while something is held, only the cells
 * whose verdict changes render, and nothing else of the page.
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

let hand: Drag | undefined;
let judge: Judge | undefined;
let cells: readonly string[] = [];
let verdicts = new Map<string, Verdict>();
let judging: ReturnType<typeof setTimeout> | undefined;
const listeners = new Set<() => void>();

/** Longest time for which cells are judged in one go, so that a pointer's next move is drawn in between. */
const SLICE_MS = 8;

function tell(): void {
  for (const listener of listeners) listener();
}

/** Takes something into the hand; the cells light up as they are judged, row by row. */
export function startDrag(held: Held, by: Drag['by'], board: WeekBoard): void {
  hand = { held, by, target: undefined };
  considerAgain(board);
}

/** Judges all cells anew: the board changed while something is held. */
export function considerAgain(board: WeekBoard): void {
  if (!hand) return;
  judge = evaluateCells(board, hand.held);
  verdicts = new Map();
  cells = board.people.flatMap((person) => board.days.map((day) => cellKey(person.id, day)));
  clearTimeout(judging);
  judging = setTimeout(judgeSlice);
  tell();
}

function judgeSlice(): void {
  const until = performance.now() + SLICE_MS;
  for (const key of cells) {
    if (!judge) return;
    if (verdicts.has(key)) continue;
    verdicts.set(key, judge.cell(key).verdict);
    if (performance.now() > until) {
      judging = setTimeout(judgeSlice);
      break;
    }
  }
  tell();
}

/** Says where it would be dropped. */
export function setDropTarget(target: { key: string; over?: BoardSchedule | undefined } | undefined): void {
  if (!hand) return;
  // What lies in the tray is there already.
  const inPlace = target?.key === TRAY && hand.held.kind === 'event';
  const trade = target?.over && mayTrade(hand.held, target.over) ? target.over : undefined;
  const next = target && !inPlace ? { key: target.key, trade } : undefined;
  if (next?.key === hand.target?.key && next?.trade === hand.target?.trade) return;
  hand = { ...hand, target: next };
  tell();
}

/** Puts it back where it was; tells what was held. */
export function cancelDrag(): Drag | undefined {
  const before = hand;
  hand = undefined;
  judge = undefined;
  verdicts = new Map();
  clearTimeout(judging);
  if (before) tell();
  return before;
}

/** What is held now. */
export const inHand = (): Drag | undefined => hand;

/** What speaks against the place where it would be dropped, and when it would start there. */
export function dropVerdict(target: Target): Pick<Placement, 'reasons' | 'verdict'> & { startsAt?: string } {
  if (!judge) return { reasons: [], verdict: 'hard' };
  if (target.key !== TRAY && !target.trade) return judge.cell(target.key);
  const reasons = target.trade ? judge.trade(target.trade) : judge.tray();
  return { reasons, verdict: verdictOf(reasons) };
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function useHand(): Drag | undefined {
  return useSyncExternalStore(subscribe, inHand);
}

type CellLook = Verdict | `${Verdict} aimed` | '';

/** How a cell looks while something is held, '' while nothing is: its verdict once judged, and whether it is aimed at. */
export function useCellLook(key: string): CellLook {
  return useSyncExternalStore(subscribe, (): CellLook => {
    const verdict = hand && verdicts.get(key);
    if (!verdict) return '';
    return hand?.target?.key === key && !hand.target.trade ? `${verdict} aimed` : verdict;
  });
}

/** How a card looks while something is held: `source` is what is held, `trade` what it would be traded with. */
export function useCardLook(schedule: BoardSchedule): 'source' | 'trade' | '' {
  return useSyncExternalStore(subscribe, () => {
    if (!hand) return '';
    if (hand.held.kind === 'schedule' && hand.held.schedule.event.eventId === schedule.event.eventId)
      return 'source';
    return hand.target?.trade?.scheduleId === schedule.scheduleId ? 'trade' : '';
  });
}

/** Whether the tray would take what is held, and whether it is aimed at. */
export function useTrayLook(): 'open' | 'aimed' | '' {
  return useSyncExternalStore(subscribe, () => {
    if (hand?.held.kind !== 'schedule') return '';
    return hand.target?.key === TRAY ? 'aimed' : 'open';
  });
}
