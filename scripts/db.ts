/** `pnpm db:migrate`, `pnpm db:seed [scenario]`, `pnpm db:generate [name]`. */
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { migrate } from '@scheduler/db';
import { createTestDatabase, dumpSchema, startTestPostgres } from '@scheduler/db/testing';
import { DATA_DIRECTORY, openDatabase, seedDemo } from './lib/infrastructure.ts';
import { ROOT } from './lib/process.ts';

const [command, argument] = process.argv.slice(2);

if (command === 'migrate' || command === 'seed') {
  const database = await openDatabase(DATA_DIRECTORY);
  try {
    await migrate(database.url);
    if (command === 'migrate') {
      console.log('The database is at this version.');
    } else if (argument === undefined || argument === 'demo') {
      // Crossmark's side belongs to the scenario: a running simulator is loaded with it too.
      const simulatorUrl = `http://127.0.0.1:${process.env.SIMULATOR_PORT ?? 4300}`;
      const running = await fetch(`${simulatorUrl}/__sim/health`).then(
        (answer) => answer.ok,
        () => false,
      );
      await seedDemo({ databaseUrl: database.url, simulatorUrl: running ? simulatorUrl : null });
      console.log(
        running
          ? `Demo data written, here and in the simulator at ${simulatorUrl}.`
          : `Demo data written. No simulator answers at ${simulatorUrl}, so Crossmark's side was left as it is: run this while pnpm dev runs (SIMULATOR_PORT names another port).`,
      );
    } else {
      console.error(`There is no scenario "${argument}". Scenarios: demo.`);
      process.exitCode = 1;
    }
  } finally {
    await database.stop();
  }
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
  console.error('Usage: pnpm db:migrate | pnpm db:seed [demo] | pnpm db:generate [name]');
  process.exitCode = 1;
}
