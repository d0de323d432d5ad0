/**
 * `pnpm chaos [--seed N] [--seeds N] [--edits N] [--minutes N] [--second-booking
 * inPlace|replace|duplicate] [--json]`: makes hundreds of edits with real Postgres, real worker
 * processes and real HTTP to the simulator, while every part fails. Then all faults end, and
 * Crossmark must hold exactly what the board shows. Without `--second-booking` the seeds use the
 * three ways in turn. The same seed repeats the same decisions, as far as the timing of processes
 * allows.
 */
import { commitUnderTest } from '@scheduler/runtime/testing';
import { startApp } from './lib/apps.ts';
import { openNetwork } from './lib/chaos/network.ts';
import { type ChaosResult, runChaos } from './lib/chaos/run.ts';
import { SECOND_BOOKINGS } from './lib/crossmark-side.ts';
import { temporaryInfrastructure } from './lib/infrastructure.ts';
import { readOptions } from './lib/options.ts';
import { answers, waitFor } from './lib/process.ts';

const USAGE = `Usage: pnpm chaos [--seed N] [--seeds N] [--edits N] [--minutes N] [--json]
                  [--second-booking ${SECOND_BOOKINGS.join('|')}]`;

const { values } = readOptions(USAGE, {
  options: {
    seed: { type: 'string', default: '1' },
    seeds: { type: 'string', default: '1' },
    edits: { type: 'string', default: '200' },
    minutes: { type: 'string' },
    'second-booking': { type: 'string' },
    json: { type: 'boolean', default: false },
  },
});
const number = (name: string, text: string): number => {
  const value = Number(text);
  if (Number.isFinite(value) && value > 0) return value;
  console.error(`--${name} must be a number above 0, not ${text}`);
  process.exit(2);
};
const first = number('seed', values.seed);
const seeds = number('seeds', values.seeds);
const edits = number('edits', values.edits);
const minutes = values.minutes === undefined ? null : number('minutes', values.minutes);
const secondBooking = SECOND_BOOKINGS.find((way) => way === values['second-booking']) ?? null;
if (values['second-booking'] !== undefined && secondBooking === null) {
  console.error(`--second-booking must be ${SECOND_BOOKINGS.join(', ')}, not ${values['second-booking']}`);
  process.exit(2);
}
const say = (line: string) => console.error(line);

/** The counts that must be 0 at the end of every run. */
const FAULTS = [
  'lost',
  'duplicated',
  'ghosts',
  'stuck',
  'concurrentWrites',
  'strangers',
  'foreignRemovals',
  'reportsRemoved',
  'unsaved',
  'approvalFaults',
  'historyFaults',
] as const;

const commit = commitUnderTest();
const results: ChaosResult[] = [];
let failed = 0;
const infrastructure = await temporaryInfrastructure();
const network = await openNetwork(infrastructure);
const server = startApp(network.server, 'server', 'src/main.ts');
const serverUrl = `http://127.0.0.1:${infrastructure.ports.server}`;
try {
  if (infrastructure.redis === null) say(`Redis is left out: ${infrastructure.redisMissing}`);
  await waitFor('The server', answers(`${serverUrl}/healthz`), { process: server });
  for (let seed = first; seed < first + seeds; seed++) {
    const { result, history } = await runChaos({
      infrastructure,
      network,
      serverUrl,
      seed,
      edits,
      minutes,
      secondBooking,
      say,
    });
    results.push(result);
    const wrong = FAULTS.filter((fault) => result[fault] > 0);
    if (values.json) console.log(JSON.stringify(result));
    else
      console.log(
        `${wrong.length === 0 ? 'ok    ' : 'FAILED'} ${Object.entries(result)
          .map(([name, value]) => `${name} ${value}`)
          .join(', ')}`,
      );
    if (wrong.length > 0) {
      failed += 1;
      say(`seed ${seed} failed: ${wrong.join(', ')}\n${history}`);
    }
  }
} catch (error) {
  failed += 1;
  say(`chaos ended early: ${error instanceof Error ? error.stack : error}\n${server.output()}`);
} finally {
  await server.stop();
  await network.close();
  await infrastructure.stop().catch(say);
}
say(`chaos at ${commit}: ${results.length} seeds, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);
