import { execFile, execFileSync } from 'node:child_process';
import { promisify } from 'node:util';
import { checkOut, commitOf, git } from '../checkout.ts';
import { ROOT } from '../process.ts';
import { type PartResult, percentile } from './measure.ts';

/** A figure of two versions that is worse by more than this, in the median, is marked. */
const WORSE = 1.1;
/** With fewer rounds, other work on the machine looks like a change. */
const FEWEST_ROUNDS = 3;

/** The figures of which more is better; of all others less is. */
const MORE_IS_BETTER = ['perSecond', 'placed'];

/** A figure of both versions. */
export interface Compared {
  part: string;
  contestant: string;
  figure: string;
  before: number;
  now: number;
  /** Now, of before, by round. */
  ratio: { median: number; low: number; high: number };
  /** Whether it is worse by more than a tenth, and in no round better, of three rounds at least. */
  isWorse: boolean;
}

/**
 * Measures parts of the bench in turns with those of another commit, which is checked out and installed in a temporary folder.
 * Each version is measured by its own bench.
 * @param commit such as `HEAD~3`; throws a sentence if there is none
 * @param args of `pnpm bench`, without the number of rounds
 */
export async function measureAgainst(
  commit: string,
  args: readonly string[],
  rounds: number,
  say: (line: string) => void,
): Promise<Compared[]> {
  const id = commitOf(commit);
  say(`Checking out ${id.slice(0, 10)}…`);
  const checkout = checkOut(id);
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));
  try {
    if (git('diff', '--stat', id, '--', 'bench', 'scripts/bench.ts', 'scripts/lib/bench') !== '')
      say('The bench itself has changed since: a part of the difference may be its own.');
    install(checkout.path);
    const measured = { before: [] as PartResult[][], now: [] as PartResult[][] };
    const turns = [
      { name: 'before', root: checkout.path },
      { name: 'now', root: ROOT },
    ] as const;
    for (let round = 0; round < rounds; round++) {
      for (const { name, root } of round % 2 === 0 ? turns : turns.toReversed()) {
        say(`Round ${round + 1} of ${rounds}: ${name}`);
        measured[name].push(await measureIn(root, args));
      }
    }
    return compare(measured.before, measured.now);
  } finally {
    checkout.remove();
  }
}

/** Installs the packages of a checkout from this machine's store. The apps run from source, so nothing is built. */
function install(checkout: string): void {
  execFileSync('npx', ['-y', 'pnpm@12', 'install', '--offline', '--frozen-lockfile'], {
    cwd: checkout,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
}

async function measureIn(root: string, args: readonly string[]): Promise<PartResult[]> {
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['scripts/bench.ts', ...args, '--json', '--rounds', '1'],
    { cwd: root, maxBuffer: 64 * 1024 * 1024 },
  );
  return (JSON.parse(stdout) as { parts: PartResult[] }).parts;
}

/** The figures that both versions have. */
function compare(before: readonly PartResult[][], now: readonly PartResult[][]): Compared[] {
  const valueIn = (
    results: readonly PartResult[],
    one: { part: string; contestant: string; figure: string },
  ) =>
    results
      .find(({ part }) => part === one.part)
      ?.standings.find(({ contestant }) => contestant === one.contestant)?.figures[one.figure]?.median;
  const named = (now[0] ?? []).flatMap(({ part, standings }) =>
    standings.flatMap(({ contestant, figures }) =>
      Object.keys(figures).map((figure) => ({ part, contestant, figure })),
    ),
  );
  return named.flatMap((one) => {
    const pairs = now.flatMap((results, round) => {
      const [earlier, later] = [valueIn(before[round] ?? [], one), valueIn(results, one)];
      return earlier === undefined || later === undefined ? [] : [{ earlier, later, ratio: later / earlier }];
    });
    if (pairs.length === 0) return [];
    const ratios = pairs.map(({ ratio }) => ratio);
    const median = (values: readonly number[]) => percentile(values, 0.5);
    const worse = ratios.map((ratio) => (MORE_IS_BETTER.includes(one.figure) ? 1 / ratio : ratio));
    return [
      {
        ...one,
        before: median(pairs.map(({ earlier }) => earlier)),
        now: median(pairs.map(({ later }) => later)),
        ratio: { median: median(ratios), low: Math.min(...ratios), high: Math.max(...ratios) },
        isWorse: ratios.length >= FEWEST_ROUNDS && median(worse) > WORSE && worse.every((ratio) => ratio > 1),
      },
    ];
  });
}
