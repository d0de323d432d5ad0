export { RANGES, type Range } from './buckets.ts';
export type { Quantiles } from './histogram.ts';
export {
  type CallFigures,
  createMetricsReader,
  type MetricsReader,
  type MetricsStatus,
  type Series,
  type TaskFigures,
  type Timeline,
} from './reader.ts';
export { createMetricsWriter, type MetricsWriter } from './writer.ts';
