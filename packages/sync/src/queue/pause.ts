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

/** How old a worker's knowledge of what is paused may be: so long a job of a task just paused may still be taken. */
const KNOWN_FOR_MS = 250;

/** What is paused now. */
export async function readPaused(db: Executor): Promise<PausedTask[]> {
  const rows = await db.select().from(pausedTasks).orderBy(pausedTasks.pausedAt, pausedTasks.task);
  return rows.map((row) => ({ ...row, task: row.task as TaskName }));
}

/**
 * Has every worker take no more jobs of these tasks, within a second of the commit. What runs ends as usual; what is
 * wanted meanwhile is saved and queued as ever. Returns the tasks that weren't paused already.
 */
export async function pauseTasks(tx: Tx, tasks: readonly TaskName[], pausedBy: string): Promise<TaskName[]> {
  const paused = await tx
    .insert(pausedTasks)
    // In one order everywhere: two who pause the same ones never wait for each other in a circle.
    .values([...tasks].sort().map((task) => ({ task, pausedBy })))
    .onConflictDoNothing()
    .returning({ task: pausedTasks.task });
  // Jobs added by the clock, or by a version that knew no pause, carry no flag yet.
  for (const { task } of paused) await flagJobs(tx, task as TaskName);
  return tasks.filter((one) => paused.some(({ task }) => task === one));
}

/**
 * Lets workers take jobs of these tasks again, which idle ones notice within a second. The time of the pause doesn't count
 * towards a dead letter. Returns the tasks that were paused.
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
 * The flags of paused tasks, for graphile-worker's `forbiddenFlags`: it asks before each job, for each of its places, so the
 * answer is kept for a quarter of a second. Where Postgres doesn't answer it throws, and no job is taken.
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
