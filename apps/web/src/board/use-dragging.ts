import type { WeekBoard } from '@scheduler/server/router';
import { useEffect, useRef } from 'react';
import { whenIdle } from '../lib/idle.ts';
import { type Drag, reevaluateCells } from './drag-state.ts';

/**
 * Lets cards be dragged once the browser is idle: nobody drags before, and the board needn't wait
 * for it.
 */
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
