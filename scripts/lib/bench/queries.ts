import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import postgres from 'postgres';
import { pause } from '../chaos/random.ts';
import type { Infrastructure } from '../infrastructure.ts';
import { openClub, setRemoteMs } from './club.ts';
import { ourDrainer, ourServer } from './contestants.ts';
import { type PartResult, Rounds } from './measure.ts';

const SAVES = 20;
const JOBS = 200;

/**
 * Counts the statements of one save and one job in Postgres' own log: all statements, commits with
 * a write, and those of graphile-worker itself.
 */
export async function measureQueries(
  infrastructure: Infrastructure,
  say: (line: string) => void,
): Promise<PartResult> {
  const { databaseUrl, databaseDirectory } = infrastructure;
  if (!databaseDirectory)
    throw new Error('The log of a Postgres that this command did not start can’t be read.');
  const log = join(databaseDirectory, 'cluster', 'server.log');
  const sql = postgres(databaseUrl, { max: 1, onnotice: () => {} });
  const placements = await openClub(infrastructure, SAVES + JOBS);
  await setRemoteMs(infrastructure.simulatorUrl, 0);
  await sql`alter system set log_statement = 'all'`;
  await sql`alter system set log_line_prefix = '#%a# '`;
  await sql`select pg_reload_conf()`;
  await pause(500);
  const results = new Rounds();
  const count = async (what: string, per: number, app: RegExp, work: () => Promise<void>) => {
    const from = statSync(log).size;
    await work();
    await pause(500);
    const lines = readFileSync(log, 'utf8').slice(from).split('\n');
    const statements = lines.flatMap((line) => {
      const [, name, text] = /^#(.*?)# LOG: {2}(?:statement|execute [^:]*): (.*)$/.exec(line) ?? [];
      return name !== undefined && text !== undefined && app.test(name) ? [text] : [];
    });
    const byText = new Map<string, number>();
    for (const text of statements) byText.set(text.slice(0, 110), (byText.get(text.slice(0, 110)) ?? 0) + 1);
    for (const [text, times] of [...byText].sort(([, a], [, b]) => b - a)) {
      if (times >= per / 4) say(`${what}: ${(times / per).toFixed(2)} × ${text}`);
    }
    results.add(what, {
      statements: statements.length / per,
      transactions: statements.filter((text) => /^begin/i.test(text)).length / per,
    });
  };
  const server = await ourServer(infrastructure);
  try {
    await count('a save', SAVES, /scheduler-server$/, async () => {
      for (const placement of placements.slice(0, SAVES)) await server.save(placement);
    });
    const drainer = ourDrainer(infrastructure, 8);
    await drainer.fill(placements.slice(SAVES));
    await count('a job', SAVES + JOBS, /scheduler-worker|^$|graphile/, async () => {
      const worker = await drainer.start();
      while ((await drainer.done()) < JOBS) await pause(100);
      await worker.stop();
    });
    await drainer.close();
  } finally {
    await server.stop();
    await sql`alter system reset all`;
    await sql`select pg_reload_conf()`;
    await sql.end();
  }
  return {
    part: 'queries',
    what: 'the statements of one save and of one job',
    missing: [],
    verdicts: [],
    standings: results.standings(),
  };
}
