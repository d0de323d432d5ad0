/**
 * `pnpm test:upgrade [--from REF] [--json]`: upgrades an installation while people work. An earlier
 * version (by default that of the last migration but one) runs with two processes of each app
 * behind balancers. Under load, the database is migrated, and then each process is replaced by one
 * of this checkout, one after another. No request may fail, and no acknowledged edit may be lost.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { connect } from '@scheduler/db';
import { checkOut, commitOf, git } from './lib/checkout.ts';
import { temporaryInfrastructure } from './lib/infrastructure.ts';
import { readOptions } from './lib/options.ts';
import { claimPort } from './lib/ports.ts';
import { ROOT, waitFor } from './lib/process.ts';
import { type Fleet, startFleet } from './lib/upgrade/fleet.ts';
import { type Load, startLoad } from './lib/upgrade/load.ts';

const { values } = readOptions('Usage: pnpm test:upgrade [--from REF] [--json]', {
  options: { from: { type: 'string' }, json: { type: 'boolean', default: false } },
});
const startedMs = performance.now();
const say = (line: string) => {
  if (!values.json)
    console.log(`${String(Math.round((performance.now() - startedMs) / 1_000)).padStart(4)} s  ${line}`);
};
const APPS = ['server', 'worker', 'admin', 'web'] as const;
/** How many requests have to succeed in each phase, so that each is under load. */
const REQUESTS_OF_A_PHASE = 60;

const pnpm = (cwd: string, ...args: string[]) =>
  execFileSync('pnpm', args, { cwd, stdio: 'pipe', env: { ...process.env, TURBO_TELEMETRY_DISABLED: '1' } });

/** Returns the commit that added the last migration but one. */
function commitBeforeLast(): string {
  const added = git('log', '--diff-filter=A', '--format=%H', '--', 'packages/db/migrations/*.sql');
  const [, before] = [...new Set(added.split('\n'))];
  if (!before) throw new Error('The history has no two commits with migrations: name one with --from.');
  return before;
}

const lastMigration = (checkout: string) =>
  (
    JSON.parse(readFileSync(join(checkout, 'packages/db/migrations/meta/_journal.json'), 'utf8')) as {
      entries: { tag: string }[];
    }
  ).entries.at(-1)?.tag ?? 'none';

const stops: (() => Promise<unknown> | unknown)[] = [];
try {
  const from = commitOf(values.from ?? commitBeforeLast());
  const { path: old, remove } = checkOut(from);
  stops.push(remove);
  say(`from ${from.slice(0, 8)} (${lastMigration(old)}) to this checkout (${lastMigration(ROOT)})`);
  pnpm(old, 'install', '--frozen-lockfile', '--prefer-offline');
  for (const checkout of [old, ROOT])
    pnpm(
      checkout,
      'exec',
      'turbo',
      'run',
      'build',
      '--output-logs=errors-only',
      ...APPS.map((app) => `--filter=@scheduler/${app}`),
    );
  say('both versions are built');

  const infrastructure = await temporaryInfrastructure({ empty: true });
  stops.push(infrastructure.stop);
  const database = await makeDatabase(infrastructure.databaseUrl);
  const urlOf = (account: string | undefined) => {
    const url = new URL(String(account));
    url.pathname = database;
    return url.href;
  };
  const [superuser, migrator, app] = [
    infrastructure.databaseUrl,
    infrastructure.migratorUrl,
    infrastructure.env.DATABASE_URL,
  ].map(urlOf);
  /** Runs a program of a checkout from its source, to its end. */
  const runIn = (
    checkout: string,
    program: string,
    env: Record<string, string | undefined>,
    ...args: string[]
  ) =>
    execFileSync(process.execPath, [join(checkout, program), ...args], {
      cwd: checkout,
      stdio: 'pipe',
      env: { ...process.env, ...env },
    });
  const passwordOf = (url: string | undefined) => decodeURIComponent(new URL(String(url)).password);
  runIn(old, 'apps/server/src/roles.ts', {
    DATABASE_URL: superuser,
    POSTGRES_MIGRATOR_PASSWORD: passwordOf(migrator),
    POSTGRES_APP_PASSWORD: passwordOf(app),
  });
  runIn(old, 'apps/server/src/migrate.ts', { DATABASE_URL: migrator });
  const simulatorPort = String(infrastructure.ports.simulator);
  runIn(old, 'scripts/db.ts', { DATABASE_URL: migrator, SIMULATOR_PORT: simulatorPort }, 'seed', 'demo');

  const origins = { web: await claimPort(), admin: await claimPort(), server: await claimPort() };
  const env = {
    ...infrastructure.env,
    DATABASE_URL: String(app),
    WEB_ORIGIN: `http://localhost:${origins.web}`,
    ADMIN_ORIGIN: `http://localhost:${origins.admin}`,
    SERVER_URL: `http://127.0.0.1:${origins.server}`,
    ADMIN_METRICS_TOKEN: 'only-for-this-check',
    NODE_ENV: 'production',
  };
  const fleets = {} as Record<(typeof APPS)[number], Fleet>;
  for (const name of APPS) {
    fleets[name] = await startFleet(name, old, { env, port: name === 'worker' ? undefined : origins[name] });
    stops.push(fleets[name].stop);
  }
  say('two processes of each app run, of the earlier version');

  const load: Load = await startLoad({
    webUrl: env.WEB_ORIGIN,
    adminUrl: env.ADMIN_ORIGIN,
    metricsToken: env.ADMIN_METRICS_TOKEN,
  });
  stops.push(load.stop);
  const more = async (what: string) => {
    const until = load.succeeded() + REQUESTS_OF_A_PHASE;
    await waitFor(`Load ${what}`, async () => load.succeeded() >= until, { withinMs: 120_000 });
  };
  await more('before the upgrade');
  runIn(ROOT, 'apps/server/src/migrate.ts', { DATABASE_URL: migrator });
  say('the database is migrated, under load');
  await more('of the earlier version on the new schema');
  for (const name of APPS) {
    for (const at of [0, 1]) {
      await fleets[name].replace(at, ROOT);
      say(`${name} ${at + 1} of 2 is of this version`);
      await more(`after ${name} ${at + 1}`);
    }
  }
  await load.stop();
  const result = await load.compare({
    databaseUrl: String(superuser),
    simulatorUrl: infrastructure.simulatorUrl,
  });
  const ok = result.failed.length === 0 && result.lost.length === 0;
  if (values.json) console.log(JSON.stringify({ ok, from, ...result }));
  else {
    console.table({
      'requests answered': result.answered,
      'edits acknowledged': result.acknowledged,
      'edits refused by a rule': result.refused,
      'requests failed': result.failed.length,
      'edits lost': result.lost.length,
    });
    for (const line of [...result.failed, ...result.lost]) console.error(line);
  }
  process.exitCode = ok ? 0 : 1;
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
} finally {
  for (const stop of stops.reverse()) await stop();
}

/** Creates an empty database beside another one and returns its name. */
async function makeDatabase(url: string): Promise<string> {
  const { sql, close } = connect(url, { max: 1 });
  try {
    await sql.unsafe('create database upgrade_check');
    return 'upgrade_check';
  } finally {
    await close();
  }
}
