/**
 * `pnpm bench [PART…] [--json] [--rounds N] [--scale N] [--plots FOLDER] [--against COMMIT]`: compares this product
 * with the older stack and with the limit of this machine. It measures and prints, and asserts
 * nothing.
 */

import { execFileSync } from 'node:child_process';
import { resolve } from 'node:path';
import { currentInstant } from '@scheduler/runtime/clock';
import { measureAdmin } from './lib/bench/admin.ts';
import { type Compared, measureAgainst } from './lib/bench/against.ts';
import { measureDepth, measureDrain, measureWorkers } from './lib/bench/drain.ts';
import { measureLatency } from './lib/bench/latency.ts';
import type { PartResult } from './lib/bench/measure.ts';
import { measurePlans } from './lib/bench/plan.ts';
import { drawPart } from './lib/bench/plot.ts';
import { measureQueries } from './lib/bench/queries.ts';
import { measureRefreshes } from './lib/bench/refresh.ts';
import { measureBulk, measureSave } from './lib/bench/save.ts';
import { measureScale } from './lib/bench/scale.ts';
import { measureSoak } from './lib/bench/soak.ts';
import { type Infrastructure, temporaryInfrastructure } from './lib/infrastructure.ts';
import { readOptions } from './lib/options.ts';
import { ROOT } from './lib/process.ts';

const USAGE = `Usage: pnpm bench [save|bulk|drain|latency|depth|workers|queries|refresh|plan|admin|scale|soak …] [--json] [--plots FOLDER]
  Without a part, all parts run except admin, scale and soak, which take long.
  --against COMMIT   measure that commit in turns with this version, such as HEAD~3, and print the ratios
  --profile FOLDER   write a CPU profile of each process of this product, for a browser's developer tools
  --unprepared       no prepared statements in this product, as behind a pooler in transaction mode
  --rounds N         number of turns of each contestant (5)
  --scale N          factor of the usual sizes, such as 0.1 for a quick run (1)
  --concurrency N    of the worker in drain (100, the most allowed) and depth (32)
  --events N,N       number of events in refresh (10000,100000)
  --jobs N,N         number of jobs in admin (1000000)
  --clubs N,N        number of clubs in scale (1,10,100,1000)
  --minutes N        length of soak (30)`;

function usage(): never {
  console.error(USAGE);
  process.exit(2);
}

const options = {
  events: { type: 'string', default: '10000,100000' },
  jobs: { type: 'string', default: '1000000' },
  clubs: { type: 'string', default: '1,10,100,1000' },
  minutes: { type: 'string', default: '30' },
  against: { type: 'string' },
  rounds: { type: 'string', default: '5' },
  scale: { type: 'string', default: '1' },
  concurrency: { type: 'string' },
  plots: { type: 'string' },
  profile: { type: 'string' },
  unprepared: { type: 'boolean', default: false },
  json: { type: 'boolean', default: false },
} as const;
const { values, positionals } = readOptions(USAGE, { allowPositionals: true, options });
const whole = (text: string) => (/^[1-9]\d*$/.test(text) ? Number(text) : usage());
const rounds = whole(values.rounds);
const concurrency = (usual: number) => (values.concurrency ? whole(values.concurrency) : usual);
const [events, jobs, clubs] = [values.events, values.jobs, values.clubs].map((list) =>
  list.split(',').map(whole),
);
const scale = Number(values.scale) > 0 ? Number(values.scale) : usage();
const scaled = (count: number) => Math.max(20, Math.round(count * scale));
const say = (line: string) => console.error(line);

const PARTS: Record<string, (infrastructure: Infrastructure) => Promise<PartResult>> = {
  save: (on) => measureSave(on, { rounds, saves: scaled(600) }),
  bulk: (on) => measureBulk(on, { rounds, saves: scaled(250) }),
  drain: (on) => measureDrain(on, { rounds, concurrency: concurrency(100), jobs: scaled(5_000) }),
  latency: (on) => measureLatency(on, { rounds, clicks: scaled(100) }),
  depth: (on) => measureDepth(on, { rounds, concurrency: concurrency(32), deep: scaled(1_000_000) }),
  workers: (on) => measureWorkers(on, { rounds: Math.min(rounds, 3), jobs: scaled(300) }),
  queries: (on) => measureQueries(on, say),
  refresh: (on) => measureRefreshes(on, events ?? [], say),
  plan: () => measurePlans(rounds),
  admin: (on) => measureAdmin(on, jobs ?? [], say),
  scale: (on) => measureScale(on, clubs ?? [], say),
  soak: (on) => measureSoak(on, whole(values.minutes), say),
};
const LONG = ['admin', 'scale', 'soak'];
const parts =
  positionals.length > 0 ? positionals : Object.keys(PARTS).filter((part) => !LONG.includes(part));
if (parts.some((part) => !(part in PARTS))) usage();

if (values.against) {
  const passed = ['scale', 'concurrency', 'events', 'jobs', 'clubs', 'minutes'].flatMap((name) => {
    const at = process.argv.findIndex((one) => one === `--${name}` || one.startsWith(`--${name}=`));
    const argument = process.argv[at];
    if (argument === undefined) return [];
    return argument.includes('=') ? [argument] : [argument, process.argv[at + 1] ?? ''];
  });
  const compared = await measureAgainst(values.against, [...parts, ...passed], rounds, say);
  if (values.json) console.log(JSON.stringify(compared, null, 2));
  else printCompared(compared);
  process.exit(compared.some(({ isWorse }) => isWorse) ? 1 : 0);
}

if (values.profile) process.env.BENCH_PROFILE_FOLDER = resolve(values.profile);
// Those parts open the admin page, which is served from its build.
if (parts.some((part) => LONG.includes(part)))
  execFileSync(
    'pnpm',
    ['exec', 'turbo', 'run', 'build', '--filter=@scheduler/admin', '--output-logs=errors-only'],
    {
      cwd: ROOT,
      // Standard output is for the tables.
      stdio: ['ignore', 2, 2],
    },
  );
const infrastructure = await temporaryInfrastructure({ forgetful: true });
if (values.unprepared) infrastructure.env.DATABASE_URL += '?prepared_statements=false';
const results: PartResult[] = [];
try {
  for (const part of parts) {
    say(`${part}…`);
    const result = await (PARTS[part] as (typeof PARTS)[string])(infrastructure);
    results.push(result);
    if (values.plots) drawPart(result, values.plots);
    for (const missing of result.missing) say(`left out: ${missing}`);
    if (values.json) continue;
    console.log(`\n${result.part}: ${result.what}`);
    const inWords = ({ median, low, high }: { median: number; low: number; high: number }) =>
      `${median} (${low}–${high})`;
    console.table(
      Object.fromEntries(
        result.standings.map(({ contestant, figures }) => [
          contestant,
          Object.fromEntries(Object.entries(figures).map(([name, figure]) => [name, inWords(figure)])),
        ]),
      ),
    );
    for (const { what, target, met, ...figure } of result.verdicts)
      console.log(`${met ? 'met   ' : 'missed'} ${what}: ${inWords(figure)}, target ${target}`);
  }
} finally {
  await infrastructure.stop();
}
if (values.json) console.log(JSON.stringify({ at: currentInstant(), parts: results }, null, 2));

function printCompared(compared: readonly Compared[]): void {
  const short = (value: number) => Number(value.toPrecision(3));
  console.table(
    compared.map(({ part, contestant, figure, before, now, ratio, isWorse }) => ({
      part,
      contestant,
      figure,
      before: short(before),
      now: short(now),
      ratio: `${short(ratio.median)} (${short(ratio.low)}–${short(ratio.high)})`,
      '': isWorse ? 'worse' : '',
    })),
  );
}
