import type { JobState, QueueJob, QueueJobJson } from '@bull-board/api/dist/types.js';
import { badRequest, conflict, unsupported } from './errors.ts';
import type { CompletedJob, Moment, RedactContext } from './options.ts';
import type { JobRow, Store } from './store.ts';

/** What a job needs of its queue. */
export interface JobContext {
  task: string;
  store: Store;
  redact: (value: unknown, part: RedactContext['part']) => unknown;
  stateOf(id: string): Promise<JobState>;
  /** Waiting jobs of a paused task show as paused. */
  paused: boolean;
  /** Retries asked for in one go are one statement. False: the job couldn't be changed. */
  retry(id: string): Promise<boolean>;
}

export const toMilliseconds = (moment: Moment): number => new Date(moment).getTime();

/** graphile-worker's priority column is a smallint. */
const MAX_PRIORITY = 32_767;

/** Throws a sentence where Postgres could not hold the priority. */
export function checkPriority(priority: unknown): number {
  if (typeof priority !== 'number' || !Number.isInteger(priority) || Math.abs(priority) > MAX_PRIORITY)
    throw badRequest(
      `A priority is a whole number from -${MAX_PRIORITY} to ${MAX_PRIORITY}; lower runs first.`,
    );
  return priority;
}

/** A job in graphile-worker's table. */
export class LiveJob implements QueueJob {
  readonly id: string;
  readonly opts: QueueJobJson['opts'];
  readonly #row: JobRow;
  readonly #context: JobContext;

  constructor(row: JobRow, context: JobContext) {
    this.id = row.id;
    this.#row = row;
    this.#context = context;
    // The board adds `delay` to the time a job was added to say when it will run.
    this.opts = {
      attempts: row.maxAttempts,
      priority: row.priority,
      delay: this.#delay(),
      ...(row.key !== null && { jobKey: row.key }),
      ...(row.queueName !== null && { queueName: row.queueName }),
      ...(row.flags.length > 0 && { flags: row.flags }),
    };
  }

  /** What {@link getState} answered when the job was read. */
  get status(): JobState {
    return this.#row.status === 'waiting' && this.#context.paused ? 'paused' : this.#row.status;
  }

  get key(): string | null {
    return this.#row.key;
  }

  /** As it is in the table: not for showing. */
  get payload(): unknown {
    return this.#row.payload;
  }

  /** When it last moved, in epoch milliseconds. */
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
      name: this.#context.task,
      data: this.#context.redact(row.payload, 'payload'),
      opts: this.opts,
      timestamp: row.createdAt,
      delay: this.#delay(),
      priority: row.priority,
      attemptsMade: row.attempts,
      progress: 0,
      // When the last attempt of a failed job began is forgotten. The board takes a missing start for 1970 and shows how long
      // ago that was as the duration, so the one known instant stands for both ends.
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
    return conflict(`Job ${this.id} is being worked on or gone by now, so it was left as it is.`);
  }
}

/** A job that graphile-worker has deleted because it succeeded, as the app's history remembers it. */
export class FinishedJob implements QueueJob {
  readonly id: string;
  readonly opts: QueueJobJson['opts'] = {};
  readonly #job: CompletedJob;
  readonly #context: JobContext;

  constructor(job: CompletedJob, context: JobContext) {
    this.id = job.id;
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
      name: this.#context.task,
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
