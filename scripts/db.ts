/** `pnpm db:migrate`, `pnpm db:roles`, `pnpm db:seed [scenario]`, `pnpm db:generate [name]`, `pnpm db:backup FILE`, `pnpm db:restore FILE`. */
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeRoles, migrate, ROLES } from '@scheduler/db';
import { backup, restore } from '@scheduler/db/backup';
import { createTestDatabase, dumpSchema, startTestPostgres } from '@scheduler/db/testing';
import { errorText, readEnv } from '@scheduler/runtime';
import { ROLE_SETTINGS } from '@scheduler/server/env';
import { DATA_DIRECTORY, openDatabase, seedDemo, startInfrastructure } from './lib/infrastructure.ts';
import { ROOT } from './lib/process.ts';

const [command, argument] = process.argv.slice(2);

process.on('uncaughtException', (error) => {
  console.error(explain(error));
  process.exit(1);
});

if (command === 'seed' && process.env.DATABASE_URL && argument === undefined) {
  console.error(
    'pnpm db:seed would replace all stores, people, events and schedules in DATABASE_URL by demo data, and add demo users with a known password. If that is what you want: pnpm db:seed demo.',
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
  // Our own database has them whenever it is opened.
  const { stop, own, url } = await openDatabase(DATA_DIRECTORY);
  const { POSTGRES_MIGRATOR_PASSWORD: migrator, POSTGRES_APP_PASSWORD: app } = readEnv(ROLE_SETTINGS);
  if (!own) await makeRoles(url, { migrator, app });
  await stop();
  console.log(`The database belongs to ${ROLES.migrator}; apps connect as ${ROLES.app}.`);
} else if (command === 'backup' && argument) {
  const database = await openDatabase(DATA_DIRECTORY);
  const tables = await backup(database.migratorUrl, argument).finally(database.stop);
  console.log(`${tables} tables written to ${argument}.`);
} else if (command === 'restore' && argument) {
  const database = await openDatabase(DATA_DIRECTORY);
  await restore(database.migratorUrl, argument).finally(database.stop);
  console.log(`The database holds what ${argument} holds. Start the apps, then ask for a refresh.`);
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

/** Writes the demo here and on Crossmark's side: into the simulator that runs, else into the data of the next one. */
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

/** One line for a person. A database that doesn't answer is the usual reason. */
function explain(error: unknown): string {
  for (let cause: unknown = error; cause instanceof Error; cause = cause.cause) {
    const { code, address, port } = cause as Error & { code?: string; address?: string; port?: number };
    if (code === 'ECONNREFUSED' || code === 'CONNECT_TIMEOUT' || code === 'ENOTFOUND') {
      return `The database at ${address ?? new URL(process.env.DATABASE_URL ?? 'postgres://?').hostname}${port ? `:${port}` : ''} does not answer (${code}): start it, or mend DATABASE_URL.`;
    }
  }
  return errorText(error);
}
