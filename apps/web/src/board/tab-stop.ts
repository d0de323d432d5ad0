export const cellElement = (key: string): HTMLElement | undefined =>
  document.querySelector<HTMLElement>(`[data-cell="${key}"]`) ?? undefined;

/** What can be focused in a cell: its cards and the button that adds one, else the cell itself. */
export function stopsIn(cell: HTMLElement): HTMLElement[] {
  const stops = [...cell.querySelectorAll<HTMLElement>('[data-stop]')];
  return stops.length > 0 ? stops : [cell];
}

const TAB_STOP = '[data-board] [data-stop][tabindex="0"], [data-board] [data-cell][tabindex="0"]';

/**
 * What of the grid has the focus: it follows a card that a change takes elsewhere. Undefined when
 * it is elsewhere.
 */
let gridFocus: { eventId: string | undefined; cell: string | undefined } | undefined;

/** Focuses a card of the grid once it is there. */
export function focusCardWhenDrawn(eventId: number): void {
  gridFocus = { eventId: String(eventId), cell: undefined };
}

/** Leaves the focus where it is when the grid is drawn again. */
export function forgetGridFocus(): void {
  gridFocus = undefined;
}

/** The grid has one stop of Tab: what was focused last. */
export function moveTabStop({ target }: FocusEvent): void {
  const stop =
    target instanceof HTMLElement && target.matches('[data-board] [data-stop], [data-board] [data-cell]')
      ? target
      : undefined;
  gridFocus = stop && {
    eventId: stop.dataset.eventId,
    cell: stop.closest<HTMLElement>('[data-cell]')?.dataset.cell,
  };
  if (!stop) return;
  for (const other of document.querySelectorAll<HTMLElement>(TAB_STOP)) other.tabIndex = -1;
  stop.tabIndex = 0;
}

/**
 * To be called when the grid was drawn: sees to its stop of Tab, and to the focus that a change
 * left behind.
 */
export function keepOneTabStop(grid: HTMLElement | null): void {
  if (!grid) return;
  if (gridFocus && !document.querySelector('[role=dialog]')) {
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
  if (document.querySelector(TAB_STOP)) return;
  const first =
    grid.querySelector<HTMLElement>('[data-stop]') ?? grid.querySelector<HTMLElement>('[data-cell]');
  if (first) first.tabIndex = 0;
}
