import type { Series, TaskFigures } from '@scheduler/metrics';
import { expect, test } from 'vitest';
import { toTrend } from './trend.ts';

const START_MS = Date.parse('2026-01-05T12:00:00.000Z');
const at = (bucket: number) => new Date(START_MS + bucket * 600_000).toISOString();
const nothing: TaskFigures = {
  attempts: 0,
  outcomes: {},
  duration: null,
  clickToSynced: null,
  withinAMinute: null,
};
const some: TaskFigures = {
  attempts: 5,
  outcomes: { done: 3, retry: 1, dead: 1 },
  duration: null,
  clickToSynced: { count: 3, p50: 400.4, p95: 900, p99: 950 },
  withinAMinute: 1,
};
const calls = { calls: 0, failed: 0, failures: {}, latency: null };

const series = (knownSince: string | null): Series => ({
  range: '24h',
  bucketSeconds: 600,
  starts: [at(0), at(1), at(2), at(3)],
  allTasks: { total: some, points: [nothing, nothing, nothing, some] },
  tasks: { sync_schedule: { total: some, points: [nothing, nothing, nothing, some] } },
  allCalls: { total: calls, points: [calls, calls, calls, calls] },
  calls: {},
  levels: { dead: [null, null, 0, 2] },
  knownSince,
  raisedAt: { dead: at(3) },
});

test('what was not counted yet is not drawn as nothing', () => {
  const trend = toTrend(series(new Date(START_MS + 700_000).toISOString()));
  expect(trend.good).toEqual([null, 0, 0, 3]);
  expect(trend.failed).toEqual([null, 0, 0, 2]);
  expect(trend.tasks).toEqual({ sync_schedule: [null, 0, 0, 5] });
  expect(trend.synced.p50).toEqual([null, null, null, 400]);
  expect(trend.total).toMatchObject({ attempts: 5, failed: 2, withinAMinute: 1, answers: null });
  expect(toTrend(series(null)).good).toEqual([null, null, null, null]);
});
