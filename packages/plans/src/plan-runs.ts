import { Worker } from 'node:worker_threads';
import { type Db, memoizeByDb, proposals } from '@scheduler/db';
import type { Covered, PlanInput, PlanOptions, Proposal } from '@scheduler/planner';
import { nextAnswer, ThreadEnded } from '@scheduler/runtime';
import { and, eq, inArray, sql } from 'drizzle-orm';

/** The input of a thread. */
export interface PlanJob {
  input: PlanInput;
  options: PlanOptions;
  /** Only in a plan that finds other people for scheduled work: that work. */
  covered?: Covered;
}

/**
 * The memory of a thread for objects. With the solver's own memory, a plan of 50 people, 14 days
 * and 400 events takes 140 MB, and one of 28 days and 600 events takes 170 MB. A process has 512 MB,
 * so it makes one plan at a time.
 */
const THREAD_MEGABYTES = 160;
/** The longest time of a run, much longer than the solver's own limit. A longer run is aborted. */
const LONGEST_RUN_MS = 90_000;

/** The plans that this process makes for a database, each in a separate thread. */
export class PlanRuns {
  readonly #db: Db;
  readonly #threads = new Map<number, Worker>();
  /** Proposals whose turn has not come yet. */
  readonly #waiting = new Set<number>();
  /** The run of each proposal, from its start to its end. */
  readonly #runs = new Map<number, Promise<void>>();
  /** Settles once the plan that was requested last is made. */
  #turn: Promise<unknown> = Promise.resolve();
  #closed = false;

  constructor(db: Db) {
    this.#db = db;
  }

  /** Whether the server is stopping. */
  get isClosing(): boolean {
    return this.#closed;
  }

  /** Whether a thread makes the plan of a proposal. */
  isPlanning(proposalId: number): boolean {
    return this.#threads.has(proposalId);
  }

  /** Runs work on a proposal. Closing waits for its end. */
  start(proposalId: number, work: () => Promise<void>): Promise<void> {
    this.#waiting.add(proposalId);
    const run = work().finally(() => {
      this.#runs.delete(proposalId);
      this.#waiting.delete(proposalId);
    });
    this.#runs.set(proposalId, run);
    return run;
  }

  /**
   * Makes the plan of a started proposal, after the plans that were started before it.
   * @param read reads the thread's input once the turn has come, so that it is the present board
   * @throws {ThreadEnded} if the run was canceled, the server stops, or an error ended the thread
   */
  plan(proposalId: number, read: () => PlanJob | Promise<PlanJob>): Promise<Proposal> {
    const made = this.#turn.then(() => this.#planNow(proposalId, read));
    this.#turn = made.catch(() => {});
    return made;
  }

  async #planNow(proposalId: number, read: () => PlanJob | Promise<PlanJob>): Promise<Proposal> {
    const assertWanted = () => {
      if (this.#closed || !this.#waiting.has(proposalId))
        throw new ThreadEnded('The run was ended before its turn.');
    };
    assertWanted();
    const job = await read();
    assertWanted();
    this.#waiting.delete(proposalId);
    const worker = new Worker(THREAD_FILE, {
      name: 'plan',
      workerData: job,
      execArgv: [],
      resourceLimits: { maxOldGenerationSizeMb: THREAD_MEGABYTES },
    });
    this.#threads.set(proposalId, worker);
    try {
      return await nextAnswer<Proposal>(worker, AbortSignal.timeout(LONGEST_RUN_MS));
    } finally {
      this.#threads.delete(proposalId);
      await worker.terminate();
    }
  }

  /** Ends the run of a proposal, if this process has it. */
  end(proposalId: number): void {
    this.#waiting.delete(proposalId);
    void this.#threads.get(proposalId)?.terminate();
  }

  /** Ends all threads. Their proposals count as interrupted and can be started again. */
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

/** How often a run says that it goes on, also while it waits for its turn. */
export const SIGN_OF_LIFE_SECONDS = 60;
/**
 * A running proposal without a sign of life for this time belongs to a server that has died.
 */
export const ABANDONED_AFTER_SECONDS = 180;

export const planRunsOf = memoizeByDb((db) => new PlanRuns(db));

/** In a build the file is beside the bundle. */
const THREAD_FILE = new URL(
  import.meta.url.endsWith('.ts') ? './plan-thread.ts' : './plan-thread.js',
  import.meta.url,
);
