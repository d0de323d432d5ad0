/**
 * `pnpm images`: carries out the steps of each Dockerfile in an empty folder, because a machine may
 * have no Docker engine. Then starts the results as in production: only built output, not as root,
 * with read-only files, a real Postgres and Redis. Checks that a schedule reaches the simulator and
 * that each app stops on SIGTERM.
 */

import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, copyFileSync, mkdirSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { connect } from '@scheduler/db';
import { currentInstant } from '@scheduler/runtime/clock';
import { workDateOf } from '@scheduler/scheduling';
import { freeSlot, signIn } from './lib/api.ts';
import { heldBookings } from './lib/crossmark-side.ts';
import { Builder, type Image } from './lib/images/dockerfile.ts';
import { startInfrastructure } from './lib/infrastructure.ts';
import { answers, ROOT, type Running, start, temporaryDirectory, waitFor } from './lib/process.ts';

const APPS = ['server', 'worker', 'web', 'admin'] as const;
type App = (typeof APPS)[number];
const startedMs = performance.now();
const say = (line: string) =>
  console.log(`${String(Math.round((performance.now() - startedMs) / 1_000)).padStart(4)} s  ${line}`);

// This check must never use a real database.
for (const name of ['DATABASE_URL', 'REDIS_URL']) delete process.env[name];
const data = temporaryDirectory();
const stops: (() => Promise<unknown>)[] = [async () => data.remove()];

try {
  const images = await buildAll();
  const node = nodeForOthers();
  for (const app of APPS) {
    assert(images[app].user !== null, `${app} would run as root`);
    protect(images[app].root);
  }

  const infrastructure = await startInfrastructure({
    dataDirectory: join(data.path, 'data'),
    anyPorts: true,
  });
  stops.push(infrastructure.stop);
  const { ports } = infrastructure;
  /** The port of each app, which its health check uses as well. */
  const portOf = { server: ports.server, worker: ports.workerHealth, web: ports.web, admin: ports.admin };
  const envOf = (app: App) => ({
    ...images[app].env,
    ...infrastructure.env,
    [`${app.toUpperCase()}_PORT`]: String(portOf[app]),
    HOST: '127.0.0.1',
  });
  const inImage = (app: App, [program = '', ...args]: string[], env: Record<string, string>) =>
    start(app, program === 'node' ? node : program, args, {
      cwd: join(images[app].root, images[app].workdir),
      env,
      onlyEnv: true,
      ...otherUser(),
    });

  await emptyDatabase(infrastructure.databaseUrl, async (superuserUrl) => {
    const password = (url: string | undefined) => decodeURIComponent(new URL(String(url)).password);
    const roles = inImage('server', ['node', 'dist/roles.js'], {
      DATABASE_URL: superuserUrl,
      POSTGRES_MIGRATOR_PASSWORD: password(infrastructure.migratorUrl),
      POSTGRES_APP_PASSWORD: password(infrastructure.env.DATABASE_URL),
    });
    await roles.ended;
    assert(roles.process.exitCode === 0, `the roles could not be made:\n${roles.output()}`);
    const DATABASE_URL = new URL(new URL(superuserUrl).pathname, infrastructure.migratorUrl).href;
    const migration = inImage('server', ['node', 'dist/migrate.js'], { ...envOf('server'), DATABASE_URL });
    await migration.ended;
    assert(migration.process.exitCode === 0, `the migration failed:\n${migration.output()}`);
  });
  say('roles and migrations run from the server’s image');

  const running = Object.fromEntries(
    APPS.map((app) => [app, inImage(app, images[app].command, envOf(app))]),
  ) as Record<App, Running>;
  stops.push(() => Promise.all(APPS.map((app) => running[app].stop())));
  for (const app of APPS) {
    const url = `http://127.0.0.1:${portOf[app]}`;
    await waitFor(`${app} ready`, answers(`${url}/readyz`), { process: running[app] });
    await waitFor(`${app} alive`, answers(`${url}/healthz`));
    const check = inImage(app, images[app].healthcheck, envOf(app));
    await check.ended;
    assert(check.process.exitCode === 0, `the image’s own health check of ${app} fails:\n${check.output()}`);
  }
  for (const page of [`http://localhost:${ports.web}/`, `http://localhost:${ports.admin}/`]) {
    const html = await (await fetch(page)).text();
    assert(/<title>.*<\/title>/.test(html), `${page} gives no page`);
  }
  say('all four are alive and ready, by their own health checks too');

  const webUrl = `http://localhost:${ports.web}`;
  const api = await signIn(webUrl, webUrl);
  const [store] = await api.stores.list.query();
  const { event, one, startsAt } = await freeSlot(
    api,
    'Core',
    workDateOf(currentInstant(), String(store?.timeZone)),
  );
  const { eventId } = event;
  await api.schedules.create.mutate({ eventId, employeeId: one.employeeId, startsAt, withSupervisor: false });
  await waitFor(
    'The schedule synced',
    async () => (await api.sync.get.query({ eventId })).state === 'synced',
  );
  const held = await heldBookings(infrastructure.simulatorUrl, event.mplanId);
  assert(held.length === 1 && held[0]?.startsAt === startsAt, `Crossmark holds ${JSON.stringify(held)}`);
  say('a schedule went through the page’s server to Crossmark');

  for (const app of APPS) {
    await running[app].stop();
    assert(running[app].process.exitCode === 0, `${app} did not stop cleanly:\n${running[app].output()}`);
  }
  say('each stopped cleanly on SIGTERM');
  console.table(APPS.map((app) => ({ image: app, ...sizesOf(images[app]) })));
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
} finally {
  for (const stop of stops.reverse()) await stop();
}

async function buildAll(): Promise<Record<App, Image>> {
  const builder = new Builder(ROOT, data.path);
  const images: Partial<Record<App, Image>> = {};
  const queue: App[] = [...APPS];
  const work = async () => {
    for (let app = queue.shift(); app; app = queue.shift()) {
      images[app] = await builder.build(app, `apps/${app}/Dockerfile`);
      say(`${app} is built`);
    }
  };
  await Promise.all([work(), work()]);
  return images as Record<App, Image>;
}

/**
 * Returns the path of a copy of this Node that every user may run. The image has the same version.
 */
function nodeForOthers(): string {
  const directory = join(data.path, 'bin');
  mkdirSync(directory);
  copyFileSync(realpathSync(process.execPath), join(directory, 'node'));
  chmodSync(join(directory, 'node'), 0o755);
  return join(directory, 'node');
}

/** Returns the user for the apps' processes. Only root has to change the user. */
function otherUser(): { uid?: number; gid?: number } {
  if (process.getuid?.() !== 0) return {};
  const id = (flag: string) => Number(execFileSync('id', [flag, 'nobody'], { encoding: 'utf8' }));
  return { uid: id('-u'), gid: id('-g') };
}

/** Makes a folder read-only. */
function protect(root: string): void {
  const changed = spawnSync('chmod', ['-R', 'a-w,a+rX', root]);
  assert(changed.status === 0, `chmod of ${root} failed`);
}

async function emptyDatabase(url: string, use: (url: string) => Promise<void>): Promise<void> {
  const { sql, close } = connect(url, { max: 1 });
  const empty = new URL(url);
  empty.pathname = '/images_check';
  try {
    await sql.unsafe('create database images_check');
    await use(empty.href);
  } finally {
    await close();
  }
}

function sizesOf({ root, workdir }: Image): { app: string; packages: string; all: string } {
  const mb = (path: string) => {
    const counted = spawnSync('du', ['-sk', join(root, workdir, path)], { encoding: 'utf8' });
    return `${(Number.parseInt(counted.stdout, 10) / 1024).toFixed(1)} MB`;
  };
  return { app: mb('dist'), packages: mb('node_modules'), all: mb('.') };
}

function assert(condition: boolean, otherwise: string): asserts condition {
  if (!condition) throw new Error(otherwise);
}
