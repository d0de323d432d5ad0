import { Worker } from 'node:worker_threads';
import { type Db, memoizeByDb, proposals } from '@scheduler/db';
import type { PlanInput, PlanOptions, Proposal } from '@scheduler/planner';
import { and, eq, inArray, sql } from 'drizzle-orm';

/** What a thread plans. */
export interface PlanJob {
  input: PlanInput;
  options: PlanOptions;
}

/**
 * Objects of a thread. With the solver's own memory, a plan of 50 people, 14 days and 400 events
 * takes 110 MB, one of 28 days and 600 events 190 MB, and a server has 512 MB: one plan is made at
 * a time.
 */
const THREAD_MEGABYTES = 160;
/** What takes longer than the solver's own limit by far is broken off. */
const LONGEST_RUN_MS = 90_000;

/** A run that was ended before it had an answer. */
export class RunEnded extends Error {}

/** The plans that this process makes for a database, each in a thread of its own. */
export class PlanRuns {
  readonly #db: Db;
  readonly #threads = new Map<number, Worker>();
  /** Proposals whose turn has not come yet. */
  readonly #waiting = new Set<number>();
  /** By proposal, from its start to its end. */
  readonly #runs = new Map<number, Promise<void>>();
  /** Settles once the plan that was asked for last is made. */
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

  /** Runs work on a proposal in the background. Closing waits for its end. */
  start(proposalId: number, work: () => Promise<void>): void {
    this.#waiting.add(proposalId);
    this.#runs.set(
      proposalId,
      work().finally(() => {
        this.#runs.delete(proposalId);
        this.#waiting.delete(proposalId);
      }),
    );
  }

  /**
   * Makes the plan of a proposal that was started, once those before it, of other stores, are made.
   * @throws {RunEnded} the run was canceled or the server stops
   * @throws any error that ended the thread
   */
  plan(proposalId: number, job: PlanJob): Promise<Proposal> {
    const made = this.#turn.then(() => this.#planNow(proposalId, job));
    this.#turn = made.catch(() => {});
    return made;
  }

  async #planNow(proposalId: number, job: PlanJob): Promise<Proposal> {
    if (this.#closed || !this.#waiting.delete(proposalId)) throw new RunEnded();
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

  /** Ends the run of a proposal, if this process has it. */
  end(proposalId: number): void {
    this.#waiting.delete(proposalId);
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
