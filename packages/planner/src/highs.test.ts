import { beforeAll, describe, expect, it } from 'vitest';
import { openHighs } from './highs.ts';
import { type Engine, Program, Stopped } from './program.ts';

let highs: Engine;
beforeAll(async () => {
  highs = await openHighs();
});

/** Two whole columns of at most 10, a broken one of at most 10, and a row: all of them are 7½ or more. */
function small() {
  const program = new Program();
  const [a, b] = [program.column({ upper: 10 }), program.column({ lower: 2, upper: 10 })];
  const c = program.column({ upper: 10, isInteger: false });
  const one = (column: number, times = 1) => ({ column, times });
  program.row({ atLeast: 7.5 }, [one(a), one(b), one(c)]);
  return { program, a, b, c, one };
}

/** Values in tenths, without a minus before nothing. */
const rounded = (values: Float64Array | null) =>
  [...(values ?? [])].map((value) => Math.round(value * 10) / 10 + 0);

describe('a program', () => {
  it('has columns from nothing upwards, of whole numbers unless it is said otherwise', () => {
    const { program, a, b, c } = small();
    expect([a, b, c]).toEqual([0, 1, 2]);
    expect([program.lower, program.upper, program.isInteger]).toEqual([
      [0, 2, 0],
      [10, 10, 10],
      [true, true, false],
    ]);
  });

  it('has rows that are bounded on the sides that are named, and none without terms', () => {
    const { program, a, one } = small();
    program.row({ atMost: 3 }, [one(a)]);
    program.row({ atLeast: 1, atMost: 3 }, []);
    expect(program.rows.map(({ lower, upper }) => [lower, upper])).toEqual([
      [7.5, Number.POSITIVE_INFINITY],
      [Number.NEGATIVE_INFINITY, 3],
    ]);
  });
});

describe('the engine', () => {
  it('finds the smallest sum, and proves it', () => {
    const { program, a, b, c, one } = small();
    const open = highs.open(program);
    const minimum = open.minimize([one(a, 2), one(b, 3), one(c, 1)], 60_000);
    expect(minimum).toMatchObject({ objective: 11.5, bound: 11.5, isProven: true });
    expect(rounded(minimum.values)).toEqual([0, 2, 5.5]);
    expect(minimum.tookMs).toBeGreaterThanOrEqual(0);
    expect(minimum.tookMs).toBeLessThan(60_000);
    open.close();
  });

  it('searches one sum after another, and forgets the sum before', () => {
    const { program, a, b, c, one } = small();
    const open = highs.open(program);
    expect(open.minimize([one(a), one(b), one(c)], 60_000).objective).toBe(7.5);
    const second = open.minimize([one(c)], 60_000);
    expect(second.objective).toBe(0);
    const [ofA, ofB] = second.values ?? [];
    expect([ofA, ofB].map((value) => Number.isInteger(value))).toEqual([true, true]);
    expect((ofA ?? 0) + (ofB ?? 0)).toBeGreaterThanOrEqual(8);
    open.close();
  });

  it('keeps what is held in all later searches: at most, and at least where that is said', () => {
    const { program, a, b, c, one } = small();
    const open = highs.open(program);
    open.hold({ atMost: 1 }, [one(c)]);
    open.hold({ atMost: 0 }, []);
    expect(open.minimize([one(a, 4), one(b, 6), one(c, 2)], 60_000).objective).toBeCloseTo(33);
    open.hold({ atLeast: 4, atMost: 5 }, [one(b, 2), one(a, -1)]);
    expect(open.minimize([one(a, 4), one(b, 6), one(c, 2)], 60_000).objective).toBeCloseTo(37);
    open.close();
  });

  it('gives back values that a later search does not change', () => {
    const { program, a, b, c, one } = small();
    const open = highs.open(program);
    const first = open.minimize([one(a, 2), one(b, 3), one(c, 1)], 60_000).values;
    open.minimize([one(c)], 60_000);
    expect(rounded(first)).toEqual([0, 2, 5.5]);
    open.close();
  });

  it('refuses a program without a solution', () => {
    const { program, a, one } = small();
    program.row({ atLeast: 11 }, [one(a)]);
    expect(() => highs.open(program).minimize([one(a)], 60_000)).toThrow(
      /^HiGHS ended with model status \d+\.$/,
    );
  });

  it('stops before a search and during one, if it is told to', async () => {
    const { program, a, one } = small();
    const never = (await openHighs(() => true)).open(program);
    expect(() => never.minimize([one(a)], 60_000)).toThrow(Stopped);
    expect(() => never.minimize([one(a)], 60_000)).toThrow('Planning was stopped.');
    let checks = 0;
    const later = (await openHighs(() => ++checks > 1)).open(hard());
    expect(() => later.minimize(sumOfHard, 600_000)).toThrow(Stopped);
    expect(checks).toBeGreaterThan(1);
  });

  it('says after its time that nothing is proven, with a bound below what it found', () => {
    const minimum = highs.open(hard()).minimize(sumOfHard, 100);
    expect(minimum.isProven).toBe(false);
    expect(minimum.bound).toBeLessThan(minimum.objective);
  });
});

const HARD_COLUMNS = 40;
const sumOfHard = Array.from({ length: HARD_COLUMNS }, (_, column) => ({ column, times: 1 }));
/** A program that takes far longer than a test to solve: columns in many rows, with odd numbers. */
function hard(): Program {
  const program = new Program();
  for (let n = 0; n < HARD_COLUMNS; n++) program.column({ upper: 1 });
  for (let row = 0; row < 30; row++) {
    const terms = Array.from({ length: HARD_COLUMNS }, (_, column) => ({
      column,
      times: ((row * 37 + column * 53 + row * column * 11) % 97) + 3,
    }));
    const all = terms.reduce((sum, { times }) => sum + times, 0);
    program.row({ atLeast: Math.floor(all / 2) }, terms);
  }
  return program;
}
