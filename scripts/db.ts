/** `pnpm db:migrate`, `pnpm db:roles`, `pnpm db:seed [scenario]`, `pnpm db:generate [name]`, `pnpm db:backup FILE`, `pnpm db:restore FILE`. */
import { spawnSync } from 'node:child_process';
import { statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeRoles, migrate, ROLES } from '@scheduler/db';
import { backup, restore } from '@scheduler/db/backup';
import { createTestDatabase, dumpSchema, startTestPostgres } from '@scheduler/db/testing';
import { errorText, readEnv } from '@scheduler/runtime';
import { ROLE_SETTINGS } from '@scheduler/server/env';
import { DATA_DIRECTORY, openDatabase, seedDemo, startInfrastructure } from './lib/infrastructure.ts';
import { ROOT } from './lib/process.ts';

const [command, argument] = process.argv.slice(2);
const inMegabytes = (bytes: number) => `${(bytes / 1_000_000).toFixed(1)} MB`;

process.on('uncaughtException', (error) => {
  console.error(explain(error));
  process.exit(1);
});

if (command === 'seed' && process.env.DATABASE_URL && argument === undefined) {
  console.error(
    'pnpm db:seed would replace all stores, people, events and schedules in DATABASE_URL with demo data, and add demo users with a known password. If you want this, run pnpm db:seed demo.',
  );
  process.exitCode = 1;
} else if (command === 'seed' && argument !== undefined && argument !== 'demo') {
  console.error(`There is no scenario "${argument}". Scenarios: demo.`);
  process.exitCode = 1;
} else if (command === 'seed') {
  await seed();
} else if (command === 'migrate') {
  const database = await openDatabase(DATA_DIRECTORY);
  await migrate(database.migratorUrl).finally(database.stop);
  console.log('The database is at this version.');
} else if (command === 'roles') {
  // The embedded database gets its roles whenever it is opened.
  const { stop, own, url } = await openDatabase(DATA_DIRECTORY);
  const { POSTGRES_MIGRATOR_PASSWORD: migrator, POSTGRES_APP_PASSWORD: app } = readEnv(ROLE_SETTINGS);
  if (!own) await makeRoles(url, { migrator, app });
  await stop();
  console.log(`The database belongs to ${ROLES.migrator}; apps connect as ${ROLES.app}.`);
} else if (command === 'backup' && argument) {
  const database = await openDatabase(DATA_DIRECTORY);
  const { tables, pdfBytes } = await backup(database.migratorUrl, argument).finally(database.stop);
  const size = inMegabytes(statSync(argument).size);
  const pdf = pdfBytes > 0 ? `, with ${inMegabytes(pdfBytes)} of PDF files` : '';
  console.log(`${tables} tables written to ${argument}: ${size}${pdf}.`);
} else if (command === 'restore' && argument) {
  const database = await openDatabase(DATA_DIRECTORY);
  await restore(database.migratorUrl, argument).finally(database.stop);
  console.log(`The database has been restored from ${argument}. Start the apps, then press Refresh.`);
} else if (command === 'generate') {
  const packageDirectory = join(ROOT, 'packages/db');
  const generated = spawnSync(
    'pnpm',
    ['exec', 'drizzle-kit', 'generate', ...(argument ? ['--name', argument] : [])],
    {
      cwd: packageDirectory,
      stdio: 'inherit',
    },
  );
  if (generated.status !== 0) process.exit(generated.status ?? 1);
  const stop = await startTestPostgres();
  const database = await createTestDatabase();
  writeFileSync(join(packageDirectory, 'schema.sql'), await dumpSchema(database.sql));
  await database.close();
  await stop();
} else {
  console.error(
    'Usage: pnpm db:migrate | pnpm db:roles | pnpm db:seed [demo] | pnpm db:generate [name] | pnpm db:backup FILE | pnpm db:restore FILE',
  );
  process.exitCode = 1;
}

/**
 * Writes the demo data into the database and into the running simulator, or into the data of the
 * next simulator if none is running.
 */
async function seed(): Promise<void> {
  const simulatorUrl = `http://127.0.0.1:${process.env.SIMULATOR_PORT ?? 4300}`;
  const running = await fetch(`${simulatorUrl}/__sim/health`).then(
    (answer) => answer.ok,
    () => false,
  );
  if (!running) {
    const infrastructure = await startInfrastructure({
      dataDirectory: DATA_DIRECTORY,
      anyPorts: true,
      fresh: true,
    });
    await infrastructure.stop();
    console.log('Demo data written, here and for the simulator that pnpm dev starts.');
    return;
  }
  const database = await openDatabase(DATA_DIRECTORY);
  try {
    await migrate(database.migratorUrl);
    await seedDemo({ databaseUrl: database.migratorUrl, simulatorUrl });
  } finally {
    await database.stop();
  }
  console.log(`Demo data written, here and in the simulator at ${simulatorUrl}.`);
}

/** Returns one line for the user. The usual reason is a database that does not answer. */
function explain(error: unknown): string {
  for (let cause: unknown = error; cause instanceof Error; cause = cause.cause) {
    const { code, address, port } = cause as Error & { code?: string; address?: string; port?: number };
    if (code === 'ECONNREFUSED' || code === 'CONNECT_TIMEOUT' || code === 'ENOTFOUND') {
      return `The database${address ? ` at ${address}` : ''}${port ? `:${port}` : ''} does not answer (${code}): start it, or correct DATABASE_URL.`;
    }
  }
  return errorText(error);
}
