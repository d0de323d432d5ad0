import { describe, expect, it } from 'vitest';
import { type BarPlace, placeBars } from './lane-layout.ts';

const AXIS = 600;
const WORDS = 120;
const place = (...spans: [from: number, to: number][]) =>
  placeBars(
    spans.map(([from, to]) => ({ from, to })),
    AXIS,
    WORDS,
  );
const linesOf = (places: readonly BarPlace[]) => places.map(({ line }) => line);

describe('the bars of a lane', () => {
  it('share a line where one ends before the next begins, and at the same minute', () => {
    expect(linesOf(place([0, 180], [180, 360], [400, 580]))).toEqual([0, 0, 0]);
  });

  it('are on different lines where their times overlap, as many as overlap at once', () => {
    expect(linesOf(place([0, 390], [60, 300], [120, 500]))).toEqual([0, 1, 2]);
  });

  it('return to the first line that is free again', () => {
    expect(linesOf(place([0, 200], [100, 390], [210, 400], [395, 590]))).toEqual([0, 1, 0, 1]);
  });

  it('have their words within, or after a bar that is too short for them', () => {
    expect(place([0, 120], [130, 135]).map(({ words }) => words)).toEqual(['within', 'after']);
  });

  it('do not cover the words after a short bar', () => {
    expect(linesOf(place([100, 105], [110, 500]))).toEqual([0, 1]);
    expect(linesOf(place([100, 105], [220, 500]))).toEqual([0, 0]);
  });

  it('have their words before a short bar at the end of the axis, and cover no other bar with them', () => {
    const places = place([300, 560], [570, 585]);
    expect(places[1]).toEqual({ from: 570, to: 585, line: 1, words: 'before' });
    expect(linesOf(place([100, 460], [570, 585]))).toEqual([0, 0]);
  });

  it('never overlap with another one of their line, whatever they are', () => {
    let seed = 42;
    const random = (below: number) => {
      seed = (seed * 1103515245 + 12345) % 2147483648;
      return seed % below;
    };
    for (let round = 0; round < 200; round++) {
      const spans = Array.from({ length: 8 }, () => {
        const from = random(AXIS - 5);
        return { from, to: Math.min(AXIS, from + 5 + random(400)) };
      }).sort((a, b) => a.from - b.from);
      const places = placeBars(spans, AXIS, WORDS);
      expect(places.map(({ from, to }) => ({ from, to }))).toEqual(spans);
      for (const [index, one] of places.entries()) {
        for (const other of places.slice(index + 1)) {
          if (one.line === other.line) expect(one.to <= other.from || other.to <= one.from).toBe(true);
        }
      }
    }
  });
});
