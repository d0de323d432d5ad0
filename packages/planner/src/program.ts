/**
 * An integer program, and the interface of an engine that solves it. It does not depend on people
 * and events.
 */

/** A column, times a coefficient. */
export interface Term {
  column: number;
  times: number;
}
/** A sum of columns. No column is in it twice. */
export type Terms = readonly Term[];

/** Columns with their bounds, and rows that bound sums of them. */
export class Program {
  readonly lower: number[] = [];
  readonly upper: number[] = [];
  readonly isInteger: boolean[] = [];
  readonly rows: { lower: number; upper: number; terms: Terms }[] = [];

  /** Adds a column and returns its number. */
  column(bounds: { lower?: number; upper: number; isInteger?: boolean }): number {
    this.lower.push(bounds.lower ?? 0);
    this.upper.push(bounds.upper);
    return this.isInteger.push(bounds.isInteger ?? true) - 1;
  }

  /** Bounds a sum. Leaves out rows without terms. */
  row(bounds: { atLeast?: number; atMost?: number }, terms: Terms): void {
    if (terms.length === 0) return;
    const { atLeast = Number.NEGATIVE_INFINITY, atMost = Number.POSITIVE_INFINITY } = bounds;
    this.rows.push({ lower: atLeast, upper: atMost, terms });
  }
}

/** The result of one search for the smallest sum. */
export interface Minimum {
  /** A value for each column; null if none was found before the limit. */
  values: Float64Array | null;
  objective: number;
  /** No solution has a smaller sum than this. */
  bound: number;
  /** Whether `objective` is proven to be the smallest. */
  isProven: boolean;
  /** How long the search took. */
  tookMs: number;
}

/** A program in an engine, which searches one minimum after another. */
export interface OpenProgram {
  /**
   * Searches the smallest value of a sum. Sums are whole numbers in each solution.
   * @param limitMs the longest time of the search
   * @throws {Stopped} if its caller was told to stop
   */
  minimize(sum: Terms, limitMs: number): Minimum;
  /** Bounds a sum in all later searches. */
  hold(bounds: { atLeast?: number; atMost: number }, sum: Terms): void;
  close(): void;
}

/** Solves integer programs. */
export interface Engine {
  open(program: Program): OpenProgram;
}

/** The error of a plan whose caller stopped it. There is no proposal. */
export class Stopped extends Error {
  constructor() {
    super('Planning was stopped.');
  }
}
