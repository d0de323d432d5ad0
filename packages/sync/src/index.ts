export { type Adoption, type ConflictChoice, resolveConflict } from './adopt.ts';
export {
  type Breaker,
  type BreakerPolicy,
  createBreaker,
  DEFAULT_BREAKER_POLICY,
  holdCalls,
  letCallsPass,
  type Reachability,
  readReachability,
} from './breaker.ts';
export {
  type AttemptFigures,
  DEFAULT_CONFIRM_AFTER_MS,
  type JobInfo,
  type SyncContext,
  type SyncSettings,
} from './context.ts';
export { lockForLink, resendSchedules, syncEmployee } from './employee.ts';
export {
  enqueueEmployee,
  requestRefresh,
  requestRepReading,
  retryAllNow,
  retryNow,
  wantChange,
  wantChanges,
} from './enqueue.ts';
export { CRONTAB, type EventTask, PAYLOADS, TASKS, type TaskName, taskFlag } from './jobs.ts';
export { listMissing, type MissingEvent, markGone, type Question, readQuestion } from './missing.ts';
export { flagsOfPausedTasks, type PausedTask, pauseTasks, readPaused, resumeTasks } from './pause.ts';
export { prune, type Retention } from './prune.ts';
export { type Ended, reconcile } from './reconcile.ts';
export { refresh } from './refresh.ts';
export { DEFAULT_RETRY_POLICY, type RetryPolicy } from './retry.ts';
export { postgresSession, resealSessions } from './session.ts';
export { createTaskList } from './tasks.ts';
export {
  heartbeat,
  PURGEABLE,
  purge,
  releaseWorker,
  rescue,
  SILENT_AFTER_SECONDS,
  signOff,
  sweep,
  type WorkerIdentity,
} from './upkeep.ts';
export { tidyName } from './wording.ts';
