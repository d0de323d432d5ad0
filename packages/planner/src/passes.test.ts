import { describe, expect, it } from 'vitest';
import type { Formulation, Pass } from './formulation.ts';
import { type Engine, type Minimum, Program, type Terms } from './program.ts';
import { minimizeAll } from './propose.ts';

const term = (column: number, times = 1) => ({ column, times });
const pass = (name: Pass['name'], more: Partial<Pass> = {}): Pass => ({
  name,
  sum: [term(0)],
  offset: 0,
  keeps: [],
  ...more,
});
const answer = (objective: number, more: Partial<Minimum> = {}): Minimum => ({
  values: Float64Array.from([objective, 2, 3]),
  objective,
  bound: objective,
  isProven: true,
  tookMs: 10,
  ...more,
});
const nothing = answer(0, { values: null, isProven: false, objective: Number.POSITIVE_INFINITY });

/** Minimizes passes with an engine that gives these answers, and records what it is asked. */
function run(passes: Pass[], answers: Minimum[], limitMs = 1_000) {
  const calls: { minimize: [Terms, number][]; hold: unknown[]; closed: number } = {
    minimize: [],
    hold: [],
    closed: 0,
  };
  const engine: Engine = {
    open: () => ({
      minimize: (sum, left) => {
        calls.minimize.push([sum, left]);
        const next = answers[calls.minimize.length - 1];
        if (!next) throw new Error('Nothing more was expected.');
        return next;
      },
      hold: (bounds, sum) => {
        calls.hold.push([bounds, sum]);
      },
      close: () => {
        calls.closed += 1;
      },
    }),
  };
  const formulation = { passes, columns: 3, program: new Program() } as unknown as Formulation;
  const minimize = () => minimizeAll(formulation, engine, limitMs);
  return { minimize, calls };
}

describe('sums are minimized one after another', () => {
  it('each in the time that those before have left, and each held while the next is minimized', () => {
    const second = [term(1), term(2, 5)];
    const { minimize, calls } = run(
      [pass('open'), pass('fit', { sum: second })],
      [answer(4, { tookMs: 30 }), answer(7.2)],
    );
    expect(minimize()).toEqual({
      values: Float64Array.from([7.2, 2, 3]),
      results: [
        { name: 'open', value: 4, bound: 4, isProven: true, tookMs: 30 },
        { name: 'fit', value: 7, bound: 7, isProven: true, tookMs: 10 },
      ],
    });
    expect(calls).toEqual({
      minimize: [
        [[term(0)], 1_000],
        [second, 970],
      ],
      hold: [
        [{ atMost: 4.5 }, [term(0)]],
        [{ atMost: 7.5 }, second],
      ],
      closed: 1,
    });
  });

  it('or people’s shares are held in place of the sum', () => {
    const keeps = [[term(0), term(1, 2)], [term(2)]];
    const { minimize, calls } = run([pass('balance', { keeps })], [answer(4)]);
    minimize();
    expect(calls.hold).toEqual([
      [{ atLeast: 8, atMost: 8 }, keeps[0]],
      [{ atLeast: 3, atMost: 3 }, keeps[1]],
    ]);
  });

  it('without urgency, where nothing stays open', () => {
    const passes = [pass('open'), pass('urgency'), pass('fit')];
    const none = run(passes, [answer(0), answer(1)]);
    expect(none.minimize().results.map(({ name, value }) => [name, value])).toEqual([
      ['open', 0],
      ['urgency', 0],
      ['fit', 1],
    ]);
    expect(none.minimize).toThrow('Nothing more was expected.');
    expect(none.calls.closed).toBe(2);
    const some = run(passes, [answer(1), answer(6), answer(1)]);
    expect(some.minimize().results.map(({ value }) => value)).toEqual([1, 6, 1]);
    const moves = run([pass('moves'), pass('urgency')], [answer(0), answer(3)]);
    expect(moves.minimize().results.map(({ value }) => value)).toEqual([0, 3]);
    const skipped = { name: 'urgency', value: 0, bound: 0, isProven: true, tookMs: 0 };
    expect(run(passes, [answer(0), answer(1)]).minimize().results[1]).toEqual(skipped);
  });

  it('until the time is over', () => {
    const passes = [pass('open'), pass('fit')];
    expect(run(passes, [answer(4, { tookMs: 1_000 })]).minimize().results).toHaveLength(1);
    expect(run(passes, [answer(4, { tookMs: 999 }), answer(1)]).minimize().results).toHaveLength(2);
  });

  it('until one is not found: the values before it stand, and without any there is no plan', () => {
    const { minimize, calls } = run([pass('open'), pass('fit'), pass('balance')], [answer(4), nothing]);
    const { values, results } = minimize();
    expect([[...values], results.length]).toEqual([[4, 2, 3], 1]);
    expect(calls.closed).toBe(1);
    const none = run([pass('open')], [nothing]);
    expect(none.minimize).toThrow();
    expect(none.calls.closed).toBe(1);
  });

  it('or none of them, where there is nothing to decide', () => {
    const { minimize, calls } = run([], []);
    expect(minimize()).toEqual({ values: new Float64Array(3), results: [] });
    expect(calls.closed).toBe(0);
  });

  it('a bound counts as reached where no whole number is between', () => {
    const result = (more: Partial<Minimum>, offset = 0) =>
      run([pass('moves', { offset })], [answer(4, { isProven: false, ...more })]).minimize().results[0];
    expect(result({ bound: 3.02 })).toMatchObject({ value: 4, bound: 4, isProven: true });
    expect(result({ bound: 3.005 })).toMatchObject({ value: 4, bound: 3, isProven: false });
    expect(result({ bound: 1.5 })).toMatchObject({ value: 4, bound: 2, isProven: false });
    expect(result({ bound: 9 })).toMatchObject({ value: 4, bound: 4, isProven: true });
    expect(result({ bound: 1.5 }, 5)).toMatchObject({ value: 9, bound: 7, isProven: false });
    expect(result({ bound: 1.5, isProven: true })).toMatchObject({ value: 4, bound: 2, isProven: true });
  });
});
