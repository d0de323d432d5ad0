import { expect, test } from 'vitest';
import { alertsOf } from './alerts.ts';
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
  expect(firing(facts({ oldest: minutesAgo(10) }), null)).toEqual([]);
  expect(firing(facts({ oldest: minutesAgo(11) }), null)).toEqual([
    ['Oldest change over 10 min', minutesAgo(11)],
  ]);
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
