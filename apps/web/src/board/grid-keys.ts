/** A place in the grid of the board: a cell, and a stop in it. */
export interface GridPlace {
  row: number;
  day: number;
  /** The index among the cell's stops. */
  stop: number;
}

export interface GridShape {
  rows: number;
  days: number;
  /** The first row and day after the heads. */
  first?: { row: number; day: number };
  /**
   * Returns the number of keyboard stops of a cell: its cards and its button. 0 if there is no
   * cell.
   */
  countStops(row: number, day: number): number;
}

const ARROWS: Record<string, { rows: number; days: number }> = {
  ArrowUp: { rows: -1, days: 0 },
  ArrowDown: { rows: 1, days: 0 },
  ArrowLeft: { rows: 0, days: -1 },
  ArrowRight: { rows: 0, days: 1 },
};

const ENDS: Record<string, { isLast: boolean; isWholeGrid: boolean }> = {
  Home: { isLast: false, isWholeGrid: false },
  End: { isLast: true, isWholeGrid: false },
  'Ctrl+Home': { isLast: false, isWholeGrid: true },
  'Ctrl+End': { isLast: true, isWholeGrid: true },
};

/**
 * Returns the place to which a shortcut moves. Undefined at the edges of the grid, and for
 * shortcuts that do not move. Up and down go from stop to stop within a cell before they leave it.
 */
export function nextPlace(shortcut: string, from: GridPlace, grid: GridShape): GridPlace | undefined {
  const end = ENDS[shortcut];
  if (end) {
    const { first = { row: 0, day: 0 } } = grid;
    const lastRow = end.isLast ? grid.rows - 1 : first.row;
    return firstStop(grid, end.isWholeGrid ? lastRow : from.row, end.isLast ? grid.days - 1 : first.day);
  }
  const arrow = ARROWS[shortcut];
  if (!arrow) return undefined;
  if (arrow.days !== 0) {
    const day = from.day + arrow.days;
    const stops = grid.countStops(from.row, day);
    return stops > 0 ? { row: from.row, day, stop: Math.min(from.stop, stops - 1) } : undefined;
  }
  const stop = from.stop + arrow.rows;
  if (stop >= 0 && stop < grid.countStops(from.row, from.day)) return { ...from, stop };
  const row = from.row + arrow.rows;
  const place = firstStop(grid, row, from.day);
  return place && arrow.rows < 0 ? { ...place, stop: grid.countStops(row, from.day) - 1 } : place;
}

function firstStop(grid: GridShape, row: number, day: number): GridPlace | undefined {
  return grid.countStops(row, day) > 0 ? { row, day, stop: 0 } : undefined;
}
