import { expect, it } from 'vitest';
import {
  DEFAULT_PLAN_SETTINGS,
  MOST_DAYS_AHEAD,
  MOST_PLANNED_DAYS,
  type PlanSettings,
  plannedDaysOf,
  planOptionsOf,
  planSettingsOf,
  planSettingsToKeep,
} from './settings.ts';

const changed: PlanSettings = {
  types: ['Core', 'Freeosk'],
  horizonDays: 14,
  earliestInDays: 3,
  allow: ['seventh_day', 'role'],
  afterImport: true,
  nightlyAt: '02:30',
};

it('a store that changed nothing plans all work of the next seven days, and not by itself', () => {
  expect(planSettingsOf({})).toEqual({
    types: null,
    horizonDays: 7,
    earliestInDays: 1,
    allow: [],
    afterImport: false,
    nightlyAt: null,
  });
  expect([MOST_PLANNED_DAYS, MOST_DAYS_AHEAD]).toEqual([28, 14]);
});

it('only what differs from the defaults is kept, with soft rules in their usual order', () => {
  expect(planSettingsToKeep(DEFAULT_PLAN_SETTINGS)).toEqual({});
  expect(planSettingsToKeep(changed)).toEqual({ ...changed, allow: ['role', 'seventh_day'] });
  expect(planSettingsToKeep({ ...DEFAULT_PLAN_SETTINGS, horizonDays: 3 })).toEqual({ horizonDays: 3 });
});

it('what is kept is read again over the defaults', () => {
  const kept = planSettingsToKeep({ ...DEFAULT_PLAN_SETTINGS, horizonDays: 3, types: [] });
  expect(planSettingsOf(kept)).toEqual({ ...DEFAULT_PLAN_SETTINGS, horizonDays: 3, types: [] });
});

it('the options of a plan begin so many days after today, and name types only if some are chosen', () => {
  expect(planOptionsOf(DEFAULT_PLAN_SETTINGS, '2027-02-28')).toEqual({
    earliestDay: '2027-03-01',
    allow: [],
  });
  expect(planOptionsOf(changed, '2027-02-28')).toEqual({
    earliestDay: '2027-03-03',
    types: ['Core', 'Freeosk'],
    allow: ['seventh_day', 'role'],
  });
});

it('an automatic plan is of as many days as the store wants, both ends included', () => {
  expect(plannedDaysOf(DEFAULT_PLAN_SETTINGS, '2027-02-28')).toEqual({
    fromDay: '2027-03-01',
    toDay: '2027-03-07',
  });
  expect(plannedDaysOf(changed, '2027-02-28')).toEqual({ fromDay: '2027-03-03', toDay: '2027-03-16' });
});
