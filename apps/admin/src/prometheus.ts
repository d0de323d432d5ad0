import type { Distribution, MetricsReader, Totals } from '@scheduler/metrics';
import { Counter, Gauge, type Metric, Registry } from 'prom-client';
import type { Facts } from './overview.ts';

/**
 * The overview's figures as Prometheus text: the state of queues and workers from Postgres, and the
 * workers' counters from Redis. Without Redis the counters are left out and
 * `crossmark_sync_redis_up` is 0.
 */
export async function prometheusText(facts: Facts, metrics: MetricsReader): Promise<string> {
  const registry = new Registry();
  const totals = await metrics.totals();
  addState(registry, facts, totals !== null);
  if (totals) addCounted(registry, totals);
  return registry.metrics();
}

/** The content type of {@link prometheusText}. */
export const PROMETHEUS_TYPE = Registry.PROMETHEUS_CONTENT_TYPE;

const seconds = (since: string | null, now: string) =>
  since === null ? 0 : Math.max(0, (Date.parse(now) - Date.parse(since)) / 1000);

function addState(registry: Registry, facts: Facts, redisUp: boolean): void {
  const gauge = <Label extends string>(
    name: string,
    help: string,
    labelNames: Label[],
    values: [labels: Record<Label, string>, value: number][],
  ) => {
    const made = new Gauge({ name: `crossmark_sync_${name}`, help, labelNames, registers: [registry] });
    for (const [labels, value] of values) made.set(labels, value);
  };
  const { queues, at } = facts;
  gauge(
    'jobs',
    'Jobs in graphile-worker by task and state.',
    ['task', 'state'],
    queues.flatMap(({ task, ready, planned, running, dead }) =>
      Object.entries({ ready, planned, running, dead }).map(
        ([state, n]): [{ task: string; state: string }, number] => [{ task, state }, n],
      ),
    ),
  );
  gauge(
    'oldest_change_seconds',
    'Age of the oldest change that is not in Crossmark; 0 if all are.',
    [],
    [[{}, seconds(facts.oldest, at)]],
  );
  gauge(
    'oldest_moving_change_seconds',
    'Age of the oldest change that is not in Crossmark and is still sent automatically; 0 if there is none.',
    [],
    [[{}, seconds(facts.oldestMoving, at)]],
  );
  gauge(
    'oldest_job_seconds',
    'Age of the oldest ready job; 0 if none waits.',
    ['task'],
    queues.map(({ task, oldestReadyAt }) => [{ task }, seconds(oldestReadyAt, at)]),
  );
  gauge(
    'paused',
    '1 while a task is paused.',
    ['task'],
    queues.map(({ task }) => [{ task }, facts.paused.some((paused) => paused.task === task) ? 1 : 0]),
  );
  gauge(
    'events',
    'Events by sync state.',
    ['state'],
    (['synced', 'pending', 'waiting', 'failed', 'conflict'] as const).map((state) => [
      { state },
      facts.states.find((row) => row.state === state)?.count ?? 0,
    ]),
  );
  gauge(
    'workers',
    'Workers with a recent heartbeat.',
    [],
    [[{}, facts.workers.filter((worker) => worker.alive).length]],
  );
  gauge(
    'breaker_open',
    '1 while calls to Crossmark are held back.',
    [],
    [[{}, facts.crossmark.state === 'unreachable' ? 1 : 0]],
  );
  const { last, question } = facts.refresh;
  gauge(
    'missing_events',
    'Events that Crossmark’s list lacks and that wait for a decision whether they are gone.',
    [],
    [[{}, question?.count ?? 0]],
  );
  if (last?.finishedAt)
    gauge(
      'refresh_age_seconds',
      'Time since the last refresh ended.',
      ['state'],
      [[{ state: last.state }, seconds(last.finishedAt, at)]],
    );
  gauge('postgres_connections', 'Connections to Postgres.', [], [[{}, facts.postgres.connections]]);
  gauge('redis_up', '1 while the figures of the workers can be read.', [], [[{}, redisUp ? 1 : 0]]);
}

function addCounted(registry: Registry, { tasks, calls }: Totals): void {
  const count = (name: string, help: string, label: string, rows: [string, Record<string, number>][]) => {
    const counter = new Counter({ name, help, labelNames: [label, 'outcome'], registers: [registry] });
    for (const [subject, outcomes] of rows)
      for (const [outcome, n] of Object.entries(outcomes)) counter.inc({ [label]: subject, outcome }, n);
  };
  const byTask = Object.entries(tasks);
  const byCall = Object.entries(calls);
  count('crossmark_sync_tries_total', 'Finished attempts by task and outcome.', 'task', [
    ...byTask.map(([task, { outcomes }]): [string, Record<string, number>] => [task, outcomes]),
  ]);
  count('crossmark_calls_total', 'Calls to Crossmark by outcome: ok or a kind of failure.', 'call', [
    ...byCall.map(([call, { outcomes }]): [string, Record<string, number>] => [call, outcomes]),
  ]);
  const distributions: [string, string, string, [string, Distribution][]][] = [
    [
      'crossmark_sync_try_duration_seconds',
      'Time from the moment a worker takes a job until it is done.',
      'task',
      byTask.map(([task, { duration }]) => [task, duration]),
    ],
    [
      'crossmark_sync_click_to_synced_seconds',
      'Time from the last change of a schedule until Crossmark holds it.',
      'task',
      byTask.map(([task, { clickToSynced }]) => [task, clickToSynced]),
    ],
    [
      'crossmark_call_duration_seconds',
      'Duration of calls to Crossmark.',
      'call',
      byCall.map(([call, { latency }]) => [call, latency]),
    ],
  ];
  for (const [name, help, label, rows] of distributions)
    registry.registerMetric(measured(name, help, label, rows));
}

/**
 * A histogram that the workers have counted. prom-client's own class can only observe values; its
 * registry calls no other methods of a metric than these.
 */
function measured(name: string, help: string, label: string, rows: [string, Distribution][]): Metric {
  const values = rows.flatMap(([subject, { count, sumMs, buckets }]) => {
    const labels = { [label]: subject };
    const bucket = (le: number | string, value: number) => ({
      labels: { ...labels, le },
      value,
      metricName: `${name}_bucket`,
    });
    return [
      ...buckets.map(({ upToMs, count }) => bucket(upToMs / 1000, count)),
      bucket('+Inf', count),
      { labels, value: sumMs / 1000, metricName: `${name}_sum` },
      { labels, value: count, metricName: `${name}_count` },
    ];
  });
  const metric = { name, get: async () => ({ name, help, type: 'histogram', values, aggregator: 'sum' }) };
  return metric as unknown as Metric;
}
