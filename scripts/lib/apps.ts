import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, workers } from '@scheduler/db';
import { clockOffsetMs } from '@scheduler/runtime/clock';
import type { Infrastructure } from './infrastructure.ts';
import { answers, ROOT, type Running, start, waitFor } from './process.ts';

/** The four apps, started as in production. */
export interface Apps {
  webUrl: string;
  serverUrl: string;
  adminUrl: string;
  server: Running;
  worker: Running;
  stop(): Promise<void>;
}

/** Starts the process of one app, with additional settings if given. */
export function startApp(
  infrastructure: Infrastructure,
  name: string,
  main: string,
  settings: Record<string, string> = {},
): Running {
  const env = {
    ...infrastructure.env,
    // The clock can be moved only outside of production.
    NODE_ENV: clockOffsetMs === 0 ? 'production' : 'test',
    // The apps start from source many times, and without this cache a third of the start is
    // compilation.
    NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE ?? join(tmpdir(), 'node-compile-cache'),
    LOG_LEVEL: process.env.LOG_LEVEL ?? 'info',
    ...settings,
  };
  // For `pnpm bench --profile FOLDER`: each process writes a CPU profile there when it ends.
  const profiles = process.env.BENCH_PROFILE_FOLDER;
  const profiling = profiles ? ['--cpu-prof', `--cpu-prof-dir=${profiles}`] : [];
  return start(name, process.execPath, [...profiling, main], { cwd: join(ROOT, 'apps', name), env });
}

/**
 * Starts server and worker from source, or all four apps from their builds, and waits until each is
 * ready. Built apps start in a third of the time, and the pages need a build anyway.
 */
export async function startApps(infrastructure: Infrastructure, only: { pages: boolean }): Promise<Apps> {
  const { ports } = infrastructure;
  const app = (name: string, main: string) => startApp(infrastructure, name, main);
  const running: Running[] = [];
  const stop = async () => {
    await Promise.all(running.splice(0).map((process) => process.stop()));
  };
  try {
    const main = only.pages ? 'dist/main.js' : 'src/main.ts';
    const server = app('server', main);
    const worker = app('worker', main);
    running.push(server, worker);
    const waits = [
      waitFor('The server', answers(`http://127.0.0.1:${ports.server}/healthz`), { process: server }),
      waitFor('The worker', () => hasWorker(infrastructure.databaseUrl), { process: worker }),
    ];
    if (only.pages) {
      for (const page of ['apps/web/dist/page', 'apps/admin/dist/page']) {
        if (!existsSync(join(ROOT, page))) throw new Error(`${page} is not built: run pnpm build first.`);
      }
      const web = app('web', main);
      const admin = app('admin', main);
      running.push(web, admin);
      waits.push(
        waitFor('The scheduler page', answers(`http://127.0.0.1:${ports.web}/healthz`), { process: web }),
        waitFor('The admin page', answers(`http://127.0.0.1:${ports.admin}/healthz`), { process: admin }),
      );
    }
    await Promise.all(waits);
    return {
      webUrl: `http://localhost:${ports.web}`,
      serverUrl: `http://127.0.0.1:${ports.server}`,
      adminUrl: `http://localhost:${ports.admin}`,
      server,
      worker,
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function hasWorker(databaseUrl: string): Promise<boolean> {
  const { db, close } = connect(databaseUrl, { max: 1 });
  try {
    return (await db.select({ id: workers.id }).from(workers).limit(1)).length > 0;
  } finally {
    await close();
  }
}
