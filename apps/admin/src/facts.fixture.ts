import { TASKS } from '@scheduler/sync';
import type { Facts, RefreshState, WorkerState } from './overview.ts';

/** The moment of {@link facts}. */
export const AT = '2026-01-05T12:00:00.000Z';
export const minutesAgo = (minutes: number) => new Date(Date.parse(AT) - minutes * 60_000).toISOString();

export const worker: WorkerState = {
  id: 'w1',
  host: 'host',
  pid: 1,
  concurrency: 10,
  startedAt: minutesAgo(90),
  seenAt: minutesAgo(0),
  alive: true,
  running: [],
};
export const refresh: RefreshState = {
  id: 1,
  state: 'done',
  requestedBy: 'schedule',
  requestedAt: minutesAgo(30),
  startedAt: minutesAgo(30),
  finishedAt: minutesAgo(29),
  read: 150,
  total: 150,
  created: 0,
  updated: 0,
  unchanged: 150,
  gone: 0,
  drifted: 0,
  unconfirmed: 0,
  bad: 0,
  failureReason: null,
};
/** The facts of a healthy day, with changes. */
export const facts = (changes: Partial<Facts> = {}): Facts => ({
  at: AT,
  oldest: null,
  oldestMoving: null,
  queues: TASKS.map((task) => ({ task, ready: 0, planned: 0, running: 0, dead: 0, oldestReadyAt: null })),
  states: [{ state: 'synced', count: 100, since: null }],
  waiting: [],
  deadLetters: [],
  causes: [],
  ended: [],
  failedJobs: { total: 0, rows: [] },
  paused: [],
  workers: [worker],
  crossmark: {
    state: 'reachable',
    since: null,
    waiting: 0,
    lastProbeAt: null,
    nextProbeAt: null,
    lastFailure: null,
    byHand: false,
  },
  sessionSince: null,
  refresh: { current: null, last: refresh, recent: [refresh], question: null, nextAt: null },
  postgres: { version: '18', pingMs: 1, connections: 3, maxConnections: 100, sizeBytes: 1 },
  ...changes,
});
