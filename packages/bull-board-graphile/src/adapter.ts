import { BaseAdapter } from '@bull-board/api/dist/queueAdapters/base.js';
import type {
  AppJobScheduler,
  JobCleanStatus,
  JobCounts,
  JobSchedulerUpdateResult,
  JobState,
  JobStatus,
  MetricsType,
  ObliterateOptions,
  QueueDefaultJobOptions,
  QueueJob,
  QueueJobOptions,
  QueueMetrics,
  QueueWorker,
  RedisStats,
  Status,
} from '@bull-board/api/dist/types.js';
import { type CronEntry, readCron } from './cron.ts';
import { badRequest, unsupported } from './errors.ts';
import { checkPriority, FinishedJob, type JobContext, LiveJob, toMilliseconds } from './jobs.ts';
import type {
  GraphileQueuesOptions,
  GraphileTask,
  JobAttempt,
  JobReference,
  RedactContext,
} from './options.ts';
import { createStore, isJobId, type NewJob, type Store } from './store.ts';

/** graphile-worker's default for `max_attempts`. */
const DEFAULT_MAX_ATTEMPTS = 25;
/** `max_attempts` is a smallint. */
const MOST_ATTEMPTS = 32_767;

/**
 * Creates the queues of a board, one for each task. Pass them to `createBullBoard({ queues })`.
 * They share one read of the counts. Nothing is sent to Postgres before the board requests it.
 * Throws if the crontab is invalid.
 */
export function createGraphileQueues(options: GraphileQueuesOptions): BaseAdapter[] {
  const store = createStore(options);
  const cron = readCron(options.cron);
  return options.tasks.map(
    (task) =>
      new GraphileQueue(
        task,
        store,
        cron.filter((entry) => entry.task === task.name),
        options,
      ),
  );
}

/** One task identifier of graphile-worker as a queue of bull-board. */
class GraphileQueue extends BaseAdapter {
  readonly #task: GraphileTask;
  readonly #store: Store;
  readonly #cron: readonly CronEntry[];
  readonly #options: GraphileQueuesOptions;
  #retries: { ids: string[]; changed: Promise<ReadonlySet<string>> } | undefined;

  constructor(task: GraphileTask, store: Store, cron: readonly CronEntry[], options: GraphileQueuesOptions) {
    // bull-board has two kinds of queue. 'bull' is the kind without flows, global concurrency and
    // editable schedules.
    super('bull', {
      readOnlyMode: options.readOnlyMode === true,
      // graphile-worker deletes a job that succeeds, so it can't run again.
      allowCompletedRetries: false,
      ...(task.description !== undefined && { description: task.description }),
      ...(task.displayName !== undefined && { displayName: task.displayName }),
      ...(task.payloadSchema && { jobDataSchema: task.payloadSchema }),
      ...(options.externalJobUrl && { externalJobUrl: options.externalJobUrl }),
    });
    this.#task = task;
    this.#store = store;
    this.#cron = cron;
    this.#options = options;
  }

  getName(): string {
    return this.#task.name;
  }

  getStatuses(): Status[] {
    return ['latest', ...this.getJobStatuses()];
  }

  /**
   * Returns only statuses that are known: no completed jobs without a history, no paused ones
   * without a pause store.
   */
  getJobStatuses(): JobStatus[] {
    const { history, pauseStore } = this.#options;
    return [
      'active',
      'waiting',
      ...(history ? (['completed'] as const) : []),
      'failed',
      'delayed',
      ...(pauseStore ? (['paused'] as const) : []),
    ];
  }

  async getJobCounts(): Promise<JobCounts> {
    const [counts, completed, paused] = await Promise.all([
      this.#store.counts(this.#task.name),
      this.#options.history?.countCompleted(this.#task.name) ?? 0,
      this.isPaused(),
    ]);
    return {
      active: counts.active,
      waiting: paused ? 0 : counts.waiting,
      paused: paused ? counts.waiting : 0,
      delayed: counts.delayed,
      failed: counts.failed,
      completed,
      // Statuses that only other kinds of queues have.
      latest: 0,
      prioritized: 0,
      'waiting-children': 0,
    };
  }

  /**
   * Returns the jobs at positions `start` to `end` of each status, both included; a negative `end`
   * means all. Waiting jobs are in the order in which they will run, failed and completed ones
   * latest first. With several statuses, all jobs are latest first.
   */
  async getJobs(statuses: JobStatus[], start = 0, end = -1): Promise<QueueJob[]> {
    // The page number is from an address and may exceed Postgres' bigint.
    if (start > Number.MAX_SAFE_INTEGER) return [];
    const context = await this.#context();
    const lists = await Promise.all(
      statuses.map(async (status): Promise<(LiveJob | FinishedJob)[]> => {
        if (status === 'completed') {
          const last = end < 0 ? Number.MAX_SAFE_INTEGER : end;
          const jobs = await this.#options.history?.listCompleted(this.#task.name, start, last);
          return (jobs ?? []).map((job) => new FinishedJob(job, context));
        }
        const live = liveStatusOf(status, context.paused);
        if (!live) return [];
        const rows = await this.#store.page(this.#task.name, live, start, end);
        return rows.map((row) => new LiveJob(row, context));
      }),
    );
    const jobs = lists.flat();
    await this.#entitle(jobs);
    return statuses.length > 1 ? jobs.sort((a, b) => b.lastMovedAt - a.lastMovedAt) : jobs;
  }

  async getJob(id: string): Promise<LiveJob | FinishedJob | undefined> {
    const context = await this.#context();
    if (!isJobId(id)) return undefined;
    const row = await this.#store.job(this.#task.name, id);
    const completed = row ? null : await this.#options.history?.getCompleted(this.#task.name, id);
    const finished = completed ? new FinishedJob(completed, context) : undefined;
    const job = row ? new LiveJob(row, context) : finished;
    if (job) await this.#entitle([job]);
    return job;
  }

  /** Names jobs as the app calls them. */
  async #entitle(jobs: readonly (LiveJob | FinishedJob)[]): Promise<void> {
    if (!this.#options.jobTitles || jobs.length === 0) return;
    const titles = await this.#options.jobTitles(jobs.map((job) => this.#referenceTo(job)));
    for (const job of jobs) job.title = titles.get(job.id) ?? job.title;
  }

  #referenceTo(job: LiveJob | FinishedJob): JobReference {
    return {
      task: this.#task.name,
      id: job.id,
      key: job instanceof LiveJob ? job.key : null,
      payload: job.payload,
    };
  }

  /** Returns a line for each attempt in the history. */
  async getJobLogs(id: string): Promise<string[]> {
    const { history } = this.#options;
    const job = history && (await this.getJob(id));
    if (!job) return [];
    const attempts = await history.attemptsOf(this.#referenceTo(job));
    return attempts.map((attempt) => String(this.#redact(logLine(attempt), 'log')));
  }

  /**
   * Adds a job of this task; the name that the board sends is not used. Accepts the options `delay`
   * (milliseconds), `attempts`, `priority` (lower runs first), `jobKey` or Bull's `jobId`,
   * `queueName` and `flags`. Refuses any other option instead of ignoring it.
   */
  async addJob(_name: string, data: unknown, options: QueueJobOptions): Promise<QueueJob> {
    return this.#add(parseJobOptions(data, options));
  }

  async clean(status: JobCleanStatus, graceTimeMs: number): Promise<void> {
    this.#assertRemovable();
    switch (status as string) {
      case 'wait':
      case 'waiting':
      case 'paused':
        await this.#store.clean(this.#task.name, 'waiting', graceTimeMs);
        return;
      case 'delayed':
      case 'failed':
        await this.#store.clean(this.#task.name, status as 'delayed' | 'failed', graceTimeMs);
        return;
      case 'active':
        throw unsupported("A worker is at the active jobs: graphile-worker can't take them away from it.");
      case 'completed':
        throw unsupported(
          "graphile-worker deletes jobs that succeed; the list shows the app's history of them.",
        );
      default:
        throw badRequest(`There are no ${status} jobs in graphile-worker.`);
    }
  }

  /** Removes the jobs that have not started and have attempts left. Failed jobs stay. */
  async empty(): Promise<void> {
    this.#assertRemovable();
    await this.#store.empty(this.#task.name);
  }

  /**
   * Removes all jobs of the task. If some are running, throws and removes nothing, even with
   * `force`.
   */
  async obliterate({ force = false }: ObliterateOptions = {}): Promise<void> {
    this.#assertRemovable();
    const [running] = await this.#store.page(this.#task.name, 'active', 0, 0);
    if (running)
      throw force
        ? unsupported("A worker is at the active jobs: graphile-worker can't take them away from it.")
        : // bull-board recognizes this refusal by its exact text.
          new Error('Cannot obliterate queue with active jobs');
    await this.#store.obliterate(this.#task.name);
  }

  #assertRemovable(): void {
    if (this.#task.keepsJobs) throw unsupported(this.#task.keepsJobs);
  }

  async promoteAll(): Promise<void> {
    await this.#store.promoteAll(this.#task.name);
  }

  async isPaused(): Promise<boolean> {
    return (await this.#options.pauseStore?.isPaused(this.#task.name)) ?? false;
  }

  async pause(): Promise<void> {
    await this.#pauseStore().pause(this.#task.name);
  }

  async resume(): Promise<void> {
    await this.#pauseStore().resume(this.#task.name);
  }

  async getJobSchedulers(): Promise<Omit<AppJobScheduler, 'queueName'>[]> {
    const known = await this.#store.knownCrontabs();
    const nowMs = Date.now();
    const lastRun = (identifier: string) => {
      const at = known.get(identifier);
      return typeof at === 'number' ? { lastRun: at } : {};
    };
    const schedulers = this.#cron.map((entry) => {
      const next = entry.nextAfter(nowMs);
      return {
        id: entry.identifier,
        name: entry.task,
        tz: 'UTC',
        ...(entry.pattern !== undefined && { pattern: entry.pattern }),
        ...(next !== undefined && { next }),
        ...lastRun(entry.identifier),
        template: {
          data: this.#redact(entry.payload, 'payload'),
          opts: JSON.parse(JSON.stringify(entry.options)) as Record<string, unknown>,
        },
      };
    });
    // If the app gave no crontab, an entry is known only by its default name, which is the task's.
    if (this.#cron.length === 0 && known.has(this.#task.name))
      return [{ id: this.#task.name, name: this.#task.name, ...lastRun(this.#task.name) }];
    return schedulers;
  }

  async getJobSchedulersCount(): Promise<number> {
    return this.#cron.length || (await this.getJobSchedulers()).length;
  }

  override get supportsJobSchedulerRun(): boolean {
    return this.#cron.length > 0;
  }

  /** Adds at once the job that the crontab would add. The schedule does not change. */
  async runJobSchedulerNow(id: string): Promise<QueueJob | 'not-found'> {
    const entry = this.#cron.find((candidate) => candidate.identifier === id);
    if (!entry) return 'not-found';
    return this.#add({
      // graphile-worker marks the jobs of its crontab in this way.
      payload: { ...entry.payload, _cron: { ts: new Date().toISOString(), backfilled: false } },
      delayMs: 0,
      queueName: entry.options.queueName,
      maxAttempts: entry.options.maxAttempts,
      jobKey: entry.options.jobKey,
      jobKeyMode: entry.options.jobKeyMode,
      priority: entry.options.priority,
    });
  }

  removeJobScheduler(): Promise<boolean> {
    return Promise.reject(
      unsupported(
        "The crontab is part of the workers' program: remove the entry there and restart the workers.",
      ),
    );
  }

  updateJobScheduler(): Promise<JobSchedulerUpdateResult> {
    return Promise.reject(
      unsupported(
        "The crontab is part of the workers' program: change the entry there and restart the workers.",
      ),
    );
  }

  /**
   * Returns the app's own list, otherwise the workers that hold a running job, and null (unknown)
   * if none does.
   */
  override async getWorkers(): Promise<QueueWorker[] | null> {
    const nowMs = Date.now();
    const age = (sinceMs: number) => Math.max(0, Math.round((nowMs - sinceMs) / 1000));
    if (this.#options.workers) {
      const workers = await this.#options.workers(this.#task.name);
      return workers.map(({ id, name = null, address = '', startedAt }) => ({
        id,
        name,
        addr: address,
        age: age(toMilliseconds(startedAt)),
      }));
    }
    const { holders } = await this.#store.counts(this.#task.name);
    const since = new Map<string, number>();
    for (const holder of holders)
      since.set(holder.id, Math.min(holder.since, since.get(holder.id) ?? holder.since));
    if (since.size === 0) return null;
    return [...since].map(([id, sinceMs]) => ({ id, name: null, addr: '', age: age(sinceMs) }));
  }

  async getMetrics(type: MetricsType, start = 0, end = -1): Promise<QueueMetrics> {
    const { jobsPerMinute } = this.#options;
    if (!jobsPerMinute)
      throw unsupported('graphile-worker does not count finished jobs, and the app gave no `jobsPerMinute`.');
    const minutes = [...(await jobsPerMinute(this.#task.name, type))];
    const data = minutes.slice(start, end < 0 ? undefined : end + 1);
    const total = minutes.reduce((sum, jobs) => sum + jobs, 0);
    return {
      meta: { count: total, prevTS: Date.now(), prevCount: minutes[0] ?? 0 },
      data,
      count: minutes.length,
    };
  }

  /** Returns null, because there is no Redis. See {@link getDatastoreStats}. */
  async getRedisInfo(): Promise<null> {
    return null;
  }

  override async getDatastoreStats(): Promise<RedisStats> {
    const { version, port, uptime, connected, blocked } = await this.#store.datastore();
    return { backend: 'postgres', version, port, uptime, clients: { connected, blocked } };
  }

  async getGlobalConcurrency(): Promise<null> {
    return null;
  }

  setGlobalConcurrency(): Promise<void> {
    return Promise.reject(
      unsupported('graphile-worker has no limit across workers: set `concurrency` of each worker.'),
    );
  }

  override getQueueDefaultJobOptions(): QueueDefaultJobOptions {
    return { attempts: this.#task.maxAttempts ?? DEFAULT_MAX_ATTEMPTS };
  }

  async #add(job: Omit<NewJob, 'task'>): Promise<QueueJob> {
    const row = await this.#store.add({
      ...job,
      task: this.#task.name,
      maxAttempts: job.maxAttempts ?? this.#task.maxAttempts,
      flags: job.flags ?? this.#task.flags,
    });
    return new LiveJob(row, await this.#context());
  }

  #pauseStore() {
    const { pauseStore } = this.#options;
    if (!pauseStore) throw unsupported('graphile-worker has no pause, and the app gave no `pauseStore`.');
    return pauseStore;
  }

  #redact(value: unknown, part: RedactContext['part']): unknown {
    const { redact } = this.#options;
    return redact ? redact(value, { task: this.#task.name, part }) : value;
  }

  async #context(): Promise<JobContext> {
    return {
      task: this.#task.name,
      store: this.#store,
      paused: await this.isPaused(),
      redact: (value, part) => this.#redact(value, part),
      stateOf: (id) => this.#stateOf(id),
      retry: (id) => this.#retry(id),
    };
  }

  async #stateOf(id: string): Promise<JobState> {
    const job = await this.getJob(id);
    if (!job) return 'unknown';
    return job instanceof LiveJob ? job.status : 'completed';
  }

  /**
   * For "retry all", bull-board calls each job of a page at the same time. Those calls become one
   * statement.
   */
  async #retry(id: string): Promise<boolean> {
    if (!this.#retries) {
      const ids: string[] = [];
      const changed = Promise.resolve().then(() => {
        this.#retries = undefined;
        return this.#store.retry(ids);
      });
      this.#retries = { ids, changed };
    }
    this.#retries.ids.push(id);
    return (await this.#retries.changed).has(id);
  }
}

/** Returns the status of graphile-worker's jobs for a status of bull-board, if any. */
function liveStatusOf(status: JobStatus, paused: boolean) {
  switch (status) {
    case 'waiting':
      return paused ? undefined : 'waiting';
    case 'paused':
      return paused ? 'waiting' : undefined;
    case 'active':
    case 'delayed':
    case 'failed':
      return status;
    default:
      return undefined;
  }
}

/** `2026-01-05T15:45:00.000Z failed after 812 ms on worker-1: HTTP 503` */
function logLine({ startedAt, finishedAt, outcome, detail, worker }: JobAttempt): string {
  const startedMs = toMilliseconds(startedAt);
  const took =
    finishedAt === null || finishedAt === undefined
      ? ''
      : ` after ${toMilliseconds(finishedAt) - startedMs} ms`;
  return `${new Date(startedMs).toISOString()} ${outcome}${took}${worker ? ` on ${worker}` : ''}${detail ? `: ${detail}` : ''}`;
}

function parseJobOptions(payload: unknown, options: QueueJobOptions): Omit<NewJob, 'task'> {
  const { delay, attempts, priority, jobKey, jobId, queueName, flags, ...unknown } = options as Record<
    string,
    unknown
  >;
  const [unknownOption] = Object.keys(unknown);
  if (unknownOption)
    throw badRequest(
      `graphile-worker knows no job option '${unknownOption}'. It knows delay, attempts, priority, jobKey, queueName and flags.`,
    );
  if (delay !== undefined && !(typeof delay === 'number' && Number.isFinite(delay) && delay >= 0))
    throw badRequest('A delay is a number of milliseconds, 0 or more.');
  if (
    attempts !== undefined &&
    !(
      typeof attempts === 'number' &&
      Number.isInteger(attempts) &&
      attempts >= 1 &&
      attempts <= MOST_ATTEMPTS
    )
  )
    throw badRequest(`Attempts are a whole number from 1 to ${MOST_ATTEMPTS}.`);
  if (flags !== undefined && !(Array.isArray(flags) && flags.every((flag) => typeof flag === 'string')))
    throw badRequest('Flags are a list of texts.');
  return {
    payload,
    delayMs: delay ?? 0,
    maxAttempts: attempts,
    priority: priority === undefined ? undefined : checkPriority(priority),
    jobKey: optionalText('jobKey', jobKey ?? jobId, 512),
    queueName: optionalText('queueName', queueName, 128),
    flags,
  };
}

function optionalText(option: string, value: unknown, longest: number): string | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'string' || value === '' || value.length > longest)
    throw badRequest(`${option} is a text of 1 to ${longest} characters.`);
  return value;
}
