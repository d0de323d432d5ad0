import { describe, expect, it } from 'vitest';
import { type GridPlace, nextPlace } from './grid-keys.ts';

/** Stops by row and day: two people, three days; a third row is not drawn yet and has no cells. */
const STOPS = [
  [1, 3, 2],
  [2, 1, 1],
  [0, 0, 0],
];
const grid = { rows: 3, days: 3, countStops: (row: number, day: number) => STOPS[row]?.[day] ?? 0 };
const at = (row: number, day: number, stop = 0): GridPlace => ({ row, day, stop });

describe('a key of the board', () => {
  it('goes from card to card in a cell before it leaves the cell', () => {
    expect(nextPlace('ArrowDown', at(0, 1, 0), grid)).toEqual(at(0, 1, 1));
    expect(nextPlace('ArrowDown', at(0, 1, 2), grid)).toEqual(at(1, 1, 0));
    expect(nextPlace('ArrowUp', at(0, 1, 2), grid)).toEqual(at(0, 1, 1));
  });

  it('comes from below to the last stop of the cell above, and from above to the first', () => {
    expect(nextPlace('ArrowUp', at(1, 1, 0), grid)).toEqual(at(0, 1, 2));
    expect(nextPlace('ArrowDown', at(0, 0, 0), grid)).toEqual(at(1, 0, 0));
  });

  it('goes to the day before and after at the same height, or at the last stop of a shorter cell', () => {
    expect(nextPlace('ArrowRight', at(0, 1, 2), grid)).toEqual(at(0, 2, 1));
    expect(nextPlace('ArrowLeft', at(0, 2, 1), grid)).toEqual(at(0, 1, 1));
    expect(nextPlace('ArrowLeft', at(0, 1, 2), grid)).toEqual(at(0, 0, 0));
  });

  it('leads nowhere at the edges, and into no row that is not drawn yet', () => {
    expect(nextPlace('ArrowUp', at(0, 0, 0), grid)).toBeUndefined();
    expect(nextPlace('ArrowLeft', at(0, 0, 0), grid)).toBeUndefined();
    expect(nextPlace('ArrowRight', at(0, 2, 0), grid)).toBeUndefined();
    expect(nextPlace('ArrowDown', at(1, 1, 0), grid)).toBeUndefined();
    expect(nextPlace('Ctrl+End', at(0, 0, 0), grid)).toBeUndefined();
  });

  it('goes to the ends of the row, and with Ctrl to those of the grid', () => {
    const drawn = { ...grid, rows: 2 };
    expect(nextPlace('Home', at(1, 2, 0), drawn)).toEqual(at(1, 0, 0));
    expect(nextPlace('End', at(1, 0, 1), drawn)).toEqual(at(1, 2, 0));
    expect(nextPlace('Ctrl+Home', at(1, 2, 0), drawn)).toEqual(at(0, 0, 0));
    expect(nextPlace('Ctrl+End', at(0, 0, 0), drawn)).toEqual(at(1, 2, 0));
  });

  it('leads nowhere when it does not move', () => {
    expect(nextPlace('u', at(0, 0, 0), grid)).toBeUndefined();
    expect(nextPlace('Enter', at(0, 0, 0), grid)).toBeUndefined();
  });
});
