import { describe, expect, it } from 'vitest';
import { nextStop, type Stop } from './timeline-keys.ts';

/** Two bars, nobody's work, and three bars. */
const LANES: Stop[][] = [['head', 60, 300], ['head'], ['head', 0, 120, 280]];
const go = (shortcut: string, lane: number, stop: number) => nextStop(shortcut, { lane, stop }, LANES);

describe('a key of the timeline', () => {
  it('goes along a lane from its head to its last bar and no further', () => {
    expect(go('ArrowRight', 0, 0)).toEqual({ lane: 0, stop: 1 });
    expect(go('ArrowRight', 0, 2)).toBeUndefined();
    expect(go('ArrowLeft', 0, 1)).toEqual({ lane: 0, stop: 0 });
    expect(go('ArrowLeft', 0, 0)).toBeUndefined();
  });

  it('goes from head to head, and from a bar to the head of a lane without work', () => {
    expect(go('ArrowDown', 0, 0)).toEqual({ lane: 1, stop: 0 });
    expect(go('ArrowDown', 0, 2)).toEqual({ lane: 1, stop: 0 });
    expect(go('ArrowUp', 1, 0)).toEqual({ lane: 0, stop: 0 });
  });

  it('goes to the bar of the next lane that starts nearest', () => {
    const lanes: Stop[][] = [LANES[0] ?? [], LANES[2] ?? []];
    expect(nextStop('ArrowDown', { lane: 0, stop: 2 }, lanes)).toEqual({ lane: 1, stop: 3 });
    expect(nextStop('ArrowDown', { lane: 0, stop: 1 }, lanes)).toEqual({ lane: 1, stop: 1 });
    expect(nextStop('ArrowUp', { lane: 1, stop: 2 }, lanes)).toEqual({ lane: 0, stop: 1 });
  });

  it('stays within the timeline and goes to its ends', () => {
    expect(go('ArrowUp', 0, 1)).toBeUndefined();
    expect(go('ArrowDown', 2, 1)).toBeUndefined();
    expect(go('End', 2, 0)).toEqual({ lane: 2, stop: 3 });
    expect(go('Home', 2, 2)).toEqual({ lane: 2, stop: 0 });
    expect(go('Ctrl+End', 0, 1)).toEqual({ lane: 2, stop: 3 });
    expect(go('Ctrl+Home', 2, 1)).toEqual({ lane: 0, stop: 0 });
    expect(go('x', 0, 1)).toBeUndefined();
  });
});
