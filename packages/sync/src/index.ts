export { causeIdSql, causeWordsSql } from './attempts/cause.ts';
export { DEFAULT_RETRY_POLICY, type RetryPolicy } from './attempts/retry-policy.ts';
export {
  type Breaker,
  type BreakerPolicy,
  createBreaker,
  DEFAULT_BREAKER_POLICY,
} from './breaker/breaker.ts';
export { holdCalls, letCallsPass } from './breaker/manual.ts';
export { type Reachability, readReachability } from './breaker/reachability.ts';
export {
  type AttemptFigures,
  DEFAULT_CONFIRM_AFTER_MS,
  type JobInfo,
  type SyncContext,
  type SyncSettings,
} from './context.ts';
export { postgresSession, resealSessions } from './crossmark-session.ts';
export { createDownloads, type Downloads } from './instructions/download.ts';
export { fetchInstructionsAgain, requestMissingInstructions } from './instructions/request.ts';
export { type AllowedHost, parseAllowedHost } from './instructions/url-policy.ts';
export {
  ALERTS,
  type AlertName,
  FIRST_STEPS,
  findAlerts,
  REFRESH_LATE_SECONDS,
  readSituation,
  type Situation,
  unreadSince,
} from './maintenance/alerts.ts';
export { heartbeat, SILENT_AFTER_SECONDS, type WorkerIdentity } from './maintenance/heartbeat.ts';
export { type Levels, OVERDUE_SECONDS, readLevels, UNSYNCED_SINCE } from './maintenance/levels.ts';
export { prune, type Retention } from './maintenance/prune.ts';
export { PURGEABLE, purge } from './maintenance/purge.ts';
export { releaseWorker, rescue, signOff } from './maintenance/rescue.ts';
export { sweep } from './maintenance/sweep.ts';
export type { MakePlan } from './plans/propose-plan.ts';
export { requestNightlyPlans, requestPlans } from './plans/request-plans.ts';
export { CRONTAB, type EventTask, PAYLOADS, TASKS, type TaskName, taskFlag } from './queue/contracts.ts';
export {
  enqueueEmployee,
  requestRefresh,
  requestRepReading,
  retryAllNow,
  retryNow,
  wantChange,
  wantChanges,
  wantChangesWithSql,
} from './queue/enqueue.ts';
export { countJobs, JOB_TASKS, JOBS, listRunningJobs, retryDeadLetters } from './queue/graphile.ts';
export { flagsOfPausedTasks, type PausedTask, pauseTasks, readPaused, resumeTasks } from './queue/pause.ts';
export { createTaskList } from './queue/tasks.ts';
export type { EventSearch } from './reconcile/read-ahead.ts';
export { reconcile } from './reconcile/reconcile.ts';
export { bookingInWords, tidyName } from './reconcile/wording.ts';
export { type Adoption, type ConflictChoice, resolveConflict } from './refresh/adopt.ts';
export { listMissing, type MissingEvent, markGone, type Question, readQuestion } from './refresh/missing.ts';
export { refresh } from './refresh/refresh.ts';
export { lockForLink, resendSchedules, syncEmployee } from './reps/link-employee.ts';
