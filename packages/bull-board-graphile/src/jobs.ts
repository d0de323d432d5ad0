import type { JobState, QueueJob, QueueJobJson } from '@bull-board/api/dist/types.js';
import { badRequest, conflict, unsupported } from './errors.ts';
import type { CompletedJob, Moment, RedactContext } from './options.ts';
import type { JobRow, Store } from './store.ts';

/** The parts of its queue that a job needs. */
export interface JobContext {
  task: string;
  store: Store;
  redact: (value: unknown, part: RedactContext['part']) => unknown;
  stateOf(id: string): Promise<JobState>;
  /** Waiting jobs of a paused task show as paused. */
  paused: boolean;
  /**
   * Retries a job; concurrent calls share one statement. Returns false if the job couldn't be
   * changed.
   */
  retry(id: string): Promise<boolean>;
}

export const toMilliseconds = (moment: Moment): number => new Date(moment).getTime();

/** graphile-worker's priority column is a smallint. */
const MAX_PRIORITY = 32_767;

/** Returns a valid priority. Throws a refusal if Postgres can't store it. */
export function checkPriority(priority: unknown): number {
  if (typeof priority !== 'number' || !Number.isInteger(priority) || Math.abs(priority) > MAX_PRIORITY)
    throw badRequest(
      `A priority is a whole number from -${MAX_PRIORITY} to ${MAX_PRIORITY}; jobs with a lower one run first.`,
    );
  return priority;
}

/** A job in graphile-worker's table. */
export class LiveJob implements QueueJob {
  readonly id: string;
  readonly opts: QueueJobJson['opts'];
  /** What it is called. */
  title: string;
  readonly #row: JobRow;
  readonly #context: JobContext;

  constructor(row: JobRow, context: JobContext) {
    this.id = row.id;
    this.title = context.task;
    this.#row = row;
    this.#context = context;
    // The board shows the time at which a job was added plus `delay` as its next run.
    this.opts = {
      attempts: row.maxAttempts,
      priority: row.priority,
      delay: this.#delay(),
      ...(row.key !== null && { jobKey: row.key }),
      ...(row.queueName !== null && { queueName: row.queueName }),
      ...(row.flags.length > 0 && { flags: row.flags }),
    };
  }

  /** The state when the job was read, as {@link getState} returned it. */
  get status(): JobState {
    return this.#row.status === 'waiting' && this.#context.paused ? 'paused' : this.#row.status;
  }

  get key(): string | null {
    return this.#row.key;
  }

  /** The payload as stored, without redaction. Do not show it. */
  get payload(): unknown {
    return this.#row.payload;
  }

  /** The time of the last change of state, in epoch milliseconds. */
  get lastMovedAt(): number {
    const { status, failedAt, lockedAt, createdAt } = this.#row;
    return status === 'failed' ? failedAt : (lockedAt ?? createdAt);
  }

  toJSON(): QueueJobJson {
    const row = this.#row;
    const failedAt = row.status === 'failed' ? row.failedAt : null;
    const failedReason =
      row.lastError === null ? '' : String(this.#context.redact(row.lastError, 'error') ?? '');
    return {
      id: row.id,
      name: this.title,
      data: this.#context.redact(row.payload, 'payload'),
      opts: this.opts,
      timestamp: row.createdAt,
      delay: this.#delay(),
      priority: row.priority,
      attemptsMade: row.attempts,
      progress: 0,
      // The start of a failed job's last attempt is not stored. The board would read a missing
      // start as 1970 and show a very long duration, so the end is used as the start, too.
      processedOn: failedAt ?? row.lockedAt,
      processedBy: row.lockedBy,
      finishedOn: failedAt,
      failedReason,
      stacktrace: failedReason ? [failedReason] : [],
      returnvalue: null,
      ...(row.key !== null && { deduplicationId: row.key }),
    };
  }

  getState(): Promise<JobState> {
    return this.#context.stateOf(this.id);
  }

  async retry(): Promise<void> {
    if (this.#row.status !== 'failed')
      throw conflict(`Job ${this.id} hasn't failed for good, so there is nothing to retry.`);
    if (!(await this.#context.retry(this.id))) throw this.#gone();
  }

  async promote(): Promise<void> {
    if (this.#row.status !== 'delayed')
      throw conflict(`Job ${this.id} isn't delayed, so there is nothing to promote.`);
    this.#expectChanged(await this.#context.store.promote([this.id]));
  }

  async remove(): Promise<void> {
    this.#expectChanged(await this.#context.store.remove([this.id]));
  }

  /** Runs `delay` milliseconds from now. */
  async changeDelay(delay: number): Promise<void> {
    this.#expectChanged(await this.#context.store.changeDelay(this.id, delay));
  }

  async changePriority({ priority = 0 }: { priority?: number }): Promise<void> {
    this.#expectChanged(await this.#context.store.changePriority(this.id, checkPriority(priority)));
  }

  updateData(): Promise<void> {
    return Promise.reject(
      unsupported(
        "graphile-worker can't change the payload of a queued job. Add a new job instead; with the same job key it replaces this one.",
      ),
    );
  }

  #delay(): number {
    return Math.max(0, this.#row.runAt - this.#row.createdAt);
  }

  #expectChanged(changed: ReadonlySet<string>): void {
    if (!changed.has(this.id)) throw this.#gone();
  }

  #gone() {
    return conflict(`Job ${this.id} is running or does not exist any more, so it was not changed.`);
  }
}

/** A job that graphile-worker has deleted because it succeeded, from the app's history. */
export class FinishedJob implements QueueJob {
  readonly id: string;
  readonly opts: QueueJobJson['opts'] = {};
  /** What it is called. */
  title: string;
  readonly #job: CompletedJob;
  readonly #context: JobContext;

  constructor(job: CompletedJob, context: JobContext) {
    this.id = job.id;
    this.title = context.task;
    this.#job = job;
    this.#context = context;
  }

  get lastMovedAt(): number {
    return toMilliseconds(this.#job.finishedAt);
  }

  get payload(): unknown {
    return this.#job.payload;
  }

  toJSON(): QueueJobJson {
    const job = this.#job;
    const finishedOn = toMilliseconds(job.finishedAt);
    const processedOn = toMilliseconds(job.startedAt);
    return {
      id: job.id,
      name: this.title,
      data: this.#context.redact(job.payload, 'payload'),
      opts: this.opts,
      timestamp: toMilliseconds(job.addedAt ?? job.startedAt),
      attemptsMade: job.attempts,
      progress: 100,
      processedOn,
      processedBy: job.worker ?? null,
      finishedOn,
      failedReason: '',
      stacktrace: [],
      returnvalue: job.result === undefined ? null : this.#context.redact(job.result, 'result'),
    };
  }

  getState(): Promise<JobState> {
    return this.#context.stateOf(this.id);
  }

  retry(): Promise<void> {
    return this.#over('run again; add a new job instead');
  }

  promote(): Promise<void> {
    return this.#over('promoted');
  }

  remove(): Promise<void> {
    return this.#over("removed here: what is shown is the app's history of it");
  }

  updateData(): Promise<void> {
    return this.#over('changed');
  }

  changePriority(): Promise<void> {
    return this.#over('given another priority');
  }

  #over(wish: string): Promise<never> {
    return Promise.reject(
      unsupported(`graphile-worker deletes a job that succeeds, so job ${this.id} can't be ${wish}.`),
    );
  }
}
