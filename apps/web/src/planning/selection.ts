import { createExternalStore, useExternalStore } from '../lib/external-store.ts';

/** The events of the board and the tray that several acts at once are for. */
export const selection = createExternalStore<ReadonlySet<number>>(new Set());

/** Selects an event, or takes it out of the selection. */
export function toggleSelected(eventId: number): void {
  const next = new Set(selection.get());
  if (!next.delete(eventId)) next.add(eventId);
  selection.set(next);
}

/**
 * Whether a plain click or tap selects, for people who have no key to hold: a finger, or assistive
 * technology.
 */
export const selectMode = createExternalStore(false);

/** Ends the selection and the mode in which clicks select. */
export function clearSelection(): void {
  selectMode.set(false);
  selection.set(new Set());
}

export const useIsSelected = (eventId: number): boolean =>
  useExternalStore(selection, (all) => all.has(eventId));

/** Whether a click selects instead of opening: with Ctrl, ⌘ or Shift, or while clicks select. */
export const isSelecting = (click: { ctrlKey: boolean; metaKey: boolean; shiftKey: boolean }): boolean =>
  click.ctrlKey || click.metaKey || click.shiftKey || selectMode.get();
