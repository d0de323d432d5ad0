import { Worker } from 'node:worker_threads';
import { type Db, memoizeByDb, proposals } from '@scheduler/db';
import type { PlanInput, PlanOptions, Proposal } from '@scheduler/planner';
import { and, eq, inArray, sql } from 'drizzle-orm';

/** What a thread plans. */
export interface PlanJob {
  input: PlanInput;
  options: PlanOptions;
}

/** Objects of one thread, besides those of the solver, which take some 40 MB. */
const THREAD_MEGABYTES = 300;
/** What takes longer than the solver's own limit by far is broken off. */
const LONGEST_RUN_MS = 90_000;

/** A run that was ended before it had an answer. */
export class RunEnded extends Error {}

/** The plans that this process makes for a database, each in a thread of its own. */
export class PlanRuns {
  readonly #db: Db;
  readonly #threads = new Map<number, Worker>();
  /** By proposal, from its start to its end. */
  readonly #runs = new Map<number, Promise<void>>();
  #closed = false;

  constructor(db: Db) {
    this.#db = db;
  }

  /** Whether the server is stopping. */
  get isClosing(): boolean {
    return this.#closed;
  }

  /** Runs work on a proposal in the background. Closing waits for its end. */
  start(proposalId: number, work: () => Promise<void>): void {
    this.#runs.set(
      proposalId,
      work().finally(() => this.#runs.delete(proposalId)),
    );
  }

  /**
   * Makes a plan.
   * @throws {RunEnded} the run was canceled or the server stops
   * @throws any error that ended the thread
   */
  async plan(proposalId: number, job: PlanJob): Promise<Proposal> {
    if (this.#closed) throw new RunEnded();
    const worker = new Worker(THREAD_FILE, {
      name: 'plan',
      workerData: job,
      execArgv: [],
      resourceLimits: { maxOldGenerationSizeMb: THREAD_MEGABYTES },
    });
    this.#threads.set(proposalId, worker);
    const late = setTimeout(() => void worker.terminate(), LONGEST_RUN_MS);
    try {
      return await new Promise<Proposal>((resolve, reject) => {
        worker.once('message', resolve);
        worker.once('error', reject);
        worker.once('exit', () => reject(new RunEnded()));
      });
    } finally {
      clearTimeout(late);
      this.#threads.delete(proposalId);
      await worker.terminate();
    }
  }

  /** Ends the thread of a proposal, if this process has it. */
  end(proposalId: number): void {
    void this.#threads.get(proposalId)?.terminate();
  }

  /** Ends all threads. Their proposals are told as interrupted, and can be started again. */
  async close(): Promise<void> {
    this.#closed = true;
    const ids = [...this.#runs.keys()];
    await Promise.all([...this.#threads.values()].map((worker) => worker.terminate()));
    await Promise.allSettled(this.#runs.values());
    if (ids.length === 0) return;
    await this.#db
      .update(proposals)
      .set({ state: 'interrupted', finishedAt: sql`app_now()`, updatedAt: sql`app_now()`, note: INTERRUPTED })
      .where(and(inArray(proposals.id, ids), eq(proposals.state, 'running')))
      .catch(() => {});
  }
}

export const INTERRUPTED = 'The server that made this plan stopped. Nothing was changed; plan again.';

/** Longer than any run takes: a proposal that runs for so long belongs to a server that is gone. */
export const ABANDONED_AFTER_SECONDS = 180;

export const planRunsOf = memoizeByDb((db) => new PlanRuns(db));

/** Built, it stands beside the bundle. */
const THREAD_FILE = new URL(
  import.meta.url.endsWith('.ts') ? './plan-thread.ts' : './plan-thread.js',
  import.meta.url,
);
