/**
 * `pnpm images [--folders]`: builds the four images with buildah, which needs no engine. Without it,
 * or with `--folders`, carries out the steps of each Dockerfile in an empty folder. Then starts the
 * results as in production: only built output, not as root, with read-only files, a real Postgres
 * and Redis. Checks that nothing in them but Node is for one architecture, that each has its list of
 * packages, that a schedule reaches the simulator and that each app stops on SIGTERM.
 */

import { closeSync, openSync, readdirSync, readFileSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { connect } from '@scheduler/db';
import { currentInstant } from '@scheduler/runtime/clock';
import { workDateOf } from '@scheduler/scheduling';
import { freeSlot, signIn } from './lib/api.ts';
import { heldBookings } from './lib/crossmark-side.ts';
import { buildahBuilder, MOST_MB, whyNoBuildah } from './lib/images/buildah.ts';
import { folderBuilder } from './lib/images/dockerfile.ts';
import { APPS, type App, type Built, type ImageBuilder } from './lib/images/image.ts';
import { startInfrastructure } from './lib/infrastructure.ts';
import { readOptions } from './lib/options.ts';
import { answers, type Running, temporaryDirectory, waitFor } from './lib/process.ts';

const { values } = readOptions('Usage: pnpm images [--folders]', {
  options: { folders: { type: 'boolean', default: false } },
});
/** How files of programs for one processor and system begin: of Linux, macOS and Windows. */
const MAGIC = ['7f454c46', 'cffaedfe', 'cefaedfe', 'cafebabe', '4d5a'];
const startedMs = performance.now();
const say = (line: string) =>
  console.log(`${String(Math.round((performance.now() - startedMs) / 1_000)).padStart(4)} s  ${line}`);

// This check must never use a real database.
for (const name of ['DATABASE_URL', 'REDIS_URL']) delete process.env[name];
const data = temporaryDirectory();
const stops: (() => Promise<unknown>)[] = [async () => data.remove()];

try {
  const noBuildah = whyNoBuildah();
  if (noBuildah && !values.folders) say(`images are built in folders instead: ${noBuildah}`);
  const isReal = !noBuildah && !values.folders;
  const builder = isReal ? buildahBuilder() : folderBuilder(data.path);
  stops.push(async () => builder.close());
  const images = await buildAll(builder);

  const infrastructure = await startInfrastructure({
    dataDirectory: join(data.path, 'data'),
    anyPorts: true,
  });
  stops.push(infrastructure.stop);
  const { ports } = infrastructure;
  /** The port of each app, which its health check uses as well. */
  const portOf = { server: ports.server, worker: ports.workerHealth, web: ports.web, admin: ports.admin };
  const envOf = (app: App) => ({
    ...infrastructure.env,
    [`${app.toUpperCase()}_PORT`]: String(portOf[app]),
    HOST: '127.0.0.1',
  });

  await emptyDatabase(infrastructure.databaseUrl, async (superuserUrl) => {
    const password = (url: string | undefined) => decodeURIComponent(new URL(String(url)).password);
    const roles = images.server.run(['node', 'dist/roles.js'], {
      DATABASE_URL: superuserUrl,
      POSTGRES_MIGRATOR_PASSWORD: password(infrastructure.migratorUrl),
      POSTGRES_APP_PASSWORD: password(infrastructure.env.DATABASE_URL),
    });
    await roles.ended;
    assert(roles.process.exitCode === 0, `the roles could not be made:\n${roles.output()}`);
    const DATABASE_URL = new URL(new URL(superuserUrl).pathname, infrastructure.migratorUrl).href;
    const migration = images.server.run(['node', 'dist/migrate.js'], { DATABASE_URL });
    await migration.ended;
    assert(migration.process.exitCode === 0, `the migration failed:\n${migration.output()}`);
  });
  say('roles and migrations run from the server’s image');

  const running = Object.fromEntries(
    APPS.map((app) => [app, images[app].run(images[app].command, envOf(app))]),
  ) as Record<App, Running>;
  stops.push(() => Promise.all(APPS.map((app) => running[app].stop())));
  for (const app of APPS) {
    const url = `http://127.0.0.1:${portOf[app]}`;
    await waitFor(`${app} ready`, answers(`${url}/readyz`), { process: running[app] });
    await waitFor(`${app} alive`, answers(`${url}/healthz`));
    const check = images[app].run(images[app].healthcheck, envOf(app));
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
    await images[app].stop(running[app]);
    assert(running[app].process.exitCode === 0, `${app} did not stop cleanly:\n${running[app].output()}`);
  }
  say('each stopped cleanly on SIGTERM');
  const sizes = builder.sizes();
  console.table(sizes);
  if (isReal)
    for (const { image, size = '' } of sizes)
      assert(
        size.endsWith(' MB') && Number.parseFloat(size) < MOST_MB,
        `${image} has ${size}, not under ${MOST_MB} MB`,
      );
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
} finally {
  for (const stop of stops.reverse()) await stop();
}

/** Builds and looks through all images, two at a time. */
async function buildAll(builder: ImageBuilder): Promise<Record<App, Built>> {
  const images: Partial<Record<App, Built>> = {};
  const queue: App[] = [...APPS];
  const work = async () => {
    for (let app = queue.shift(); app; app = queue.shift()) {
      const image = await builder.build(app);
      const folder = join(image.root, image.workdir);
      assert(image.user !== null, `${app} would run as root`);
      const tied = binariesIn(folder);
      assert(tied.length === 0, `${app} has files for one architecture:\n${tied.join('\n')}`);
      assertBill(app, folder);
      images[app] = image;
      say(`${app} is built`);
    }
  };
  await Promise.all([work(), work()]);
  return images as Record<App, Built>;
}

/** Returns the files below a folder that only one architecture can run. */
function binariesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true }).flatMap((entry) => {
    if (!entry.isFile()) return [];
    const path = join(entry.parentPath, entry.name);
    const start = Buffer.alloc(4);
    const file = openSync(path, 'r');
    readSync(file, start);
    closeSync(file);
    const isBinary = MAGIC.some((magic) => start.toString('hex').startsWith(magic)) || path.endsWith('.node');
    return isBinary ? [path] : [];
  });
}

/** Checks that the image has the list of its packages, with those that it runs with. */
function assertBill(app: App, folder: string): void {
  const bill = JSON.parse(readFileSync(join(folder, 'sbom.cdx.json'), 'utf8')) as {
    bomFormat: string;
    components: { name: string; group?: string }[];
  };
  const listed = new Set(bill.components.map(({ group, name }) => (group ? `${group}/${name}` : name)));
  const { dependencies } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as {
    dependencies: Record<string, string>;
  };
  const missing = Object.keys(dependencies).filter((name) => !listed.has(name));
  assert(
    bill.bomFormat === 'CycloneDX' && missing.length === 0,
    `${app}’s sbom.cdx.json lacks ${missing.join()}`,
  );
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

function assert(condition: boolean, otherwise: string): asserts condition {
  if (!condition) throw new Error(otherwise);
}
