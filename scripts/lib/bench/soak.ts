import { readFileSync } from 'node:fs';
import { connect, type Db } from '@scheduler/db';
import { sql } from 'drizzle-orm';
import { signInCookie } from '../api.ts';
import { startApp } from '../apps.ts';
import { pause } from '../chaos/random.ts';
import type { Infrastructure } from '../infrastructure.ts';
import { answers, type Running, waitFor } from '../process.ts';
import { countUnsynced, openClub, type Placement, setRemoteMs } from './club.ts';
import { ourServer, ourWorker } from './contestants.ts';
import { type PartResult, percentile, Rounds, type Verdict } from './measure.ts';
import { refreshOnce } from './refresh.ts';

/** The load: as that of a busy hour of a thousand clubs' worth of pages, and low for a machine. */
const EVERY_MS = { save: 500, board: 1_000, admin: 3_000 };
const REFRESH_EVERY_MS = 120_000;
const SAMPLE_EVERY_MS = 5_000;
/** Part of the time at the start that is not counted, while caches fill and code is compiled. */
const SETTLING = 0.2;

const FEWEST_SAMPLES = 20;

/** The bounds of the slopes, an hour. A leak of one row or one object for each save is far above them. */
const MOST_AN_HOUR = { megabytes: 30, connections: 1, latencyMs: 10, deadRows: 20_000 };

/** One look at everything: figures by name. */
type Sample = Record<string, number>;

/** A straight line through samples, an hour, with the half width of its 95 % confidence. */
interface Slope {
  perHour: number;
  plusMinus: number;
}

/**
 * Runs server, worker and admin page under a low mixed load: saves with their jobs, boards, admin pages and refreshes. Measures
 * the memory of each process, connections, dead rows and latencies, and says how they change with time.
 */
export async function measureSoak(
  infrastructure: Infrastructure,
  minutes: number,
  say: (line: string) => void,
): Promise<PartResult> {
  const forMs = minutes * 60_000;
  const placements = await openClub(infrastructure, Math.ceil(forMs / EVERY_MS.save) + 100);
  await setRemoteMs(infrastructure.simulatorUrl, 20);
  const server = await ourServer(infrastructure);
  const worker = ourWorker(infrastructure, 8);
  const admin = startApp(infrastructure, 'admin', 'src/main.ts', { LOG_LEVEL: 'warn' });
  const { db, close } = connect(infrastructure.databaseUrl, {
    max: 3,
    patience: null,
    applicationName: 'bench',
  });
  const samples: { atMs: number; sample: Sample }[] = [];
  try {
    const adminUrl = `http://localhost:${infrastructure.ports.admin}`;
    await waitFor('The admin page', answers(`${adminUrl}/healthz`), { process: admin });
    const boardCookie = await signInCookie(server.url, infrastructure.env.WEB_ORIGIN as string);
    const adminCookie = await signInCookie(adminUrl, adminUrl, 'viewer@demo.test');
    const took: Record<string, number[]> = {};
    const startedMs = performance.now();
    const endsMs = startedMs + forMs;
    /** Repeats some work, and notes how long it takes. */
    const repeat = async (name: string, everyMs: number, work: (n: number) => Promise<void>) => {
      for (let n = 0; performance.now() < endsMs; n++) {
        const sentMs = performance.now();
        await work(n);
        took[name] ??= [];
        took[name].push(performance.now() - sentMs);
        const nowMs = performance.now();
        await pause(Math.max(0, Math.min(sentMs + everyMs, endsMs) - nowMs));
      }
    };
    const processes = { server: server.running[0], worker, admin };
    const look = async () => {
      while (performance.now() < endsMs) {
        await pause(SAMPLE_EVERY_MS);
        const sample: Sample = { ...(await lookAtPostgres(db)) };
        for (const [name, running] of Object.entries(processes)) sample[`${name}, MB`] = memoryMb(running);
        for (const [name, all] of Object.entries(took)) {
          if (all.length > 0) sample[`${name}, p50 ms`] = percentile(all.splice(0), 0.5);
        }
        samples.push({ atMs: performance.now() - startedMs, sample });
        if (samples.length % 12 === 0)
          say(JSON.stringify({ minutes: Math.round(samples.length / 12), ...sample }));
      }
    };
    await Promise.all([
      repeat('save', EVERY_MS.save, (n) => server.save(placements[n] as Placement)),
      repeat('board', EVERY_MS.board, () => get(`${server.url}/trpc/board.week?input=%7B%7D`, boardCookie)),
      repeat('admin', EVERY_MS.admin, () => get(`${adminUrl}/trpc/overview`, adminCookie)),
      repeat('refresh', REFRESH_EVERY_MS, async () => {
        await refreshOnce(db);
      }),
      look(),
    ]);
    // All that was saved reaches Crossmark.
    while ((await countUnsynced(db)) > 0) await pause(500);
  } finally {
    await Promise.all([server.stop(), worker.stop(), admin.stop()]);
    await close();
  }
  return report(minutes, samples);
}

function report(minutes: number, samples: readonly { atMs: number; sample: Sample }[]): PartResult {
  const results = new Rounds();
  const counted = samples.slice(Math.floor(samples.length * SETTLING));
  const names = [...new Set(counted.flatMap(({ sample }) => Object.keys(sample)))];
  const verdicts = names.flatMap((name): Verdict[] => {
    const points = counted.flatMap(({ atMs, sample }) => {
      const value = sample[name];
      return value === undefined ? [] : [{ hours: atMs / 3_600_000, value }];
    });
    for (const { value } of points) results.add(name, { value });
    // Refreshes are too few for a line.
    if (points.length < FEWEST_SAMPLES) return [];
    const { perHour, plusMinus } = slopeOf(points);
    const atMost = boundOf(name);
    const line = {
      what: `${name}, change an hour (95 % confidence)`,
      target: `<= ${atMost}`,
      median: rounded(perHour),
      low: rounded(perHour - plusMinus),
      high: rounded(perHour + plusMinus),
      // Not refuted: the change that is certain is within the bound.
      met: perHour - plusMinus <= atMost,
    };
    return [line];
  });
  return {
    part: 'soak',
    what: `${minutes} minutes of saves, jobs, boards, admin pages and refreshes; the first ${SETTLING * 100} % is not counted`,
    missing: [],
    verdicts,
    standings: results.standings(),
  };
}

const rounded = (value: number) => Number(value.toPrecision(3));

function boundOf(name: string): number {
  if (name.endsWith('MB')) return MOST_AN_HOUR.megabytes;
  if (name.endsWith('ms')) return MOST_AN_HOUR.latencyMs;
  return name === 'dead rows' ? MOST_AN_HOUR.deadRows : MOST_AN_HOUR.connections;
}

/**
 * Fits a straight line by least squares. Its confidence allows for samples that resemble those before them, because memory does
 * not jump: the number of samples that count as independent is lowered by their correlation.
 */
function slopeOf(points: readonly { hours: number; value: number }[]): Slope {
  const count = points.length;
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / count;
  const [meanHours, meanValue] = [
    mean(points.map(({ hours }) => hours)),
    mean(points.map(({ value }) => value)),
  ];
  const spreadOfHours = points.reduce((sum, { hours }) => sum + (hours - meanHours) ** 2, 0);
  const products = points.reduce(
    (sum, { hours, value }) => sum + (hours - meanHours) * (value - meanValue),
    0,
  );
  const perHour = products / spreadOfHours;
  const rest = points.map(({ hours, value }) => value - meanValue - perHour * (hours - meanHours));
  const squares = rest.reduce((sum, one) => sum + one ** 2, 0);
  const correlation =
    squares === 0 ? 0 : rest.slice(1).reduce((sum, one, n) => sum + one * (rest[n] ?? 0), 0) / squares;
  const bounded = Math.min(0.95, Math.max(0, correlation));
  const independent = Math.max(3, (count * (1 - bounded)) / (1 + bounded));
  const deviation = Math.sqrt(squares / (independent - 2) / (spreadOfHours * (independent / count)));
  return { perHour, plusMinus: 1.96 * deviation };
}

/** Connections of the apps, and rows that vacuum has not removed yet. */
async function lookAtPostgres(db: Db): Promise<Sample> {
  const [row] = await db.execute<{ connections: number; dead: number; megabytes: number }>(sql`
    select (select count(*)::int from pg_stat_activity where application_name like 'scheduler-%') as connections,
      (select coalesce(sum(n_dead_tup), 0)::int from pg_stat_user_tables) as dead,
      (select (sum(pg_total_relation_size(relid)) / 1e6)::float8 from pg_stat_user_tables
        where relname in ('_private_jobs', 'workers', 'user_sessions', 'crossmark_breakers')) as megabytes`);
  return {
    connections: row?.connections ?? 0,
    'dead rows': row?.dead ?? 0,
    'tables that do not grow, MB': row?.megabytes ?? 0,
  };
}

/** The memory of a process that is not shared with others, in MB. */
function memoryMb(running: Running | undefined): number {
  const text = readFileSync(`/proc/${running?.process.pid}/status`, 'utf8');
  const [, kilobytes] = /^RssAnon:\s+(\d+)/m.exec(text) ?? [];
  return Number(kilobytes) / 1024;
}

async function get(url: string, cookie: string): Promise<void> {
  const answer = await fetch(url, { headers: { cookie } });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${url} answered ${answer.status}: ${text.slice(0, 300)}`);
}
