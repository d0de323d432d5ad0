import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import postgres from 'postgres';
import { pause } from './lib/chaos/random.ts';
import { openClub, setRemoteMs } from './lib/bench/club.ts';
import { ourDrainer } from './lib/bench/contestants.ts';
import { temporaryInfrastructure } from './lib/infrastructure.ts';
const infrastructure = await temporaryInfrastructure({ forgetful: true });
try {
  const { databaseUrl, databaseDirectory } = infrastructure;
  const log = join(databaseDirectory as string, 'cluster', 'server.log');
  const sql = postgres(databaseUrl, { max: 1, onnotice: () => {} });
  const placements = await openClub(infrastructure, 3000);
  await setRemoteMs(infrastructure.simulatorUrl, 20);
  for (const s of [`session_preload_libraries='auto_explain'`, `auto_explain.log_min_duration=0`, `auto_explain.log_analyze=on`,`auto_explain.log_timing=off`, `auto_explain.log_buffers=on`, `log_line_prefix='#%a# '`,`auto_explain.sample_rate=${process.env.RATE ?? 0.1}`]) await sql.unsafe(`alter system set ${s}`);
  await sql`select pg_reload_conf()`; await pause(500);
  const drainer = ourDrainer(infrastructure, 32);
  await drainer.fill(placements);
  const from = statSync(log).size;
  const worker = await drainer.start();
  while ((await drainer.done()) < 2800) await pause(100);
  await worker.stop(); await drainer.close();
  writeFileSync('/tmp/explain.log', readFileSync(log, 'utf8').slice(from));
  await sql.end();
} finally { await infrastructure.stop(); }
