import { connect, migrate } from '@scheduler/db';
import { startApp } from '../apps.ts';
import { DEMO, type Infrastructure } from '../infrastructure.ts';
import { answers, waitFor } from '../process.ts';
import { knowTasks } from './contestants.ts';
import { type PartResult, percentile, Rounds } from './measure.ts';

const ASKED = 50;
/** Ten open pages send a request every three seconds. */
const EVERY_MS = 300;

/**
 * Measures how long the admin app takes to answer while many jobs wait. The pages must be built.
 */
export async function measureAdmin(
  infrastructure: Infrastructure,
  counts: readonly number[],
  say: (line: string) => void,
): Promise<PartResult> {
  const results = new Rounds();
  for (const count of counts) await ask(infrastructure, count, results, say);
  return {
    part: 'admin',
    what: `requests of an open admin page, sent ${ASKED} times each while many jobs wait; milliseconds`,
    missing: [],
    verdicts: [],
    standings: results.standings(),
  };
}

/**
 * Repeats the requests of an open page while many jobs wait. The jobs are added a thousand at a
 * time, as bulk saves add them, and a thousand of them are dead letters. No worker runs.
 */
async function ask(
  infrastructure: Infrastructure,
  waitingJobs: number,
  results: Rounds,
  say: (line: string) => void,
): Promise<void> {
  const { databaseUrl, ports } = infrastructure;
  await migrate(databaseUrl);
  const database = connect(databaseUrl, { max: 2, patience: null, applicationName: 'bench' });
  const { sql, close } = database;
  const admin = `http://localhost:${ports.admin}`;
  say(`Adding ${waitingJobs} jobs…`);
  await knowTasks(database);
  await sql`
    insert into graphile_worker._private_jobs (task_id, payload, run_at, priority, attempts, max_attempts, key, flags)
    select tasks.id, json_build_object('eventId', n), app_now() - (n / 1000) * interval '1 second', 0,
      case when n <= 1000 then 25 else 0 end, 25, 'bench:' || n, '{"task:sync_schedule": true}'
    from generate_series(1, ${waitingJobs + 1_000}::int) n
    join graphile_worker._private_tasks tasks on tasks.identifier = 'sync_schedule'`;
  await sql`vacuum analyze graphile_worker._private_jobs`;
  await close();
  const app = startApp(infrastructure, 'admin', 'src/main.ts', { LOG_LEVEL: 'warn' });
  try {
    await waitFor('The admin page', answers(`http://127.0.0.1:${ports.admin}/healthz`), { process: app });
    const signedIn = await fetch(`${admin}/api/auth/sign-in/email`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', origin: admin },
      body: JSON.stringify({ email: 'viewer@demo.test', password: DEMO.password }),
    });
    const cookie = signedIn.headers
      .getSetCookie()
      .map((header) => header.split(';')[0])
      .join('; ');
    const list = '/queues/api/queues?activeQueue=sync_schedule&page=';
    const questions = {
      overview: '/trpc/overview',
      'board: first page of waiting': `${list}1&status=waiting`,
      'board: page 1,000 of waiting': `${list}1000&status=waiting`,
      'board: failed': `${list}1&status=failed`,
      prometheus: '/metrics',
    };
    for (const [question, path] of Object.entries(questions)) {
      const took: number[] = [];
      for (let n = 0; n < ASKED; n++) {
        const startedAt = performance.now();
        const answer = await fetch(admin + path, { headers: { cookie } });
        await answer.text();
        if (!answer.ok) throw new Error(`${path} answered ${answer.status}.`);
        took.push(performance.now() - startedAt);
        await new Promise((resolve) => setTimeout(resolve, EVERY_MS));
      }
      const figures = {
        first: took[0] ?? Number.NaN,
        p50: percentile(took, 0.5),
        p95: percentile(took, 0.95),
        slowest: Math.max(...took),
      };
      results.add(`${waitingJobs}, ${question}`, figures);
      say(JSON.stringify({ waitingJobs, question, ...figures }));
    }
  } finally {
    await app.stop();
  }
}
