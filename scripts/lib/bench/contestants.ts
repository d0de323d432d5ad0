import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { createUser } from '@scheduler/auth';
import * as bullmq from '@scheduler/bench/bullmq';
import { connect, type Database, migrate, users } from '@scheduler/db';
import { TASKS } from '@scheduler/sync';
import postgres from 'postgres';
import { Pool } from 'undici';
import { signInCookie } from '../api.ts';
import { startApp } from '../apps.ts';
import { DEMO, type Infrastructure } from '../infrastructure.ts';
import { claimPort } from '../ports.ts';
import { answers, ROOT, type Running, start, waitFor } from '../process.ts';
import { countUnsynced, makePending, type Placement } from './club.ts';

/** The name of this product in tables and plots. */
export const OURS = 'scheduler';
export const OURS_TWICE = 'scheduler, two server processes';
export const CELERY = 'Flask + Celery';
export const BARE_SAVE = 'bare Fastify + insert + add_job';
export const BARE_WORKER = 'bare graphile-worker';
export const BARE_WORKER_READS = 'bare graphile-worker, reading first';
export const BULLMQ = 'BullMQ';

/** A contestant that accepts saves over HTTP. */
export interface Saver {
  name: string;
  /** Its processes. */
  running: readonly Running[];
  save(placement: Placement): Promise<void>;
  stop(): Promise<void>;
}

/** A contestant that saves many schedules in one call. */
export interface BulkSaver extends Saver {
  saveMany(placements: readonly Placement[]): Promise<void>;
}

/** A contestant that sends pending changes to Crossmark. */
export interface Drainer {
  name: string;
  /** Makes the placements pending, and starts nothing. */
  fill(placements: readonly Placement[]): Promise<void>;
  /** Starts its one worker process. */
  start(): Promise<Running>;
  /** Returns how many of the pending placements are done. */
  done(): Promise<number>;
  close(): Promise<void>;
}

/** Posts JSON on persistent connections. Throws for any answer that isn't 2xx. */
function poster(url: string, headers: Record<string, string>) {
  const pool = new Pool(url, { connections: 64 });
  return {
    async post(path: string, body: unknown): Promise<void> {
      const answer = await pool.request({
        method: 'POST',
        path,
        headers: { ...headers, 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });
      const text = await answer.body.text();
      if (answer.statusCode >= 300) throw new Error(`${path} answered ${answer.statusCode}: ${text}`);
    },
    close: () => pool.close(),
  };
}

/** Starts two server processes on one machine, which get requests in turn. */
export async function ourServers(infrastructure: Infrastructure): Promise<Saver> {
  const servers = [await ourServer(infrastructure), await ourServer(infrastructure)];
  let next = 0;
  return {
    name: OURS_TWICE,
    running: servers.flatMap(({ running }) => running),
    save: async (placement) => servers[next++ % servers.length]?.save(placement),
    stop: async () => {
      await Promise.all(servers.map((server) => server.stop()));
    },
  };
}

/** The number of dispatchers who save in turn: one for each of the bench's clients. */
const DISPATCHERS = 8;

/** Creates the dispatchers who save, if they are not there yet, and returns their addresses. */
async function dispatchers(infrastructure: Infrastructure): Promise<string[]> {
  const { db, close } = connect(infrastructure.databaseUrl, { max: 1, applicationName: 'bench' });
  const emails = Array.from({ length: DISPATCHERS }, (_, n) => `dispatcher-${n}@bench.test`);
  const there = new Set((await db.select({ email: users.email }).from(users)).map(({ email }) => email));
  for (const email of emails.filter((one) => !there.has(one)))
    await createUser(db, { email, name: email, role: 'dispatcher', password: DEMO.password });
  await close();
  return emails;
}

/** Starts the server as a process. Eight dispatchers save in turn. */
export async function ourServer(infrastructure: Infrastructure): Promise<BulkSaver & { url: string }> {
  const { env } = infrastructure;
  const port = await claimPort();
  const settings = { LOG_LEVEL: 'warn', SERVER_PORT: String(port) };
  const app = startApp(infrastructure, 'server', 'src/main.ts', settings);
  const url = `http://127.0.0.1:${port}`;
  await waitFor('The server', answers(`${url}/healthz`), { process: app });
  const origin = env.WEB_ORIGIN as string;
  const savers = await Promise.all(
    (await dispatchers(infrastructure)).map(async (email) =>
      poster(url, { cookie: await signInCookie(url, origin, email), origin }),
    ),
  );
  let next = 0;
  const post = (path: string, body: unknown) => savers[next++ % savers.length]?.post(path, body);
  const toInput = ({ eventId, employeeId, startsAt }: Placement) => ({ eventId, employeeId, startsAt });
  return {
    name: OURS,
    url,
    running: [app],
    save: async (placement) => post('/trpc/schedules.create', toInput(placement)),
    saveMany: async (placements) => post('/trpc/schedules.createMany', { items: placements.map(toInput) }),
    stop: async () => {
      for (const saver of savers) await saver.close();
      await app.stop();
    },
  };
}

/** Starts one worker of this product with the highest limits. */
export const ourWorker = (
  infrastructure: Infrastructure,
  concurrency: number,
  settings: Record<string, string> = {},
) =>
  startApp(infrastructure, 'worker', 'src/main.ts', {
    WORKER_CONCURRENCY: String(concurrency),
    SYNC_OUTBOUND_CONCURRENCY: String(concurrency),
    SYNC_OUTBOUND_PER_SECOND: '10000',
    LOG_LEVEL: 'warn',
    ...settings,
  });

/** Creates the contestant of this product's worker, with a concurrency. */
export function ourDrainer(infrastructure: Infrastructure, concurrency: number): Drainer {
  const { db, close } = connect(infrastructure.databaseUrl, {
    max: 1,
    patience: null,
    applicationName: 'bench',
  });
  let filled = 0;
  return {
    name: OURS,
    fill: async (placements) => {
      filled = placements.length;
      await makePending(infrastructure, placements);
    },
    start: async () => ourWorker(infrastructure, concurrency),
    done: async () => filled - (await countUnsynced(db)),
    close,
  };
}

/** Creates an empty database on the same Postgres. */
export async function freshDatabase(infrastructure: Infrastructure, name: string): Promise<string> {
  const sql = postgres(infrastructure.databaseUrl, { max: 1, onnotice: () => {} });
  await sql.unsafe(`drop database if exists ${name} with (force)`);
  await sql.unsafe(`create database ${name}`);
  await sql.end();
  const url = new URL(infrastructure.databaseUrl);
  url.pathname = `/${name}`;
  return url.href;
}

/** The environment of the programs that measure the limits. */
const limitEnv = (infrastructure: Infrastructure, settings: Record<string, string>) => ({
  ...infrastructure.env,
  NODE_ENV: 'production',
  ...settings,
});

const limit = (file: string, env: Record<string, string>) =>
  start(file, process.execPath, [join(ROOT, 'bench/limits', file)], { env, cwd: join(ROOT, 'bench') });

/** Creates the contestant for the limit of a save with a job. */
export async function bareSaver(infrastructure: Infrastructure): Promise<BulkSaver> {
  const databaseUrl = await freshDatabase(infrastructure, 'bench_bare_save');
  await migrate(databaseUrl);
  const port = await claimPort();
  const env = limitEnv(infrastructure, { DATABASE_URL: databaseUrl, PORT: String(port) });
  const app = limit('save.ts', env);
  const url = `http://127.0.0.1:${port}`;
  await waitFor('The bare server', answers(`${url}/healthz`), { process: app });
  const { post, close } = poster(url, {});
  const toInput = ({ eventId, employeeId, startsAt }: Placement) => ({ eventId, employeeId, startsAt });
  return {
    name: BARE_SAVE,
    running: [app],
    save: (placement) => post('/schedules', toInput(placement)),
    saveMany: (placements) => post('/schedules/many', placements.map(toInput)),
    stop: async () => {
      await close();
      await app.stop();
    },
  };
}

/** Creates the contestant for the limit of jobs that post, on graphile-worker. */
export async function bareDrainer(
  infrastructure: Infrastructure,
  concurrency: number,
  readFirst: boolean,
): Promise<Drainer> {
  const databaseUrl = await freshDatabase(infrastructure, `bench_bare_${readFirst ? 'reads' : 'worker'}`);
  await migrate(databaseUrl);
  const sql = postgres(databaseUrl, { max: 1, onnotice: () => {} });
  let filled = 0;
  return {
    name: readFirst ? BARE_WORKER_READS : BARE_WORKER,
    fill: async (placements) => {
      filled = placements.length;
      const specs = placements.map(({ form, eventId }) => ({
        identifier: 'book',
        payload: form,
        job_key: `event:${eventId}`,
      }));
      await sql`
        select count(*) from graphile_worker.add_jobs(array(
          select spec from json_populate_recordset(null::graphile_worker.job_spec, ${JSON.stringify(specs)}::text::json) spec
        ))`;
      await sql`vacuum analyze graphile_worker._private_jobs`;
    },
    start: async () =>
      limit(
        'graphile-worker.ts',
        limitEnv(infrastructure, {
          DATABASE_URL: databaseUrl,
          CONCURRENCY: String(concurrency),
          READ_FIRST: String(readFirst),
        }),
      ),
    done: async () => {
      const [row] = await sql<[{ left: number }]>`
        select count(*)::int "left" from graphile_worker._private_jobs`;
      return filled - row.left;
    },
    close: () => sql.end(),
  };
}

/** Creates the contestant for the limit of jobs that post, on BullMQ. */
export async function bullmqDrainer(
  infrastructure: Infrastructure,
  concurrency: number,
): Promise<Drainer | string> {
  const { redisUrl, redisMissing } = infrastructure;
  if (!redisUrl) return `${BULLMQ}: ${redisMissing}`;
  const queue = await bullmq.watch(redisUrl);
  return {
    name: BULLMQ,
    fill: (placements) =>
      bullmq.fill(
        redisUrl,
        placements.map(({ form }) => form),
      ),
    start: async () => limit('bullmq.ts', limitEnv(infrastructure, { CONCURRENCY: String(concurrency) })),
    done: queue.done,
    close: queue.close,
  };
}

const PYTHON = '/usr/bin/python3';
/**
 * Debian's packages of the older stack, each with a module whose import shows whether it is
 * installed.
 */
const CELERY_NEEDS = {
  'python3-flask': 'flask',
  'python3-sqlalchemy': 'sqlalchemy',
  'python3-psycopg2': 'psycopg2',
  'python3-requests': 'requests',
  'python3-redis': 'redis',
  gunicorn: 'gunicorn',
  celery: 'celery',
};

/** Returns why the older stack can't take part and how to install it; null if it can. */
function celeryMissing({ redisUrl, redisMissing }: Infrastructure): string | null {
  if (!redisUrl) return `${CELERY}: ${redisMissing}`;
  const needed = `apt-get install ${Object.keys(CELERY_NEEDS).join(' ')}`;
  if (!existsSync(PYTHON)) return `${CELERY}: there is no ${PYTHON}. ${needed}`;
  try {
    execFileSync(PYTHON, ['-c', `import ${Object.values(CELERY_NEEDS).join(', ')}`], { stdio: 'pipe' });
    return null;
  } catch (error) {
    const [last] = String((error as { stderr?: Buffer }).stderr ?? error)
      .trim()
      .split('\n')
      .slice(-1);
    return `${CELERY}: ${last}. ${needed}`;
  }
}

/** The older stack: its database, its web app with four processes, and its worker with four. */
export interface CeleryStack {
  /** Replaces the content of the older stack's tables with the club's people and events. */
  adopt(placements: readonly Placement[], pending: boolean): Promise<void>;
  startWeb(): Promise<Saver>;
  startWorker(): Promise<Running>;
  drainer(): Drainer;
  /** Whether the schedule of an event has reached Crossmark. */
  isSynced(placement: Placement): Promise<boolean>;
  close(): Promise<void>;
}

/**
 * Sets up the older stack on a separate database. Returns a sentence if its packages are missing.
 */
export async function celeryStack(infrastructure: Infrastructure): Promise<CeleryStack | string> {
  const missing = celeryMissing(infrastructure);
  if (missing) return missing;
  const databaseUrl = await freshDatabase(infrastructure, 'bench_celery');
  const redis = (database: number) => `${infrastructure.redisUrl}/${database}`;
  const directory = join(ROOT, 'bench/peers/celery');
  const env = {
    PATH: process.env.PATH,
    CROSSMARK_BASE_URL: infrastructure.simulatorUrl,
    CROSSMARK_USER_ID: infrastructure.env.CROSSMARK_USER_ID,
    CROSSMARK_PASSWORD: infrastructure.env.CROSSMARK_PASSWORD,
    DATABASE_URL: databaseUrl.replace(/^postgres:/, 'postgresql:'),
    BROKER_URL: redis(1),
    RESULT_BACKEND: redis(2),
    SECRET_KEY: 'only-for-measuring',
    PASSWORD: 'only-for-measuring',
    PYTHONDONTWRITEBYTECODE: '1',
    C_FORCE_ROOT: '1',
  };
  const python = (...args: string[]) => start('celery', PYTHON, args, { env, onlyEnv: true, cwd: directory });
  const run = (...args: string[]) => execFileSync(PYTHON, args, { cwd: directory, env, stdio: 'pipe' });
  run('app.py', 'setup');
  const sql = postgres(databaseUrl, { max: 1, onnotice: () => {} });

  const stack: CeleryStack = {
    adopt: async (placements, pending) => {
      const rows = placements.map(({ eventId, employeeId, local, workDate, form }) => ({
        eventId,
        employeeId,
        local,
        workDate,
        ...form,
      }));
      await sql`truncate schedules, audit_log, events, employees, employee_availability, time_off`;
      await sql`
        create temporary table given as
        select * from json_to_recordset(${JSON.stringify(rows)}::text::json)
          as given("eventId" int, "employeeId" int, local timestamp, "mPlanID" text, "LocationID" text, "RepID" text)`;
      await sql`
        insert into employees (id, name, role, rep_id, is_active)
        select distinct on ("employeeId") "employeeId", 'Specialist ' || "employeeId", 'Event Specialist', "RepID", true from given`;
      await sql`
        insert into employee_availability (employee_id, weekday, available)
        select id, weekday, true from employees, generate_series(0, 6) weekday`;
      await sql`
        insert into events (id, mplan_id, store_id, name, event_type, start_date, due_date, estimated_minutes, condition, is_scheduled)
        select "eventId", "mPlanID", "LocationID", 'Acme-Oat Bars', 'Core', current_date - 1, current_date + 300, 390,
          ${pending ? 'Scheduled' : 'Unstaffed'}, ${pending} from given`;
      if (pending)
        await sql`
          insert into schedules (event_id, employee_id, schedule_datetime, sync_status, created_at)
          select "eventId", "employeeId", local, 'pending', now() from given order by "eventId"`;
      await sql`drop table given`;
      await sql`vacuum analyze`;
    },
    startWeb: async () => {
      const port = await claimPort();
      const app = python('-m', 'gunicorn', '--workers', '4', '--bind', `127.0.0.1:${port}`, 'app:app');
      const url = `http://127.0.0.1:${port}`;
      await waitFor('gunicorn', answers(`${url}/health`), { process: app });
      const signedIn = await fetch(`${url}/login`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ username: 'dispatcher', password: env.PASSWORD }),
      });
      const cookie = signedIn.headers
        .getSetCookie()
        .map((line) => line.split(';')[0])
        .join('; ');
      const { post, close } = poster(url, { cookie });
      return {
        name: CELERY,
        running: [app],
        save: ({ eventId, employeeId, local }) =>
          post('/api/schedules', { event_id: eventId, employee_id: employeeId, start: local }),
        stop: async () => {
          await close();
          await app.stop();
        },
      };
    },
    startWorker: async () =>
      python('-m', 'celery', '-A', 'tasks', 'worker', '--concurrency', '4', '--loglevel', 'warning'),
    drainer: () => ({
      name: CELERY,
      fill: async (placements) => {
        await stack.adopt(placements, true);
        run('app.py', 'fill');
      },
      start: stack.startWorker,
      done: async () => {
        const [row] = await sql<[{ done: number; failed: number; why: string | null }]>`
          select count(*) filter (where sync_status = 'synced')::int done,
            count(*) filter (where sync_status = 'failed')::int failed, min(sync_error) why from schedules`;
        if (row.failed > 0) throw new Error(`${row.failed} schedules failed: ${row.why}`);
        return row.done;
      },
      close: async () => {},
    }),
    isSynced: async ({ eventId }) => {
      const [row] = await sql`
        select from schedules where event_id = ${eventId} and sync_status = 'synced'`;
      return row !== undefined;
    },
    close: () => sql.end(),
  };
  return stack;
}

/** Registers the tasks with graphile-worker before jobs are inserted directly into its tables. */
export async function knowTasks({ sql }: Database): Promise<void> {
  await sql`
    insert into graphile_worker._private_tasks (identifier) select unnest(${[...TASKS]}::text[]) on conflict do nothing`;
}
