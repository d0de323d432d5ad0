import { addDays } from '../lib/time.ts';
import { cellKey, cellOf } from './targets.ts';

export const cellElement = (key: string): HTMLElement | undefined =>
  document.querySelector<HTMLElement>(`[data-cell="${key}"]`) ?? undefined;

/**
 * Returns the elements of a cell that can be focused: its cards and the button that adds one,
 * otherwise the cell itself.
 */
export function stopsIn(cell: HTMLElement): HTMLElement[] {
  const stops = [...cell.querySelectorAll<HTMLElement>('[data-stop]')];
  return stops.length > 0 ? stops : [cell];
}

/** The widgets with their own keys, each of which is one stop of Tab. */
const WIDGETS = '[data-board], [data-tray]';
const STOPS = '[data-stop], [data-cell]';

/**
 * The focused card or cell of the grid. It follows a card that a change moves. Undefined if the
 * focus is outside of the grid.
 */
let gridFocus: { eventId: string | undefined; cell: string | undefined } | false | undefined;

/** Focuses a card of the grid once it is there. */
export function focusCardWhenDrawn(eventId: number): void {
  gridFocus = { eventId: String(eventId), cell: undefined };
}

/** Lets the focus go to the same person's cell that many days later, once it is there: the grid shows another week. */
export function moveGridFocus(days: number): void {
  const { cell } = gridFocus || {};
  if (!cell) return;
  const { employeeId, day } = cellOf(cell);
  gridFocus = { eventId: undefined, cell: cellKey(employeeId, addDays(day, days)) };
}

/** Keeps the focus unchanged when the grid renders again. */
export function forgetGridFocus(): void {
  gridFocus = undefined;
}

/** Makes the last focused element the only stop of Tab in the grid or the tray. */
export function moveTabStop({ target }: FocusEvent): void {
  const widget = target instanceof HTMLElement ? target.closest<HTMLElement>(WIDGETS) : null;
  const stop = widget && target instanceof HTMLElement && target.matches(STOPS) ? target : undefined;
  gridFocus = stop &&
    widget?.hasAttribute('data-board') && {
      eventId: stop.dataset.eventId,
      cell: stop.closest<HTMLElement>('[data-cell]')?.dataset.cell,
    };
  if (!stop || !widget) return;
  for (const other of widget.querySelectorAll<HTMLElement>(TAB_STOPS)) other.tabIndex = -1;
  stop.tabIndex = 0;
}

/** A selector, because reading the property of a thousand elements takes as long as rendering a row. */
const TAB_STOPS = `:is(${STOPS})[tabindex="0"]`;

/** Restores the focus after a change. Call it when the grid has rendered. */
export function keepGridFocus(grid: HTMLElement | null): void {
  if (!grid || !gridFocus || document.querySelector('[role=dialog]:not([data-beside])')) return;
  const { eventId, cell } = gridFocus;
  const card = eventId && grid.querySelector<HTMLElement>(`[data-event-id="${eventId}"]`);
  const place = cell && cellElement(cell);
  const lost = document.activeElement === document.body;
  const next = card || (lost && place ? stopsIn(place)[0] : undefined);
  if (next && next !== document.activeElement && (lost || cell === undefined)) {
    next.focus();
    next.scrollIntoView({ block: 'nearest', inline: 'nearest' });
  }
}

/** Ensures one stop of Tab. Call it when the grid or the tray has rendered. */
export function keepOneTabStop(widget: HTMLElement | null): void {
  if (!widget || widget.querySelector(TAB_STOPS)) return;
  const first =
    widget.querySelector<HTMLElement>('[data-cell] [data-stop]') ??
    widget.querySelector<HTMLElement>('[data-cell]') ??
    widget.querySelector<HTMLElement>('[data-stop]');
  if (first) first.tabIndex = 0;
}
