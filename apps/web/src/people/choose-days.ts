import { type KeyboardEvent, type MouseEvent, type PointerEvent, useEffect, useRef, useState } from 'react';
import { addDays } from '../lib/time.ts';
import type { Days } from './availability-weeks.tsx';

const STEPS: Partial<Record<string, number>> = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -7, ArrowDown: 7 };

/**
 * Chooses days of a calendar whose buttons have `data-day`: by click, by a drag of the mouse over
 * several days, or by arrow keys, where Shift extends and Enter chooses. A finger scrolls, so it
 * chooses one day by a tap.
 */
export function useChooseDays({
  first,
  last,
  onChoose,
}: Readonly<{ first: string; last: string; onChoose: ((days: Days) => void) | undefined }>) {
  /** Where the choice began, and the day that the pointer or the focus is on. */
  const [anchor, setAnchor] = useState<string>();
  const [head, setHead] = useState(first);
  const isDragging = useRef(false);
  const days = anchor === undefined ? undefined : spanOf(anchor, head);
  const choose = (chosen: Days) => {
    isDragging.current = false;
    setAnchor(undefined);
    onChoose?.(chosen);
  };
  useEffect(() => {
    const stop = () => {
      if (!isDragging.current || !days) return;
      isDragging.current = false;
      setAnchor(undefined);
      onChoose?.(days);
    };
    window.addEventListener('pointerup', stop);
    return () => window.removeEventListener('pointerup', stop);
  }, [days, onChoose]);

  const onKeyDown = (event: KeyboardEvent<HTMLElement>, day: string) => {
    if (event.key === 'Escape' && anchor !== undefined) {
      event.stopPropagation();
      setAnchor(undefined);
      return;
    }
    const step = STEPS[event.key];
    if (step === undefined) return;
    event.preventDefault();
    const next = addDays(day, step);
    if (next < first || next > last) return;
    setAnchor(event.shiftKey ? (anchor ?? day) : undefined);
    setHead(next);
    event.currentTarget.closest('table')?.querySelector<HTMLElement>(`[data-day="${next}"]`)?.focus();
  };
  return {
    isChosen: (day: string) => days !== undefined && days.startsOn <= day && day <= days.endsOn,
    /** The day that Tab reaches. */
    tabStop: head,
    handlersOf: (day: string) => ({
      onPointerDown: (event: PointerEvent) => {
        if (event.pointerType === 'touch' || event.button !== 0) return;
        isDragging.current = true;
        setAnchor(day);
        setHead(day);
      },
      onPointerEnter: () => {
        if (isDragging.current) setHead(day);
      },
      onKeyDown: (event: KeyboardEvent<HTMLElement>) => onKeyDown(event, day),
      onClick: (event: MouseEvent) => {
        const isMouse =
          event.detail > 0 && (event.nativeEvent as globalThis.PointerEvent).pointerType === 'mouse';
        // The end of a drag, which chose already.
        if (!isMouse) choose(days && head === day ? days : { startsOn: day, endsOn: day });
      },
    }),
  };
}

const spanOf = (a: string, b: string): Days =>
  a < b ? { startsOn: a, endsOn: b } : { startsOn: b, endsOn: a };
