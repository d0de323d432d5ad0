export { createGraphileQueues } from './adapter.ts';
export { createHistoryProvider, type HistoryBucket, type HistorySpan } from './history-provider.ts';
export type {
  CompletedJob,
  GraphileQueuesOptions,
  GraphileTask,
  History,
  JobAttempt,
  JobReference,
  Moment,
  PauseStore,
  Query,
  QueryParameter,
  RedactContext,
  TaskWorker,
} from './options.ts';
