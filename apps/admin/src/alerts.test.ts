import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { alertsOf, SHOWN } from './alerts.ts';
import { facts, minutesAgo, refresh, worker } from './facts.fixture.ts';

const firing = (...args: Parameters<typeof alertsOf>) =>
  alertsOf(...args)
    .filter(({ isFiring }) => isFiring)
    .map(({ name, at }) => [name, at]);

test('on a healthy day none fires, and those that workers sample say when they last did', () => {
  const alerts = alertsOf(facts(), { raisedAt: { overdue: minutesAgo(90), conflicts: minutesAgo(30) } });
  expect(alerts.map(({ isFiring }) => isFiring)).toEqual([false, false, false, false, false]);
  expect(alerts.map(({ at }) => at)).toEqual([minutesAgo(90), minutesAgo(30), null, null, null]);
  expect(firing(facts(), null)).toEqual([]);
});

test('each fires on its own condition, and says since when', () => {
  expect(firing(facts({ oldestMoving: minutesAgo(10) }), null)).toEqual([]);
  expect(firing(facts({ oldestMoving: minutesAgo(11) }), null)).toEqual([
    ['Change on its way over 10 min', minutesAgo(11)],
  ]);
  // Conflicts do not count as late: a person has to decide them first, and another alert tells of them.
  expect(firing(facts({ oldest: minutesAgo(90), oldestMoving: minutesAgo(1) }), null)).toEqual([]);
  const states = [
    { state: 'failed' as const, count: 1, since: minutesAgo(4) },
    { state: 'conflict' as const, count: 1, since: minutesAgo(9) },
  ];
  expect(firing(facts({ states }), null)).toEqual([['Changes that need a person', minutesAgo(9)]]);
  const crossmark = { ...facts().crossmark, state: 'unreachable' as const, since: minutesAgo(2) };
  expect(firing(facts({ crossmark }), null)).toEqual([['Calls to Crossmark held back', minutesAgo(2)]]);
  const workers = [{ ...worker, alive: false, seenAt: minutesAgo(3) }];
  expect(firing(facts({ workers }), null)).toEqual([['No worker alive', minutesAgo(3)]]);
  const last = { ...refresh, finishedAt: minutesAgo(131) };
  const late = { ...facts().refresh, last };
  expect(firing(facts({ refresh: late }), null)).toEqual([
    ['Refresh failed, late or undecided', minutesAgo(131)],
  ]);
});

test('no refresh that ever ended fires too, from the first request or, without one, from the first worker', () => {
  const started = { ...worker, startedAt: minutesAgo(150) };
  const never = { ...facts().refresh, last: null, recent: [] };
  const late = 'Refresh failed, late or undecided';
  expect(firing(facts({ refresh: never, workers: [worker] }), null)).toEqual([]);
  expect(firing(facts({ refresh: never, workers: [worker, started] }), null)).toEqual([
    [late, minutesAgo(150)],
  ]);
  const requested = (minutes: number) => ({
    ...never,
    current: { ...refresh, state: 'queued' as const, finishedAt: null, requestedAt: minutesAgo(minutes) },
  });
  expect(firing(facts({ refresh: requested(130), workers: [started] }), null)).toEqual([]);
  expect(firing(facts({ refresh: requested(131), workers: [started] }), null)).toEqual([
    [late, minutesAgo(131)],
  ]);
});

test('the runbook of each alert says how the page calls it', () => {
  const runbooks = readFileSync(new URL('../../../docs/runbooks.md', import.meta.url), 'utf8');
  for (const [alert, { name }] of Object.entries(SHOWN)) {
    const [, section = ''] = runbooks.split(`\n## ${alert}\n`);
    expect(section.split('\n## ')[0], alert).toContain(`“${name}”`);
  }
});
