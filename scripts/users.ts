/** `pnpm users …`: manages users in DATABASE_URL or in the embedded database of `pnpm dev`. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { migrate } from '@scheduler/db';
import { DATA_DIRECTORY, openDatabase } from './lib/infrastructure.ts';
import { ROOT } from './lib/process.ts';

const database = await openDatabase(DATA_DIRECTORY);
try {
  if (!process.env.DATABASE_URL) await migrate(database.migratorUrl);
  const { status } = spawnSync(
    process.execPath,
    [join(ROOT, 'apps/server/src/cli/users.ts'), ...process.argv.slice(2)],
    {
      stdio: 'inherit',
      env: { WEB_ORIGIN: 'http://localhost:5173', ...process.env, DATABASE_URL: database.appUrl },
    },
  );
  process.exitCode = status ?? 1;
} finally {
  await database.stop();
}
