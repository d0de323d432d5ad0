export { RANGES, type Range } from './buckets.ts';
export { countOf, type Histogram, merge, type Quantiles, quantileOf } from './histogram.ts';
export {
  type CallFigures,
  createMetricsReader,
  type Distribution,
  type HistoryPoint,
  type MetricsReader,
  type MetricsStatus,
  type Series,
  type TaskFigures,
  type Timeline,
  type Totals,
} from './reader.ts';
export { createMetricsWriter, type MetricsWriter } from './writer.ts';
