import type { WeekBoard } from '@scheduler/server/router';
import { useEffect, useRef } from 'react';
import { whenIdle } from '../lib/idle.ts';
import { type Drag, reevaluateCells } from './drag-state.ts';

/** Enables dragging once the browser is idle, so that the board doesn't wait for its code. */
export function useDragging(
  board: WeekBoard | undefined,
  drop: (drag: Drag) => void,
  enabled: boolean,
): void {
  const latest = useRef(board);
  useEffect(() => {
    latest.current = board;
    if (board) reevaluateCells(board);
  }, [board]);
  const ready = enabled && board !== undefined;
  useEffect(() => {
    if (!ready) return;
    let stop: (() => void) | undefined;
    let over = false;
    whenIdle(async () => {
      const { startDragging } = await import('./drag.ts');
      if (!over) stop = startDragging({ board: () => latest.current, drop });
    });
    return () => {
      over = true;
      stop?.();
    };
  }, [ready, drop]);
}
