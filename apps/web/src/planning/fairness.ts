import type { AppRouter } from '@scheduler/server/router';
import type { inferRouterOutputs } from '@trpc/server';

/** How work is spread over people: the week of a day, and the four weeks that end with it. */
export type SharedWork = inferRouterOutputs<AppRouter>['plan']['fairness'];
export type Share = SharedWork['week'][number];

/** What is counted, in the order in which it is shown. */
export const MEASURES = [
  { id: 'minutes', word: 'Hours', short: 'Hours' },
  { id: 'days', word: 'Days', short: 'Days' },
  { id: 'cores', word: 'Cores', short: 'Cores' },
  { id: 'weekendDays', word: 'Weekend days', short: 'Weekend' },
] as const;
export type Measure = (typeof MEASURES)[number]['id'];

export const NOTHING = { minutes: 0, days: 0, cores: 0, weekendDays: 0 };
