export type { AttemptFigures, JobInfo, SyncContext, SyncSettings } from './context.ts';
export { enqueueEmployee, requestRefresh, retryAllNow, retryNow, wantChange, wantChanges } from './enqueue.ts';
export { type EventTask, PAYLOADS, TASKS, type TaskName } from './jobs.ts';
export { type Ended, reconcile } from './reconcile.ts';
export { DEFAULT_RETRY_POLICY, type RetryPolicy } from './retry.ts';
