import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { refreshRuns } from '@scheduler/db';
import { createTestDatabase, type TestDatabase } from '@scheduler/db/testing';
import { createMetricsReader, type MetricsReader } from '@scheduler/metrics';
import { createLogger } from '@scheduler/runtime';
import { type AlertName, FIRST_STEPS, OVERDUE_SECONDS, REFRESH_LATE_SECONDS } from '@scheduler/sync';
import type { FastifyInstance } from 'fastify';
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from 'vitest';
import { parse } from 'yaml';
import { buildAdmin } from './app.ts';

const FOLDER = fileURLToPath(new URL('../../../deploy/monitoring/', import.meta.url));
const read = (path: string) => readFileSync(join(FOLDER, path), 'utf8');
const RUNBOOKS = readFileSync(new URL('../../../docs/runbooks.md', import.meta.url), 'utf8');
const TOKEN = 'a token for Prometheus';

interface Rule {
  alert: string;
  expr: string;
  for?: string;
  annotations: { runbook: string; first: string; summary: string; description: string };
}
interface Dashboard {
  templating: { list: { name: string; query: string | { query: string } }[] };
  panels: { id: number; title: string; targets: { expr: string }[] }[];
}
const rules = (parse(read('rules.yml')) as { groups: { rules: Rule[] }[] }).groups.flatMap(
  (group) => group.rules,
);
const dashboard = JSON.parse(read('grafana-dashboard.json')) as Dashboard;
const adapter = parse(read('../kubernetes/prometheus-adapter.yaml')) as {
  rules: { external: { seriesQuery: string; metricsQuery: string }[] };
};
const expressions = [
  ...adapter.rules.external.flatMap(({ seriesQuery, metricsQuery }) =>
    [seriesQuery, metricsQuery].map((expr) => ({ of: 'prometheus-adapter', expr })),
  ),
  ...rules.map(({ alert, expr }) => ({ of: alert, expr })),
  ...dashboard.panels.flatMap(({ title, targets }) => targets.map(({ expr }) => ({ of: title, expr }))),
  ...dashboard.templating.list.flatMap(({ name, query }) =>
    typeof query === 'string' ? [] : [{ of: `variable ${name}`, expr: query.query }],
  ),
];

const distribution = { count: 1, sumMs: 400, buckets: [{ upToMs: 512, count: 1 }] };
/** Figures as workers have them after one attempt and one call, without a Redis. */
const counted: MetricsReader = {
  ...createMetricsReader(undefined),
  totals: async () => ({
    tasks: { sync_schedule: { outcomes: { done: 1 }, duration: distribution, clickToSynced: distribution } },
    calls: { schedule: { outcomes: { ok: 1 }, latency: distribution } },
  }),
};

let database: TestDatabase;
let admin: FastifyInstance;
beforeAll(async () => {
  database = await createTestDatabase();
  admin = await buildAdmin({
    database: database.app,
    metrics: counted,
    authSecret: 'a secret of the tests, long enough for anybody',
    metricsToken: TOKEN,
    origin: 'http://localhost:4100',
    sessions: { idleHours: 12, maxHours: 168 },
    trustedProxies: [],
    log: createLogger('admin-test', 'silent'),
    page: 'none',
  });
});
afterAll(async () => {
  await admin.close();
  await database.close();
});

/** A series of the page: the metric's name, and its labels with their values. */
type Series = { name: string; labels: Record<string, string> };

async function readPage(): Promise<Series[]> {
  const headers = { host: 'localhost:4100', authorization: `Bearer ${TOKEN}` };
  const { body } = await admin.inject({ method: 'GET', url: '/metrics', headers });
  return [...body.matchAll(/^(\w+)(?:\{(.*)\})? \S+$/gm)].map(([, name = '', labels = '']) => ({
    name,
    labels: Object.fromEntries(
      [...labels.matchAll(/(\w+)="([^"]*)"/g)].map(([, key = '', value = '']) => [key, value]),
    ),
  }));
}

/** Prometheus itself adds these when it reads a page. */
const ADDED = ['job', 'instance'];

/** Returns what an expression names and the page does not have. */
function missingFrom(page: readonly Series[], expr: string): string[] {
  const selected = [...expr.matchAll(/\b(crossmark_\w+)(?:\{([^}]*)\})?/g)];
  if (selected.length === 0) return ['no metric of the scheduler at all'];
  const lacking = selected.flatMap(([, name = '', conditions = '']) => {
    const series = page.filter((one) => one.name === name);
    if (series.length === 0) return [name];
    return [...conditions.matchAll(/(\w+)(?:=~|!=|=)"([^"]*)"/g)].flatMap(([, label = '', value = '']) => {
      if (ADDED.includes(label)) return [];
      const values = series.flatMap((one) => one.labels[label] ?? []);
      if (values.length === 0) return [`${name}{${label}}`];
      return value
        .split('|')
        .flatMap((part) => (values.includes(part) ? [] : [`${name}{${label}="${part}"}`]));
    });
  });
  const labels = [...expr.matchAll(/\b(?:by|on) \(([^)]*)\)/g)].flatMap(([, list = '']) =>
    list.split(/,\s*/),
  );
  const unknown = labels.filter(
    (label) =>
      !ADDED.includes(label) &&
      !page.some((one) => selected.some(([, name]) => name === one.name) && label in one.labels),
  );
  return [...lacking, ...unknown.map((label) => `by ${label}`)];
}

test('every metric, label and value that a rule or the dashboard names is on the metrics page', async () => {
  const ended = { requestedBy: 'schedule', finishedAt: '2026-01-05T12:00:00.000Z' };
  // The state of the last refresh is a label: each of its values is on the page after such a refresh.
  let page: Series[] = [];
  for (const state of ['done', 'failed'] as const) {
    await database.db.insert(refreshRuns).values({ ...ended, state });
    // Facts are kept for a second.
    await vi.waitFor(
      async () => {
        const now = await readPage();
        const age = now.find(({ name }) => name === 'crossmark_sync_refresh_age_seconds');
        expect(age?.labels).toEqual({ state });
        page = [...page, ...now];
      },
      { timeout: 60_000 },
    );
  }
  const missing = expressions.flatMap(({ of, expr }) =>
    missingFrom(page, expr).map((part) => `${of}: ${part}`),
  );
  expect(missing).toEqual([]);
  expect(expressions.length).toBeGreaterThan(25);
});

test('a metric, a label and a value that the page lacks are found', () => {
  const page = [{ name: 'crossmark_sync_events', labels: { state: 'failed' } }];
  expect(missingFrom(page, 'sum(crossmark_sync_event)')).toEqual(['crossmark_sync_event']);
  expect(missingFrom(page, 'sum by (task) (crossmark_sync_events)')).toEqual(['by task']);
  expect(missingFrom(page, 'crossmark_sync_events{state=~"failed|dead"}')).toEqual([
    'crossmark_sync_events{state="dead"}',
  ]);
  expect(missingFrom(page, 'crossmark_sync_events{job="$job",state="failed"}')).toEqual([]);
});

test('every rule has its section of the runbooks, and the thresholds of the admin page', () => {
  for (const { alert, annotations } of rules) {
    const [, anchor] = /^docs\/runbooks\.md#([\w-]+)$/.exec(annotations.runbook) ?? [];
    expect(RUNBOOKS, alert).toContain(`\n## ${anchor}\n`);
    // Prometheus itself notices the one alert that the scheduler has not.
    const step = FIRST_STEPS[anchor as AlertName] as (typeof FIRST_STEPS)[AlertName] | undefined;
    if (step) expect(annotations.first, alert).toBe(`${step.words} (${step.page})`);
    else expect(alert).toBe('CrossmarkMetricsAway');
  }
  const exprOf = (name: string) => rules.find(({ alert }) => alert === name)?.expr;
  expect(exprOf('CrossmarkOldestChange')).toContain(`> ${OVERDUE_SECONDS}`);
  expect(exprOf('CrossmarkRefreshLate')).toContain(`> ${REFRESH_LATE_SECONDS}`);
  const never = rules.find(({ alert }) => alert === 'CrossmarkNoRefresh');
  expect(never?.for).toBe(`${REFRESH_LATE_SECONDS / 60}m`);
  expect(new Set(dashboard.panels.map(({ id }) => id)).size).toBe(dashboard.panels.length);
});

const promtool = (...args: string[]) =>
  spawnSync('promtool', args, { cwd: FOLDER, encoding: 'utf8', env: { PATH: process.env.PATH } });
const hasPromtool = promtool('--version').status === 0;
if (!hasPromtool) {
  console.warn(
    'Tests with promtool are skipped: it is not on PATH. Run apt-get install prometheus to include them.',
  );
}

test.skipIf(!hasPromtool)('promtool finds the rules correct, and each fires when it should', () => {
  const checked = promtool('check', 'rules', 'rules.yml');
  expect(checked.status, checked.stderr).toBe(0);
  const tested = promtool('test', 'rules', 'rules.test.yml');
  expect(tested.status, tested.stdout + tested.stderr).toBe(0);
  const cases = read('rules.test.yml');
  for (const { alert, annotations } of rules) {
    // Each rule has a case in which it fires, with its words.
    expect(cases.includes(`alertname: ${alert}\n`), alert).toBe(true);
    expect(cases).toContain(annotations.description);
  }
});

test.skipIf(!hasPromtool)(
  'promtool can parse every expression of the dashboard and of the autoscaler',
  () => {
    const folder = mkdtempSync(join(tmpdir(), 'dashboard-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const recorded = dashboard.panels
      .flatMap(({ targets }) => targets.map(({ expr }) => expr))
      .concat(adapter.rules.external.map(({ metricsQuery }) => metricsQuery))
      .map((expr, at) => ({ record: `panel:${at}`, expr: expr.replaceAll('$__rate_interval', '5m') }));
    const file = join(folder, 'panels.json');
    writeFileSync(file, JSON.stringify({ groups: [{ name: 'dashboard', rules: recorded }] }));
    const checked = promtool('check', 'rules', file);
    expect(checked.status, checked.stdout + checked.stderr).toBe(0);
  },
);
