import { initialScripts, JS_BUDGET_BYTES } from '../budget.ts';
import { SHARED_ACTS } from './acts.ts';
import type { Run } from './run.ts';

/** A measurement of the board and, right after or before it, of the bare page. */
export interface Round {
  board: Run;
  bare: Run;
}

/** Returns a quantile of values. */
function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)] ?? 0;
}

const round = (value: number) => Math.round(value * 1000) / 1000;

/** Returns the median of the rounds, with the lowest and the highest value. */
function spread(values: readonly number[]) {
  return {
    median: round(quantile(values, 0.5)),
    min: round(Math.min(...values)),
    max: round(Math.max(...values)),
  };
}

const isShared = (name: string) => SHARED_ACTS.some((act) => act.name === name);

/** The 75th percentile of the interactions that both pages have. */
const p75 = ({ interactions }: Run) =>
  quantile(
    interactions.filter(({ name }) => isShared(name)).map(({ ms }) => ms),
    0.75,
  );

const droppedShare = ({ frames: { wanted, dropped } }: Run) => dropped / Math.max(1, wanted);
const incompleteShare = ({ frames: { wanted, incomplete } }: Run) => incomplete / Math.max(1, wanted);

const shiftSum = ({ shifts }: Run, isMeant: (during: string) => boolean = () => true) =>
  shifts.filter(({ during }) => isMeant(during)).reduce((sum, { value }) => sum + value, 0);

/** Returns the figures with their targets. A figure without a target is the yardstick. */
export function figuresOf(rounds: readonly Round[]) {
  const boards = rounds.map(({ board }) => board);
  const bares = rounds.map(({ bare }) => bare);
  const ratio = (measure: (run: Run) => number) =>
    spread(rounds.map(({ board, bare }) => measure(board) / measure(bare)));
  const built = initialScripts('src/board/board-page.tsx').reduce((sum, { gzipBytes }) => sum + gzipBytes, 0);
  const figures: { name: string; target?: number; median: number; min: number; max: number }[] = [
    { name: 'First JavaScript, gzip, from the build (bytes)', target: JS_BUDGET_BYTES, ...spread([built]) },
    {
      name: 'JavaScript requested before the first card (bytes)',
      ...spread(boards.map(({ transferredBytes }) => transferredBytes)),
    },
    { name: 'First card (ms)', ...spread(boards.map(({ firstCardMs }) => firstCardMs)) },
    { name: 'First card, bare page (ms)', ...spread(bares.map(({ firstCardMs }) => firstCardMs)) },
    { name: 'First card, of the bare page’s', target: 1.6, ...ratio(({ firstCardMs }) => firstCardMs) },
    { name: 'Interaction to next paint, p75 (ms)', ...spread(boards.map(p75)) },
    { name: 'Interaction to next paint, p75, bare page (ms)', ...spread(bares.map(p75)) },
    { name: 'Interaction to next paint, of the bare page’s', target: 1.5, ...ratio(p75) },
    { name: 'Dropped frames of scrolling (share)', ...spread(boards.map(droppedShare)) },
    { name: 'Dropped frames of scrolling, bare page (share)', ...spread(bares.map(droppedShare)) },
    { name: 'Frames with a part still empty (share)', ...spread(boards.map(incompleteShare)) },
    { name: 'Frames with a part still empty, bare page (share)', ...spread(bares.map(incompleteShare)) },
    {
      name: 'Every layout shift while loading (sum)',
      target: 0.02,
      ...spread(boards.map((board) => shiftSum(board, (during) => during === 'loading'))),
    },
    {
      name: 'Every layout shift in all (sum)',
      target: 0.02,
      ...spread(boards.map((board) => shiftSum(board))),
    },
  ];
  return figures.map((figure) => ({
    ...figure,
    ...(figure.target !== undefined && { isMet: figure.median <= figure.target }),
  }));
}

/** Returns the longest of each interaction of one page, by name. */
function interactionsOf(runs: readonly Run[]) {
  const byName = Map.groupBy(
    runs.flatMap(({ interactions }) => interactions),
    ({ name }) => name,
  );
  return [...byName].map(([name, all]) => ({ name, ...spread(all.map(({ ms }) => ms)) }));
}

const cell = (value: string | number, width = 10) => String(value).padStart(width);
const NAME_WIDTH = 52;

/** Prints all figures, the largest shifts, and each interaction of both pages. */
export function printReport(rounds: readonly Round[]): void {
  const head = ['median', 'lowest', 'highest', 'target'].map((word) => cell(word)).join('');
  console.log(`${'figure'.padEnd(NAME_WIDTH)}${head}`);
  for (const { name, median, min, max, target, isMet } of figuresOf(rounds)) {
    const cells = [median, min, max, target ?? ''].map((value) => cell(value)).join('');
    const verdict = isMet ? 'met' : 'missed';
    console.log(`${name.padEnd(NAME_WIDTH)}${cells}  ${target === undefined ? '' : verdict}`);
  }
  const shifts = rounds.flatMap(({ board }) => board.shifts).toSorted((a, b) => b.value - a.value);
  console.log('\nLargest shifts of all rounds, excused or not');
  for (const { during, value, source } of shifts.slice(0, 12)) {
    console.log(`${cell(round(value), 8)}  ${during}: ${source}`);
  }
  const bares = new Map(interactionsOf(rounds.map(({ bare }) => bare)).map((each) => [each.name, each]));
  console.log(`\n${'Each interaction (ms)'.padEnd(NAME_WIDTH)}${head.slice(0, 30)}${cell('bare')}`);
  for (const { name, median, min, max } of interactionsOf(rounds.map(({ board }) => board))) {
    const cells = [median, min, max, bares.get(name)?.median ?? ''].map((value) => cell(value)).join('');
    console.log(`${name.padEnd(NAME_WIDTH)}${cells}`);
  }
}
