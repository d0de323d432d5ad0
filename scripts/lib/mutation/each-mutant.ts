import { appendFileSync } from 'node:fs';
import { inject, type RunnerTestCase, TestRunner } from 'vitest';
import { KILLED_FILE, type Killed, MODE_OF_ALL, readKilled } from './killed.ts';

/** What instrumented code shares with those who test it. */
interface Stryker {
  activeMutant?: string | undefined;
  currentTestId?: string | undefined;
  hitCount?: number | undefined;
  hitLimit?: number | undefined;
  mutantCoverage?: { perTest: Record<string, Record<string, number>> };
}

/** A test that takes longer is left to the tests of single mutants. */
const LONGEST_MS = 500;
/** A mutant that is met so many times as often as without it is in a loop without an end. */
const LOOP_FACTOR = 100;
const REPEATED = 'repeated';

/**
 * Runs each test once for every mutant that it meets, in the same thread, so that most mutants are
 * killed without a thread and its modules of their own. A mutant may leave something behind, for
 * example in a cache. So one counts as killed only if the test passes again without it.
 */
export default class EachMutant extends TestRunner {
  async runTask(test: RunnerTestCase): Promise<void> {
    const run = TestRunner.getTestFn(test as never);
    const began = performance.now();
    await run();
    if (inject('mode' as never) !== MODE_OF_ALL || performance.now() - began > LONGEST_MS) return;
    const namespace = inject('globalNamespace' as never) as string;
    const stryker = (globalThis as unknown as Record<string, Stryker>)[namespace];
    const id = stryker?.currentTestId;
    const met = id === undefined ? undefined : stryker?.mutantCoverage?.perTest[id];
    if (!stryker || id === undefined || !met) return;
    const passes = async () => {
      try {
        await run();
        return null;
      } catch (error) {
        return error instanceof Error ? error.message : String(error);
      }
    };
    stryker.currentTestId = REPEATED;
    const killed = new Set(readKilled().map(({ mutant }) => mutant));
    if ((await passes()) === null) {
      for (const [mutant, hits] of Object.entries(met)) {
        if (killed.has(mutant)) continue;
        Object.assign(stryker, { activeMutant: mutant, hitCount: 0, hitLimit: hits * LOOP_FACTOR });
        const failure = await passes();
        Object.assign(stryker, { activeMutant: undefined, hitCount: undefined });
        if (failure === null) continue;
        if ((await passes()) !== null) break;
        const line: Killed = { mutant, test: id, failure: failure.slice(0, 200) };
        appendFileSync(KILLED_FILE, `${JSON.stringify(line)}\n`);
      }
    }
    stryker.currentTestId = id;
  }
}
