import { type RefObject, useEffect, useRef } from 'react';
import { here } from './use-review.ts';

/** Whether a key asked for the plan before it was on screen. */
let isWanted = false;

/**
 * Returns the ref of a heading of the plan. It takes the focus when it appears, if the plan was
 * asked for on this page and the focus was lost, because the button that was pressed is gone once a
 * plan is made, opened or approved.
 */
export function useFocusOnceAsked(): RefObject<HTMLHeadingElement | null> {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    const { shownId, isOpen } = here.get();
    const isAsked = shownId !== undefined || isOpen === true;
    if (!isWanted && !(isAsked && document.activeElement === document.body)) return;
    isWanted = false;
    heading.current?.focus();
  }, []);
  return heading;
}

/** Brings the focus to the plan, at once or when it appears. */
export function focusPlan(): void {
  const heading = document.querySelector<HTMLElement>('aside[aria-label=Plan] h2');
  isWanted = heading === null;
  heading?.focus();
}
