import type { Page } from 'playwright-core';

/** Something that moved, and during what. */
export interface Shift {
  during: string;
  value: number;
  /** What moved most, by how many pixels to the right and down. */
  source: string;
}

/** What the page notes about itself from its start on. */
export interface Notes {
  /** When the first card is painted, in milliseconds from the start of the navigation. */
  firstCard: Promise<number>;
  /** What is done now. */
  during: string;
  shifts: Shift[];
  longestMs: number;
}

/** Runs in the page before anything else. */
export function watch(): void {
  const { promise: firstCard, resolve: noteFirstCard } = Promise.withResolvers<number>();
  const notes: Notes = { firstCard, during: 'loading', shifts: [], longestMs: 0 };
  Object.assign(window, { notes });
  const look = new MutationObserver(() => {
    if (!document.querySelector('[data-event-id]')) return;
    look.disconnect();
    // The frame that paints the card has ended when the next one begins.
    requestAnimationFrame(() => requestAnimationFrame(() => noteFirstCard(performance.now())));
  });
  look.observe(document, { childList: true, subtree: true });
  const nameOf = (node: Node | null | undefined): string => {
    const element = node instanceof Element ? node : node?.parentElement;
    if (!element) return 'something that is gone';
    const place = element.closest('[data-tray], [data-board], [role=dialog], header, main');
    const words = element.textContent?.trim().slice(0, 30) ?? '';
    return `${element.tagName.toLowerCase()} “${words}” in ${place?.tagName.toLowerCase() ?? 'the page'}`;
  };
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries() as (PerformanceEntry & {
      value: number;
      sources: { node?: Node | null; previousRect: DOMRectReadOnly; currentRect: DOMRectReadOnly }[];
    })[]) {
      const moves = entry.sources.map(({ node, previousRect, currentRect }) => {
        const [right, down] = [currentRect.x - previousRect.x, currentRect.y - previousRect.y].map(
          Math.round,
        );
        return `${nameOf(node)}: ${right}, ${down}`;
      });
      notes.shifts.push({ during: notes.during, value: entry.value, source: moves[0] ?? 'unknown' });
    }
  }).observe({ type: 'layout-shift', buffered: true });
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries() as (PerformanceEntry & { interactionId?: number })[]) {
      if (entry.interactionId) notes.longestMs = Math.max(notes.longestMs, entry.duration);
    }
  }).observe({ type: 'event', buffered: true, durationThreshold: 16 } as PerformanceObserverInit);
}

/** Reads what a page has noted so far. */
export const notesOf = (page: Page): Promise<Pick<Notes, 'shifts' | 'longestMs'>> =>
  page.evaluate(() => {
    const { shifts, longestMs } = (window as unknown as { notes: Notes }).notes;
    return { shifts, longestMs };
  });

/** Begins to note an act: shifts get its name, and the longest interaction is measured anew. */
export const noteAct = (page: Page, name: string): Promise<void> =>
  page.evaluate((during) => {
    Object.assign((window as unknown as { notes: Notes }).notes, { longestMs: 0, during });
  }, name);
