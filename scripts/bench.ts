/**
 * `pnpm bench refresh [--events N,N] [--json]`: how long readings of Crossmark's whole list take and what memory they need.
 * `pnpm bench admin [--jobs N,N] [--json]`: how long the admin page takes to answer while so many jobs wait.
 * Measures and prints; asserts nothing.
 */
import { parseArgs } from 'node:util';
import { measureAdmin } from './lib/bench/admin.ts';
import { measureRefresh } from './lib/bench/refresh.ts';
import { temporaryInfrastructure } from './lib/infrastructure.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    events: { type: 'string', default: '10000,100000' },
    jobs: { type: 'string', default: '1000000' },
    json: { type: 'boolean', default: false },
  },
});
const [what] = positionals;
const counts = (what === 'admin' ? values.jobs : values.events).split(',').map(Number);
if (
  positionals.length !== 1 ||
  (what !== 'refresh' && what !== 'admin') ||
  counts.some((count) => !Number.isSafeInteger(count) || count < 1)
) {
  console.error(
    'Usage: pnpm bench refresh [--events 10000,100000] [--json] | pnpm bench admin [--jobs 1000000] [--json]',
  );
  process.exit(2);
}

const infrastructure = await temporaryInfrastructure();
try {
  const figures = [];
  for (const count of counts) {
    const measure = what === 'admin' ? measureAdmin : measureRefresh;
    figures.push(...(await measure(infrastructure, count, (line) => console.error(line))));
  }
  if (values.json) console.log(JSON.stringify({ [what]: figures }));
  else console.table(figures);
} finally {
  await infrastructure.stop();
}
