import loadHighs, { type Highs, type HighsCallbackMap } from 'highs';
import { type Engine, type Minimum, type OpenProgram, type Program, Stopped, type Terms } from './program.ts';

/**
 * The package's types describe its CommonJS build; as an ES module its default export is the loader
 * itself.
 */
const load = loadHighs as unknown as typeof loadHighs.default;

/** Sums are whole numbers, so a value that is closer than this to the bound is the smallest. */
const CLOSE_ENOUGH = 0.99;

/**
 * Loads HiGHS, compiled to WebAssembly. A search blocks its thread, so a server runs it in a
 * separate thread.
 * @param shouldStop called during each search; true ends the search with {@link Stopped}
 */
export async function openHighs(shouldStop: () => boolean = () => false): Promise<Engine> {
  const highs = await load();
  return { open: (program) => new HighsProgram(highs, program, shouldStop) };
}

class HighsProgram implements OpenProgram {
  readonly #highs: Highs;
  readonly #model: ReturnType<Highs['createModel']>;
  readonly #columns: number;
  readonly #shouldStop: () => boolean;
  #known: Float64Array | null = null;

  constructor(highs: Highs, program: Program, shouldStop: () => boolean) {
    this.#highs = highs;
    this.#shouldStop = shouldStop;
    this.#columns = program.lower.length;
    const starts = new Int32Array(program.rows.length + 1);
    program.rows.forEach((row, n) => {
      starts[n + 1] = (starts[n] ?? 0) + row.terms.length;
    });
    const terms = program.rows.flatMap((row) => row.terms);
    this.#model = highs.createModel({
      numCols: this.#columns,
      numRows: program.rows.length,
      colCost: new Float64Array(this.#columns),
      colLower: program.lower,
      colUpper: program.upper,
      rowLower: program.rows.map((row) => row.lower),
      rowUpper: program.rows.map((row) => row.upper),
      integrality: Int32Array.from(program.isInteger, (is) => (is ? 1 : 0)),
      matrix: {
        format: 'csr',
        numRows: program.rows.length,
        numCols: this.#columns,
        starts,
        indices: Int32Array.from(terms, (term) => term.column),
        values: Float64Array.from(terms, (term) => term.times),
      },
    });
    this.#model.options.set({
      output_flag: false,
      mip_abs_gap: CLOSE_ENOUGH,
      mip_rel_gap: 0,
    });
  }

  minimize(sum: Terms, limitMs: number): Minimum {
    const model = this.#model;
    const costs = new Float64Array(this.#columns);
    for (const { column, times } of sum) costs[column] = times;
    model.changeColsCost({ kind: 'range', from: 0, to: this.#columns - 1 }, costs);
    if (this.#known) model.setSolution({ colValue: this.#known });
    model.zeroAllClocks();
    model.options.set('time_limit', Math.max(0.01, limitMs / 1000));
    let isStopped = this.#shouldStop();
    if (isStopped) throw new Stopped();
    const { callbackType, modelStatus, solutionStatus } = this.#highs.constants;
    const callbacks: HighsCallbackMap = {
      [callbackType.mipInterrupt]: (event) => {
        if (!this.#shouldStop()) return;
        isStopped = true;
        event.interrupt();
      },
    };
    model.run(callbacks);
    if (isStopped) throw new Stopped();
    const status = model.getModelStatus();
    const isProven = status === modelStatus.optimal;
    const hasSolution = Number(model.info.get('primal_solution_status')) === solutionStatus.feasible;
    if (!isProven && status !== modelStatus.timeLimit) {
      throw new Error(`HiGHS ended with model status ${status}.`);
    }
    if (hasSolution) this.#known = model.getSolution().colValue.slice();
    const objective = hasSolution ? model.getObjectiveValue() : Number.POSITIVE_INFINITY;
    const bound = isProven ? objective : Number(model.info.get('mip_dual_bound'));
    return {
      values: hasSolution ? this.#known : null,
      objective,
      bound,
      isProven,
      tookMs: model.getRunTime() * 1000,
    };
  }

  hold({ atLeast, atMost }: { atLeast?: number; atMost: number }, sum: Terms): void {
    if (sum.length === 0) return;
    this.#model.addRow(atLeast ?? Number.NEGATIVE_INFINITY, atMost, {
      indices: sum.map((term) => term.column),
      values: sum.map((term) => term.times),
    });
  }

  close(): void {
    this.#model.dispose();
  }
}
