/**
 * `pnpm bench refresh [--events N,N] [--json]`: how long readings of Crossmark's whole list take and what memory they need.
 * Measures and prints; asserts nothing.
 */
import { parseArgs } from 'node:util';
import { measureRefresh } from './lib/bench/refresh.ts';
import { temporaryInfrastructure } from './lib/infrastructure.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    events: { type: 'string', default: '10000,100000' },
    json: { type: 'boolean', default: false },
  },
});
const counts = values.events.split(',').map(Number);
if (positionals.join() !== 'refresh' || counts.some((count) => !Number.isSafeInteger(count) || count < 1)) {
  console.error('Usage: pnpm bench refresh [--events 10000,100000] [--json]');
  process.exit(2);
}

const infrastructure = await temporaryInfrastructure();
try {
  const figures = [];
  for (const count of counts) {
    figures.push(...(await measureRefresh(infrastructure, count, (line) => console.error(line))));
  }
  if (values.json) console.log(JSON.stringify({ refresh: figures }));
  else console.table(figures);
} finally {
  await infrastructure.stop();
}
