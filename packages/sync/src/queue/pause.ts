import { type Db, type Executor, pausedTasks, type Tx } from '@scheduler/db';
import type { Instant } from '@scheduler/scheduling';
import { inArray } from 'drizzle-orm';
import { leaveOutPause } from '../event-sync.ts';
import { type TaskName, taskFlag } from './contracts.ts';
import { flagJobs } from './graphile.ts';

/** A task that is paused, since when and by whom. */
export interface PausedTask {
  task: TaskName;
  pausedAt: Instant;
  pausedBy: string;
}

/**
 * How long a worker may use what it last read about pauses. For this long, it may still take a job
 * of a task that was just paused.
 */
const KNOWN_FOR_MS = 250;

/** Reads which tasks are paused. */
export async function readPaused(db: Executor): Promise<PausedTask[]> {
  const rows = await db.select().from(pausedTasks).orderBy(pausedTasks.pausedAt, pausedTasks.task);
  return rows.map((row) => ({ ...row, task: row.task as TaskName }));
}

/**
 * Stops every worker from taking jobs of these tasks, within a second of the commit. Running jobs
 * end as usual, and saves go on and queue their jobs. Returns the tasks that weren't paused
 * already.
 */
export async function pauseTasks(tx: Tx, tasks: readonly TaskName[], pausedBy: string): Promise<TaskName[]> {
  const paused = await tx
    .insert(pausedTasks)
    // Always in the same order, so that two pauses of the same tasks can't deadlock.
    .values([...tasks].sort().map((task) => ({ task, pausedBy })))
    .onConflictDoNothing()
    .returning({ task: pausedTasks.task });
  // Jobs added by the crontab, or by a version without pauses, have no flag yet.
  for (const { task } of paused) await flagJobs(tx, task as TaskName);
  return tasks.filter((one) => paused.some(({ task }) => task === one));
}

/**
 * Lets workers take jobs of these tasks again, which idle ones notice within a second. The time of
 * the pause doesn't count towards a dead letter. Returns the tasks that were paused.
 */
export async function resumeTasks(tx: Tx, tasks: readonly TaskName[]): Promise<PausedTask[]> {
  const resumed = await tx
    .delete(pausedTasks)
    .where(inArray(pausedTasks.task, [...tasks]))
    .returning();
  for (const { task, pausedAt } of resumed) await leaveOutPause(tx, task as TaskName, pausedAt);
  return resumed.map((row) => ({ ...row, task: row.task as TaskName }));
}

/**
 * The flags of paused tasks, for graphile-worker's `forbiddenFlags`. It asks before each job, so
 * the answer is kept for a quarter of a second. Where Postgres doesn't answer it throws, and no job
 * is taken.
 */
export function flagsOfPausedTasks(db: Db): () => Promise<string[]> {
  let known: { flags: Promise<string[]>; untilMs: number } | undefined;
  return () => {
    if (known && performance.now() < known.untilMs) return known.flags;
    const answer = {
      flags: readPaused(db).then((paused) => paused.map(({ task }) => taskFlag(task))),
      untilMs: performance.now() + KNOWN_FOR_MS,
    };
    answer.flags.catch(() => {
      answer.untilMs = 0;
    });
    known = answer;
    return answer.flags;
  };
}
