/**
 * `pnpm dev`: starts everything on this machine with demo data. Ctrl-C stops it. `--fresh` writes
 * the demo data again.
 */
import { connect } from '@scheduler/db';
import { requestMissingInstructions } from '@scheduler/sync';
import { DATA_DIRECTORY, DEMO, startInfrastructure } from './lib/infrastructure.ts';
import { readOptions } from './lib/options.ts';
import { answers, start, waitFor } from './lib/process.ts';

const remote = process.env.CROSSMARK_BASE_URL;
if (remote && !['localhost', '127.0.0.1', '[::1]'].includes(new URL(remote).hostname)) {
  console.error(
    `CROSSMARK_BASE_URL is ${new URL(remote).origin}: development never talks to a real Crossmark. Unset it to use the simulator.`,
  );
  process.exit(1);
}

let stopping: Promise<void> | undefined;
const stops: (() => Promise<void>)[] = [];
const stopAll = (code: number) => {
  stopping ??= (async () => {
    console.log('\nStopping…');
    for (const undo of stops.splice(0).reverse()) await undo();
    process.exit(code);
  })();
};
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => stopAll(0));

try {
  const { values } = readOptions('Usage: pnpm dev [--fresh]', {
    options: { fresh: { type: 'boolean', default: false } },
  });
  const { fresh } = values;
  if (fresh && process.env.DATABASE_URL) {
    throw new Error('--fresh would replace the data in DATABASE_URL. Unset it, or run pnpm db:seed demo.');
  }
  const starting = startInfrastructure({ dataDirectory: DATA_DIRECTORY, fresh, say: console.log });
  // After Ctrl-C during the start, the parts that have already started are stopped as well.
  stops.push(async () => (await starting.catch(() => undefined))?.stop());
  const infrastructure = await starting;
  if (stopping) await stopping;
  const { ports } = infrastructure;
  // Otherwise the first refresh requests them, up to an hour later.
  const database = connect(infrastructure.databaseUrl, { max: 1 });
  await database.db.transaction(requestMissingInstructions).finally(() => database.close());

  console.log('Starting the apps…');
  const turbo = start('turbo', 'pnpm', ['exec', 'turbo', 'run', 'dev', '--log-prefix=task'], {
    env: { ...infrastructure.env, TURBO_TELEMETRY_DISABLED: '1', NODE_ENV: 'development' },
    show: true,
  });
  stops.push(() => turbo.stop('SIGINT'));
  void turbo.ended.then(() => stopAll(1));

  await Promise.all([
    waitFor('The server', answers(`http://127.0.0.1:${ports.server}/healthz`), { process: turbo }),
    waitFor('The admin page', answers(`http://127.0.0.1:${ports.admin}/healthz`), { process: turbo }),
    waitFor('The scheduler page', answers(`http://localhost:${ports.web}/`), { process: turbo }),
  ]);

  const rows = [
    ['Scheduler', `http://localhost:${ports.web}`, `dispatcher@demo.test / ${DEMO.password}`],
    ['Admin', `http://localhost:${ports.admin}`, `admin@demo.test / ${DEMO.password}`],
    ['API', `http://localhost:${ports.server}`, ''],
    [
      'Crossmark (simulator)',
      `${infrastructure.simulatorUrl}/__sim/state`,
      'the bookings of the simulated Crossmark',
    ],
    ['Postgres', `127.0.0.1:${ports.postgres}`, infrastructure.databaseDirectory ?? 'yours (DATABASE_URL)'],
    ['Redis', infrastructure.redisUrl?.replace(/\/\/.*@/, '//') ?? 'none', infrastructure.redisMissing ?? ''],
  ];
  const width = (column: number) => Math.max(...rows.map((row) => row[column]?.length ?? 0));
  const table = rows.map((row) =>
    `  ${row.map((cell, column) => cell.padEnd(width(column))).join('   ')}`.trimEnd(),
  );
  console.log(`\n${table.join('\n')}\n\n  Ctrl-C stops everything.\n`);
} catch (error) {
  if (!stopping) {
    console.error(error instanceof Error ? error.message : error);
    stopAll(1);
  }
}
