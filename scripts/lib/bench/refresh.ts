import { readFileSync } from 'node:fs';
import { connect, refreshRuns, stores } from '@scheduler/db';
import { addDays, workDateOf } from '@scheduler/scheduling';
import { requestRefresh } from '@scheduler/sync';
import { eq, sql } from 'drizzle-orm';
import { startApp } from '../apps.ts';
import { pause } from '../chaos/random.ts';
import { type Infrastructure, seedDemo } from '../infrastructure.ts';

/** One reading of Crossmark's whole list by a worker of its own. */
export interface RefreshFigures {
  events: number;
  /** What the list brought, compared with what was there. */
  work: 'all new' | 'unchanged' | '1 % changed';
  seconds: number;
  eventsPerSecond: number;
  /** The most memory that the worker's process ever held (VmHWM), in MB. */
  peakMemoryMb: number;
  created: number;
  updated: number;
  unchanged: number;
}

/** Plans of every type, 100 to a day of the list's window, as the simulator takes them. */
function plans(count: number, storeId: string, today: string, renamed: (n: number) => boolean) {
  return Array.from({ length: count }, (_, n) => {
    const startsOn = addDays(today, (n % 100) - 20);
    const number = 600_000 + (n % 300_000);
    return {
      mplanId: String(40_000_000 + n),
      storeId,
      name: `${number}-Acme${renamed(n) ? ' Foods' : ''}-Oat Bars (${260_105_000_000 + n})  - V2-CORE`,
      startsOn,
      dueOn: addDays(startsOn, 13),
      condition: 'Unstaffed',
    };
  });
}

/**
 * Measures how long a reading of so many events takes and what memory it needs: all of them new, then unchanged, then
 * one in a hundred renamed. Each reading is done by a worker process that does nothing else.
 */
export async function measureRefresh(
  infrastructure: Infrastructure,
  count: number,
  say: (line: string) => void,
): Promise<RefreshFigures[]> {
  const { databaseUrl, simulatorUrl } = infrastructure;
  await seedDemo({ databaseUrl, simulatorUrl });
  const { db, close } = connect(databaseUrl, { max: 2, applicationName: 'bench' });
  try {
    const [store] = await db.select().from(stores).limit(1);
    if (!store) throw new Error('The demo has no store.');
    const today = workDateOf(new Date().toISOString(), store.timeZone);
    const put = async (renamed: (n: number) => boolean) => {
      const all = plans(count, store.crossmarkStoreId, today, renamed);
      for (let from = 0; from < all.length; from += 5_000) {
        const answer = await fetch(`${simulatorUrl}/__sim/plans`, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify(all.slice(from, from + 5_000)),
        });
        if (!answer.ok) throw new Error(`The simulator refused the plans: ${await answer.text()}`);
      }
    };
    const read = async (work: RefreshFigures['work']): Promise<RefreshFigures> => {
      const worker = startApp(infrastructure, 'worker', 'src/main.ts', {
        SYNC_OUTBOUND_PER_SECOND: '10000',
        LOG_LEVEL: 'warn',
      });
      try {
        const runId = await db.transaction((tx) => requestRefresh(tx, { requestedBy: 'bench' }));
        for (;;) {
          const [run] = await db.select().from(refreshRuns).where(eq(refreshRuns.id, runId));
          if (run?.state === 'done' && run.startedAt && run.finishedAt) {
            const seconds = (Date.parse(run.finishedAt) - Date.parse(run.startedAt)) / 1_000;
            const figures: RefreshFigures = {
              events: count,
              work,
              seconds: Math.round(seconds * 10) / 10,
              eventsPerSecond: Math.round((run.read ?? 0) / seconds),
              peakMemoryMb: peakMemoryMb(worker.process.pid ?? 0),
              created: run.created,
              updated: run.updated,
              unchanged: run.unchanged,
            };
            say(JSON.stringify(figures));
            return figures;
          }
          if (run?.state === 'failed') throw new Error(`The refresh failed: ${run.failureReason}`);
          await pause(100);
        }
      } finally {
        await worker.stop();
      }
    };
    await put(() => false);
    const figures = [await read('all new')];
    await db.execute(sql`vacuum analyze events`);
    figures.push(await read('unchanged'));
    await put((n) => n % 100 === 0);
    figures.push(await read('1 % changed'));
    return figures;
  } finally {
    await close();
  }
}

/** The most memory that a process ever held. Linux tells; elsewhere it is not known (0). */
function peakMemoryMb(pid: number): number {
  try {
    const [, kilobytes] = /^VmHWM:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
    return Math.round(Number(kilobytes) / 1024);
  } catch {
    return 0;
  }
}
