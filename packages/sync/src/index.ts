export {
  enqueueEmployee,
  requestRefresh,
  retryAllNow,
  retryNow,
  wantChange,
  wantChanges,
} from './enqueue.ts';
export { type EventTask, PAYLOADS, TASKS, type TaskName } from './jobs.ts';
