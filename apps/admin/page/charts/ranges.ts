import type { Outputs } from '../trpc.ts';

export type Charts = Outputs['charts'];

export type Redis = Charts['status'];

export type Quantiles = NonNullable<NonNullable<Charts['work']>['total']['duration']>;

export const RANGES = [
  ['1h', '1 h', 'by the minute'],
  ['24h', '24 h', 'by ten minutes'],
  ['7d', '7 d', 'by the hour'],
  ['30d', '30 d', 'by six hours'],
] as const;

export type Range = (typeof RANGES)[number][0];
